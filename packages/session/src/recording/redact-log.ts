// A line of any log without what must not be passed on. What is secret is decided by `redact.ts` of @colloquy/protocol; what a line
// is, by `recording.ts` and `foreign-log.ts`.

import { type RedactionLevel, readFrame, redact } from '@colloquy/protocol';
import { asLine, HIDDEN, type RecordingEntry, type RecordingHeader, recordingLine } from './recording.ts';

/**
 * An entry as a line without its secrets; `undefined` when it cannot be told what they are, so that it must be left out. `text` is the
 * line it was read from, where there is one: what is no line of a recording keeps what surrounds its event. Never throws.
 */
export function redactLogEntry(
  entry: RecordingEntry,
  text: string | undefined,
  level: RedactionLevel,
): string | undefined {
  try {
    return redactEntry(entry, text, level);
  } catch {
    // Only a snapshot whose state was tampered with; what was thrown may quote it.
    return undefined;
  }
}

/** What stands in a recording in the place of a line that was left out. */
export const leftOutLine = (at: number): string => JSON.stringify({ at, from: 'gap', lines: 1 });

/** What is hidden afterwards: what was before, and what this level hides. */
function redactHeader(header: RecordingHeader, level: RedactionLevel): RecordingHeader {
  const hidden = HIDDEN.content.filter((kind) => header.hidden.includes(kind) || HIDDEN[level].includes(kind));
  return { ...redact(header, { level }), hidden };
}

const MOST_NESTED = 64;

/** Frames may stand in a log as text inside a value: they are opened, redacted and closed again. */
function redactTexts(value: unknown, level: RedactionLevel, depth: number): unknown {
  if (depth > MOST_NESTED) return value;
  if (typeof value === 'string') return redactText(value, level, depth);
  if (Array.isArray(value)) return value.map((each) => redactTexts(each, level, depth + 1));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, redactTexts(field, level, depth + 1)]));
}

function redactText(text: string, level: RedactionLevel, depth: number): string {
  if (!/^\s*[{[]/.test(text.slice(0, 64))) return text;
  const read = readFrame(text, false);
  if (!read.ok) return text;
  const redacted = JSON.stringify(redactForeign(read.value, level, depth + 1));
  // Text that holds nothing secret stays as it was written, blanks included.
  return redacted === JSON.stringify(read.value) ? text : redacted;
}

const redactForeign = (value: unknown, level: RedactionLevel, depth: number): unknown =>
  redact(redactTexts(value, level, depth), { level });

function redactEntry(entry: RecordingEntry, text: string | undefined, level: RedactionLevel): string | undefined {
  switch (entry.kind) {
    case 'header':
      return asLine(redactHeader(entry.header, level));
    case 'input':
      return recordingLine(entry.input, level);
    case 'frame':
      return recordingLine(entry.frame, level);
    case 'snapshot':
      return recordingLine(entry.snapshot, level);
    case 'event':
    case 'foreign': {
      if (text === undefined) return entry.kind === 'event' ? asLine(redactForeign(entry.event, level, 0)) : undefined;
      const read = readFrame(text, false);
      if (read.ok) return asLine(redactForeign(read.value, level, 0));
      // `< {…}`: the words before the event go, the event stays.
      if (entry.kind !== 'event') return undefined;
      const { time, from, event } = entry;
      return asLine({ time, from, event: redactForeign(event, level, 0) });
    }
    case 'damaged':
      return undefined;
  }
}
