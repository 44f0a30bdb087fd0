// The lines of a stored recording as text, one in memory at a time.

import { byteLines } from '@colloquy/session';

/** Maximum length of a line, in bytes: more than three per UTF-16 code unit of the longest line a recording can have. */
const MAX_LINE_BYTES = 64 * 1024 * 1024;

/** Throws only what `chunks` throws. */
export async function* lineTexts(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string, void> {
  for await (const { buffer, byteOffset, length } of byteLines(chunks, MAX_LINE_BYTES))
    yield Buffer.from(buffer, byteOffset, length).toString('utf8');
}
