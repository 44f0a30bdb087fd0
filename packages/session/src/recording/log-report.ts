// Report on a log: the forms in which it was read, and the lines that were not understood.

import type { RecordingEntry } from './recording.ts';

/** A line that was not understood, and why; never quotes the line. */
export interface UnreadLine {
  readonly line: number;
  readonly message: string;
}

export interface LogReport {
  /** Forms other than one JSON object per line, in order of appearance: `gzip`, `JSON after words`, … */
  readonly forms: ReadonlySet<string>;
  /** Number of events. */
  readonly events: number;
  /** Number of non-blank lines. */
  readonly lines: number;
  /** Number of lines or values that are neither an event nor a line of a recording, and the first five of them. */
  readonly unread: number;
  readonly first: readonly UnreadLine[];
}

/** Maximum lines listed in the report. */
const MAX_LISTED_LINES = 5;

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
    if (this.first.length < MAX_LISTED_LINES) this.first.push({ line: entry.line, message: entry.message });
  }
}

/** `read as: gzip, JSON after words`; `undefined` for a log with one object per line, or an empty one. */
export const describeForms = ({ forms, events }: LogReport): string | undefined =>
  events > 0 && forms.size > 0 ? `read as: ${[...forms].join(', ')}` : undefined;

/**
 * One sentence that lists at most five lines that were not understood and counts the rest; `undefined` if all were
 * understood.
 */
export function describeUnread({ forms, events, lines, unread, first }: LogReport): string | undefined {
  if (lines === 0) return 'it is empty';
  if (events === 0 && forms.has('binary data')) return 'it is binary data, no log of events';
  if (unread === 0) return undefined;
  const list = first.map(({ line, message }) => `line ${line} (${message})`).join(', ');
  const more = unread > first.length ? ` and ${unread - first.length} more` : '';
  return `${unread === 1 ? '1 line is' : `${unread} lines are`} not understood: ${list}${more}`;
}
