// Redacts a line of any log. What is secret: `redact.ts` of @colloquy/protocol. Kinds of lines: `recording.ts`,
// `foreign-log.ts`.

import { type RedactionLevel, readFrame, redact } from '@colloquy/protocol';
import { HIDDEN, type RecordingEntry, type RecordingHeader, recordingLine, toLine } from './recording.ts';

/**
 * An entry as a line without its secrets; `undefined` if the secrets cannot be identified and the line must be omitted.
 * `text` is its source line, if there is one: a line of another log keeps what surrounds its event. Never throws.
 */
export function redactLogEntry(
  entry: RecordingEntry,
  text: string | undefined,
  level: RedactionLevel,
): string | undefined {
  try {
    return redactEntry(entry, text, level);
  } catch {
    // Only a snapshot whose state was tampered with; the error may quote it.
    return undefined;
  }
}

/** The line that replaces an omitted line in a recording. */
export const leftOutLine = (at: number): string => JSON.stringify({ at, from: 'gap', lines: 1 });

/** `hidden` after redaction: what was hidden before, and what this level hides. */
function redactHeader(header: RecordingHeader, level: RedactionLevel): RecordingHeader {
  const hidden = HIDDEN.content.filter((kind) => header.hidden.includes(kind) || HIDDEN[level].includes(kind));
  return { ...redact(header, { level }), hidden };
}

const MAX_DEPTH = 64;

/** A value may contain frames as text: parses, redacts and serializes them. */
function redactTexts(value: unknown, level: RedactionLevel, depth: number): unknown {
  if (depth > MAX_DEPTH) return value;
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
  // Text without secrets stays unchanged, white space included.
  return redacted === JSON.stringify(read.value) ? text : redacted;
}

const redactForeign = (value: unknown, level: RedactionLevel, depth: number): unknown =>
  redact(redactTexts(value, level, depth), { level });

function redactEntry(entry: RecordingEntry, text: string | undefined, level: RedactionLevel): string | undefined {
  switch (entry.kind) {
    case 'header':
      return toLine(redactHeader(entry.header, level));
    case 'input':
      return recordingLine(entry.input, level);
    case 'frame':
      return recordingLine(entry.frame, level);
    case 'snapshot':
      return recordingLine(entry.snapshot, level);
    case 'event':
    case 'foreign': {
      if (text === undefined) return entry.kind === 'event' ? toLine(redactForeign(entry.event, level, 0)) : undefined;
      const read = readFrame(text, false);
      if (read.ok) return toLine(redactForeign(read.value, level, 0));
      // `< {…}`: drops the text before the event, keeps the event.
      if (entry.kind !== 'event') return undefined;
      const { time, from, event } = entry;
      return toLine({ time, from, event: redactForeign(event, level, 0) });
    }
    case 'damaged':
      return undefined;
  }
}
