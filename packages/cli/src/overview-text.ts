// An overview as it is printed: the session, the conversation as a tree, times, errors, problems. What is in one is `overview.ts`.

import type { RealtimeContentPart, RealtimeConversationItem } from '@colloquy/protocol';
import type { ConversationItem, Overview } from './overview.ts';
import { printableLine } from './printable.ts';
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

/** Lines for people; every one is safe to print. */
export function overviewText(overview: Overview): string {
  const { file, session, recording, frames, lines, duration_ms, counts, errors, violations } = overview;
  const rows = [printableLine(file)];
  const put = (name: string, words: string) => rows.push(`  ${name.padEnd(10)} ${printableLine(words)}`);
  put(
    'session',
    [session.id ?? 'without an id', session.kind, session.model].filter((each) => each !== null).join(', '),
  );
  if (recording) {
    const hidden = recording.hidden.length > 0 ? recording.hidden.join(', ') : 'nothing';
    const engine = recording.engine === null ? '' : `; engine ${recording.engine}`;
    put(
      'recording',
      `of ${dateOf(recording.started_at)}${engine}; hidden: ${hidden}${recording.replayable ? '' : '; cannot be replayed'}`,
    );
  } else put('log', 'of another program');
  put(
    'frames',
    `${frames.server} of the server, ${frames.client} of the client${duration_ms === null ? '' : `, in ${secondsOf(duration_ms)}`}`,
  );
  if (lines.damaged > 0) put('damaged', `${lines.damaged} lines cannot be read`);
  if (lines.others > 0) put('others', `${lines.others} lines are no events`);

  section('Conversation', overview.items.map(itemRows), overview.items.length, 500);
  if (overview.items_cut) rows.push('  (the log is longer than what is shown of its conversation)');
  if (overview.responses.length > 0) {
    rows.push(
      '',
      'Responses, in milliseconds since they were asked for',
      tableRow(
        COLUMNS,
        COLUMNS.map(({ name }) => name),
      ),
    );
    for (const timing of overview.responses.slice(0, MOST_ROWS)) rows.push(timingRow(timing));
    more(counts.responses, MOST_ROWS);
  }
  section(
    'Errors',
    errors.map(({ line, at, code, param, message }) => {
      const where = [at === null ? null : secondsOf(at), code, param].filter((each) => each !== null).join(' ');
      return [`line ${line}  ${where}: ${message}`];
    }),
    counts.errors,
  );
  section(
    'Against the protocol',
    violations.map(({ line, rule, from, event_type, message }) => [
      `line ${line}  [${rule}] ${[from, event_type].filter((each) => each !== null).join(' ')}: ${message}`,
    ]),
    counts.violations,
  );
  return `${rows.join('\n')}\n`;

  function section(title: string, entries: readonly (readonly string[])[], all: number, most = MOST_ROWS): void {
    if (all === 0) return;
    rows.push('', title);
    for (const entry of entries.slice(0, most))
      for (const row of entry) rows.push(`  ${printableLine(row).slice(0, 300)}`);
    more(all, most);
  }

  function more(all: number, most: number): void {
    if (all > most) rows.push(`  and ${all - most} more`);
  }
}

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
