// The lines of a file or of standard input, however long it is: no more of it in memory than a line.

import { createReadStream } from 'node:fs';

/** Longest line that is kept whole, in bytes: three for each UTF-16 code unit of the longest line a recording can have, and more. */
const LONGEST_BYTES = 64 * 1024 * 1024;
const NEWLINE = 0x0a;

/**
 * Reads a file, or standard input for `-`, line by line, without the breaks. Only `\n` breaks lines: JSON may hold every other
 * separator as it stands. Of a line that is longer than any can be only the beginning is kept. `onBytes` hears how many bytes
 * each read took. Rejects with the file system's error.
 */
export async function* textLines(file: string, onBytes: (bytes: number) => void): AsyncGenerator<string, void> {
  let parts: Buffer[] = [];
  let bytes = 0;
  const keep = (part: Buffer) => {
    if (bytes < LONGEST_BYTES) parts.push(part);
    bytes += part.length;
  };
  const whole = () => {
    const line = Buffer.concat(parts).toString('utf8');
    parts = [];
    bytes = 0;
    return line;
  };
  const source = file === '-' ? process.stdin : createReadStream(file, { highWaterMark: 256 * 1024 });
  for await (const chunk of source as AsyncIterable<Buffer>) {
    onBytes(chunk.length);
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      keep(chunk.subarray(from, end));
      yield whole();
      from = end + 1;
    }
    if (from < chunk.length) keep(chunk.subarray(from));
  }
  if (bytes > 0) yield whole();
}
