// Prints an overview: session, conversation as a tree, times, errors, violations. Its data: `overview.ts`.

import { itemRows } from './item-rows.ts';
import type { Overview } from './overview.ts';
import type { Palette } from './palette.ts';
import { printableLine } from './printable.ts';
import type { SessionOverview } from './session-overview.ts';
import { tableRow } from './table.ts';

/** So many rows are shown of each list. */
const MAX_ROWS = 50;

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
export function overviewText(overview: Overview, palette: Palette): string {
  const { file, session, recording, sessions, session_count: count } = overview;
  const { heading } = palette;
  const rows = [heading(printableLine(file))];
  const isOne = count === 1;
  if (isOne) rows.push(headRow('session', sessionName(session)));
  else rows.push(headRow('sessions', String(count)));
  rows.push(headRow(...originOf(recording)), framesRow(overview), ...lineRows(overview));
  for (const [index, each] of sessions.entries()) {
    if (!isOne)
      rows.push(
        '',
        heading(`Session ${index + 1} of ${count}`),
        headRow('session', sessionName(each.session)),
        framesRow(each),
      );
    rows.push(...sessionRows(each, palette));
  }
  if (count > sessions.length) rows.push('', `and ${count - sessions.length} more sessions`);
  return `${rows.join('\n')}\n`;
}

const headRow = (name: string, text: string) => `  ${name.padEnd(10)} ${printableLine(text)}`;

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
    ...(lines.others > 0 ? [headRow('others', `${lines.others} lines are not events`)] : []),
  ];
}

/** The conversation of a session, its times, errors and problems. */
function sessionRows(session: SessionOverview, { heading, bad }: Palette): string[] {
  const { items, items_cut, responses, errors, violations, counts } = session;
  const rows = section(heading('Conversation'), items.map(itemRows), items.length, 500);
  if (items_cut) rows.push('  (the conversation is longer than shown)');
  if (responses.length > 0) {
    const names = COLUMNS.map(({ name }) => name);
    rows.push('', heading('Responses, milliseconds since the request'), tableRow(COLUMNS, names));
    rows.push(...responses.slice(0, MAX_ROWS).map(timingRow), ...more(counts.responses, MAX_ROWS));
  }
  const errorRows = errors.map(({ line, at, code, param, message }) => {
    const where = [at === null ? null : secondsOf(at), code, param].filter((each) => each !== null).join(' ');
    return [`line ${line}  ${where}: ${message}`];
  });
  const violationRows = violations.map(({ line, rule, from, event_type, message }) => [
    `line ${line}  [${rule}] ${[from, event_type].filter((each) => each !== null).join(' ')}: ${message}`,
  ]);
  rows.push(...section(bad('Errors'), errorRows, counts.errors));
  rows.push(...section(bad('Protocol violations'), violationRows, counts.violations));
  return rows;
}

function section(title: string, entries: readonly (readonly string[])[], all: number, most = MAX_ROWS): string[] {
  if (all === 0) return [];
  const visible = entries.slice(0, most).flat();
  return ['', title, ...visible.map((row) => `  ${printableLine(row).slice(0, 300)}`), ...more(all, most)];
}

const more = (all: number, most: number): string[] => (all > most ? [`  and ${all - most} more`] : []);

const secondsOf = (ms: number) => `${(ms / 1000).toFixed(3)} s`;

function dateOf(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? 'unknown time' : date.toISOString();
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
