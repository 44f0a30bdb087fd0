// Redacts a recording as a stream, one line in memory at a time. Redaction of a line: `redact-log.ts` of @colloquy/session.

import type { RedactionLevel } from '@colloquy/protocol';
import { leftOutLine, readRecordingLine, redactLogEntry } from '@colloquy/session';
import { lineTexts } from './line-texts.ts';

/** Lines are joined into chunks of at least this many characters. */
const MIN_CHUNK_LENGTH = 64 * 1024;

/** A line that is not a recording line is replaced by a `gap` line, because its content is unknown. Throws only what `chunks` throws. */
export async function* redactedRecording(
  chunks: AsyncIterable<Uint8Array>,
  level: RedactionLevel,
): AsyncGenerator<string, void> {
  let chunk = '';
  let line = 0;
  let at = 0;
  for await (const text of lineTexts(chunks)) {
    line += 1;
    if (text.trim() === '') continue;
    const entry = readRecordingLine(text, line);
    if (entry.kind === 'input') at = entry.input.at;
    else if (entry.kind === 'frame') at = entry.frame.at;
    const isOurs = entry.kind !== 'foreign' && entry.kind !== 'event';
    chunk += `${(isOurs && redactLogEntry(entry, text, level)) || leftOutLine(at)}\n`;
    if (chunk.length < MIN_CHUNK_LENGTH) continue;
    yield chunk;
    chunk = '';
  }
  if (chunk !== '') yield chunk;
}
