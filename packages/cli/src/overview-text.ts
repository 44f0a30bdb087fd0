// An overview as it is printed: the session, the conversation as a tree, times, errors, problems. What is in one is `overview.ts`.

import type { RealtimeContentPart, RealtimeConversationItem } from '@colloquy/protocol';
import type { Overview } from './overview.ts';
import { printableLine } from './printable.ts';
import type { ConversationItem, SessionOverview } from './session-overview.ts';
import { tableRow } from './table.ts';

/** Longest words of a part that are shown, in characters. */
const MOST_WORDS = 100;
/** So many rows are shown of each list. */
const MOST_ROWS = 50;

const COLUMNS = [
  { name: 'line', width: 7, isRight: true },
  { name: 'response', width: 28 },
  { name: 'status', width: 11 },
  { name: 'first', width: 8, isRight: true },
  { name: 'audio', width: 8, isRight: true },
  { name: 'total', width: 8, isRight: true },
  { name: 'in', width: 7, isRight: true },
  { name: 'out', width: 7, isRight: true },
  { name: 'why', width: 30 },
] as const;

/** Lines for people; every one is safe to print. A log of several sessions is shown session by session. */
export function overviewText(overview: Overview): string {
  const { file, session, recording, sessions, session_count: count } = overview;
  const rows = [printableLine(file)];
  const isOne = count === 1;
  if (isOne) rows.push(headRow('session', sessionName(session)));
  else rows.push(headRow('sessions', String(count)));
  rows.push(headRow(...originOf(recording)), framesRow(overview), ...lineRows(overview));
  for (const [index, each] of sessions.entries()) {
    if (!isOne)
      rows.push('', `Session ${index + 1} of ${count}`, headRow('session', sessionName(each.session)), framesRow(each));
    rows.push(...sessionRows(each));
  }
  if (count > sessions.length) rows.push('', `and ${count - sessions.length} more sessions`);
  return `${rows.join('\n')}\n`;
}

const headRow = (name: string, words: string) => `  ${name.padEnd(10)} ${printableLine(words)}`;

const sessionName = ({ id, kind, model }: Overview['session']) =>
  [id ?? 'without an id', kind, model].filter((each) => each !== null).join(', ');

function originOf(recording: Overview['recording']): [name: string, words: string] {
  if (!recording) return ['log', 'of another program'];
  const hidden = recording.hidden.length > 0 ? recording.hidden.join(', ') : 'nothing';
  const engine = recording.engine === null ? '' : `; engine ${recording.engine}`;
  const isRefused = recording.replayable ? '' : '; cannot be replayed';
  return ['recording', `of ${dateOf(recording.started_at)}${engine}; hidden: ${hidden}${isRefused}`];
}

const framesRow = ({ frames, duration_ms }: SessionOverview) =>
  headRow(
    'frames',
    `${frames.server} of the server, ${frames.client} of the client${duration_ms === null ? '' : `, in ${secondsOf(duration_ms)}`}`,
  );

function lineRows({ lines }: Overview): string[] {
  return [
    ...(lines.damaged > 0 ? [headRow('damaged', `${lines.damaged} lines cannot be read`)] : []),
    ...(lines.others > 0 ? [headRow('others', `${lines.others} lines are no events`)] : []),
  ];
}

