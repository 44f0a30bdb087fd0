// Writes long results to standard output or a file, with backpressure.

import { once } from 'node:events';
import { createWriteStream, statSync } from 'node:fs';
import { finished } from 'node:stream/promises';
import { ColloquyError } from '@colloquy/protocol';
import { misused } from './command.ts';
import { fileErrorText } from './file-error.ts';
import { printableLine } from './printable.ts';

/** So many characters are written at once. */
const CHUNK_CHARS = 64 * 1024;

export interface Output {
  /** Waits, now and then, until what was written before is taken. */
  write(text: string): Promise<void> | undefined;
  /** Writes what is left. Resolves once a file is whole. */
  end(): Promise<void>;
}

/**
 * Opens what a result is written to: a file that only its owner can read, or standard output. Throws `misused` when the file is
 * the one that is read. Rejects with `not_found`, in one line, when it cannot be written.
 */
export function openOutput(file: string | undefined, source: string): Output {
  if (file !== undefined && isSame(file, source)) throw misused('the output would overwrite the input');
  const stream = file === undefined ? process.stdout : createWriteStream(file, { mode: 0o600 });
  let fault: Error | undefined;
  if (file !== undefined) stream.on('error', (error) => (fault = error));
  let piece = '';

  const refuse = (error: unknown) => {
    return new ColloquyError('not_found', `${printableLine(file ?? '-')} cannot be written: ${fileErrorText(error)}`);
  };

  async function flush(): Promise<void> {
    if (fault) throw refuse(fault);
    const text = piece;
    piece = '';
    try {
      if (text !== '' && !stream.write(text)) await once(stream, 'drain');
    } catch (error) {
      throw refuse(error);
    }
  }

  return {
    write(text) {
      piece += text;
      return piece.length < CHUNK_CHARS ? undefined : flush();
    },
    async end() {
      await flush();
      if (file === undefined) return;
      stream.end();
      try {
        await finished(stream);
      } catch (error) {
        throw refuse(error);
      }
    },
  };
}

function isSame(file: string, source: string): boolean {
  try {
    const [one, other] = [statSync(file), statSync(source)];
    return one.ino === other.ino && one.dev === other.dev;
  } catch {
    // One of them is not there, so they are two.
    return false;
  }
}
