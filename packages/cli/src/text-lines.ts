// Reads the lines of a file or of standard input, one line in memory at a time.

import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { ColloquyError } from '@colloquy/protocol';
import { byteLines, textBytes } from '@colloquy/session';
import { printableLine } from './printable.ts';

/** Longest line that is kept whole, in bytes: three for each UTF-16 code unit of the longest line a recording can have, and more. */
const MAX_GZIP_BYTES = 64 * 1024 * 1024;
/** So much is unpacked of a gzip file: a thousand times a file that is still a log. */
const MAX_UNPACKED_BYTES = 64 * 1024 ** 3;

export interface TextOptions {
  /** Told how many bytes each read took, packed or not. */
  readonly onBytes: (bytes: number) => void;
  /** Told what the bytes are, where that is not plain UTF-8: `gzip`, or a `TextForm`. */
  readonly onForm?: (form: string) => void;
  readonly maxUnpackedBytes?: number;
}

/**
 * Reads a file, or standard input for `-`, line by line, without the breaks, as `byteLines` cuts them; unpacked if it is gzip, recoded if
 * it is UTF-16. Rejects with the file system's error, or with `not_found` in one line for gzip that is damaged or unpacks to too much.
 */
export async function* textLines(file: string, options: TextOptions): AsyncGenerator<string, void> {
  const { onBytes, onForm = () => {}, maxUnpackedBytes = MAX_UNPACKED_BYTES } = options;
  const source = file === '-' ? process.stdin : createReadStream(file, { highWaterMark: 256 * 1024 });
  async function* counted(): AsyncGenerator<Uint8Array, void> {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      onBytes(chunk.length);
      yield chunk;
    }
  }
  const unpacked = unpackedBytes(counted(), file, onForm, maxUnpackedBytes);
  for await (const { buffer, byteOffset, length } of byteLines(textBytes(unpacked, onForm), MAX_GZIP_BYTES))
    yield Buffer.from(buffer as ArrayBuffer, byteOffset, length).toString('utf8');
}

async function* unpackedBytes(
  chunks: AsyncGenerator<Uint8Array, void>,
  file: string,
  onForm: (form: string) => void,
  maxBytes: number,
): AsyncGenerator<Uint8Array, void> {
  const { done, value: first } = await chunks.next();
  if (done) return;
  const all = (async function* () {
    yield first;
    yield* chunks;
  })();
  if (first[0] !== 0x1f || first[1] !== 0x8b) return yield* all;
  onForm('gzip');
  const source = Readable.from(all, { objectMode: false });
  const gunzip = createGunzip();
  source.on('error', (error) => gunzip.destroy(error));
  let bytes = 0;
  try {
    for await (const chunk of source.pipe(gunzip) as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw refusal(file, `is gzip that unpacks to more than ${maxBytes} bytes`);
      yield chunk;
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code?.startsWith('Z_') ? refusal(file, `is gzip that is damaged or cut off: ${code}`) : error;
  } finally {
    source.destroy();
  }
}

const refusal = (file: string, what: string) => new ColloquyError('not_found', `${printableLine(file)} ${what}`);