/** The conversation of a session, its times, errors and problems. */
function sessionRows({ items, items_cut, responses, errors, violations, counts }: SessionOverview): string[] {
  const rows = section('Conversation', items.map(itemRows), items.length, 500);
  if (items_cut) rows.push('  (the log is longer than what is shown of its conversation)');
  if (responses.length > 0) {
    const names = COLUMNS.map(({ name }) => name);
    rows.push('', 'Responses, in milliseconds since they were asked for', tableRow(COLUMNS, names));
    rows.push(...responses.slice(0, MOST_ROWS).map(timingRow), ...more(counts.responses, MOST_ROWS));
  }
  const errorRows = errors.map(({ line, at, code, param, message }) => {
    const where = [at === null ? null : secondsOf(at), code, param].filter((each) => each !== null).join(' ');
    return [`line ${line}  ${where}: ${message}`];
  });
  const violationRows = violations.map(({ line, rule, from, event_type, message }) => [
    `line ${line}  [${rule}] ${[from, event_type].filter((each) => each !== null).join(' ')}: ${message}`,
  ]);
  rows.push(...section('Errors', errorRows, counts.errors));
  rows.push(...section('Against the protocol', violationRows, counts.violations));
  return rows;
}

function section(title: string, entries: readonly (readonly string[])[], all: number, most = MOST_ROWS): string[] {
  if (all === 0) return [];
  const shown = entries.slice(0, most).flat();
  return ['', title, ...shown.map((row) => `  ${printableLine(row).slice(0, 300)}`), ...more(all, most)];
}

const more = (all: number, most: number): string[] => (all > most ? [`  and ${all - most} more`] : []);

const secondsOf = (ms: number) => `${(ms / 1000).toFixed(3)} s`;

function dateOf(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? 'an unknown time' : date.toISOString();
}

function timingRow({ line, kind, id, status, reason, usage, ...times }: Overview['responses'][number]): string {
  const rounded = [times.first_output_ms, times.first_audio_ms, times.total_ms].map((ms) =>
    ms === null ? null : Math.round(ms),
  );
  const { input_text, input_audio, input_image, cached_text, cached_audio, cached_image } = usage;
  const input = input_text + input_audio + input_image + cached_text + cached_audio + cached_image;
  const output = usage.output_text + usage.output_audio;
  const name = kind === 'response' ? id : `transcription of ${id}`;
  return tableRow(COLUMNS, [line, name, status, ...rounded, input, output, reason ?? '']);
}

// ---- Items ----

function itemRows({ id, item, heard_ms }: ConversationItem): string[] {
  if (item === null) return [`${id}  (deleted)`];
  const cut = heard_ms.length > 0 ? `  heard up to ${heard_ms.at(-1)} ms` : '';
  const status =
    'status' in item && typeof item.status === 'string' && item.status !== 'completed' ? `  ${item.status}` : '';
  return [`${headOf(item)}  ${id}${status}${cut}`, ...partsOf(item).map((row) => `  ${row}`)];
}

/** Fields of items may hold anything: a server may have got them wrong. */
type Loose = Readonly<Record<string, unknown>>;

function headOf(item: RealtimeConversationItem): string {
  const { type, role, name } = item as unknown as Loose;
  const words = type === 'message' ? role : name === undefined ? type : `${String(type)} ${String(name)}`;
  return short(words).replaceAll('"', '');
}

function partsOf(item: RealtimeConversationItem): string[] {
  const { content, arguments: given, output, error } = item as unknown as Loose;
  const rows: string[] = [];
  if (Array.isArray(content)) rows.push(...content.slice(0, MOST_ROWS).map(partRow));
  if (given !== undefined) rows.push(`arguments ${short(given)}`);
  if (output !== undefined && output !== null) rows.push(`output ${short(output)}`);
  if (error !== undefined && error !== null) rows.push(`error ${short(error)}`);
  return rows;
}

function partRow(part: RealtimeContentPart): string {
  if (typeof part !== 'object' || part === null) return short(part);
  const { type, text, transcript } = part as unknown as Loose;
  return `${short(type).replaceAll('"', '')} ${short(text ?? transcript ?? '')}`;
}

/** A value in few words; strings stand in quotation marks. */
function short(value: unknown): string {
  const text = JSON.stringify(typeof value === 'string' ? value.slice(0, MOST_WORDS + 1) : value) ?? '';
  return text.length > MOST_WORDS ? `${text.slice(0, MOST_WORDS)}…` : text;
}
