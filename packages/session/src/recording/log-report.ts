// What a log turned out to be: the forms it was read as, and the lines that were not understood.

import type { RecordingEntry } from './recording.ts';

/** A line that was not understood, and why; the line is never quoted. */
export interface UnreadLine {
  readonly line: number;
  readonly message: string;
}

export interface LogReport {
  /** Forms other than one JSON object on each line, in the order they were met: `gzip`, `JSON after words`, … */
  readonly forms: ReadonlySet<string>;
  /** How many events were read. */
  readonly events: number;
  /** How many lines there are that are not blank. */
  readonly lines: number;
  /** How many lines or values are no event and no line of a recording, and the first five of them. */
  readonly unread: number;
  readonly first: readonly UnreadLine[];
}

/** So many lines are named. */
const MAX_NAMED = 5;

export class LogTally implements LogReport {
  readonly forms = new Set<string>();
  readonly first: UnreadLine[] = [];
  events = 0;
  lines = 0;
  unread = 0;

  count(entry: RecordingEntry): void {
    if (entry.kind === 'frame' || entry.kind === 'input' || entry.kind === 'event') this.events += 1;
    if (entry.kind !== 'damaged' && entry.kind !== 'foreign') return;
    this.unread += 1;
    if (this.first.length < MAX_NAMED) this.first.push({ line: entry.line, message: entry.message });
  }
}

/** `read as: gzip, JSON after words`; `undefined` for a log that is one object on each line, or none at all. */
export const describeForms = ({ forms, events }: LogReport): string | undefined =>
  events > 0 && forms.size > 0 ? `read as: ${[...forms].join(', ')}` : undefined;

/** What of a log was not understood, in one sentence that names five lines and counts the rest; `undefined` when all was. */
export function describeUnread({ forms, events, lines, unread, first }: LogReport): string | undefined {
  if (lines === 0) return 'it is empty';
  if (events === 0 && forms.has('binary data')) return 'it is binary data, no log of events';
  if (unread === 0) return undefined;
  const named = first.map(({ line, message }) => `line ${line} (${message})`).join(', ');
  const more = unread > first.length ? ` and ${unread - first.length} more` : '';
  return `${unread === 1 ? '1 line is' : `${unread} lines are`} not understood: ${named}${more}`;
}
