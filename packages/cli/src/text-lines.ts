// The lines of a file or of standard input, however long it is: no more of it in memory than a line.

import { createReadStream } from 'node:fs';
import { byteLines } from '@colloquy/session';

/** Longest line that is kept whole, in bytes: three for each UTF-16 code unit of the longest line a recording can have, and more. */
const LONGEST_BYTES = 64 * 1024 * 1024;

/**
 * Reads a file, or standard input for `-`, line by line, without the breaks, as `byteLines` cuts them. `onBytes` hears how many bytes
 * each read took. Rejects with the file system's error.
 */
export async function* textLines(file: string, onBytes: (bytes: number) => void): AsyncGenerator<string, void> {
  const source = file === '-' ? process.stdin : createReadStream(file, { highWaterMark: 256 * 1024 });
  async function* counted(): AsyncGenerator<Buffer, void> {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      onBytes(chunk.length);
      yield chunk;
    }
  }
  for await (const { buffer, byteOffset, length } of byteLines(counted(), LONGEST_BYTES))
    yield Buffer.from(buffer, byteOffset, length).toString('utf8');
}
