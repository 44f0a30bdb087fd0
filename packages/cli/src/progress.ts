// Saying how far a long file has been read: on stderr, and only to someone who watches.

import { statSync } from 'node:fs';
import { printableLine } from './printable.ts';

/** How often it is said, in milliseconds; what takes less is not spoken of. */
const TOLD_MS = 500;

export interface Progress {
  /** Hears how many bytes were read. */
  readonly take: (bytes: number) => void;
  /** Wipes what was said. */
  readonly end: () => void;
}

/** Progress through a file; of standard input, `-`, the bytes alone. Throws the file system's error. */
export function progressOf(file: string): Progress {
  const { stderr } = process;
  const all = file === '-' ? undefined : statSync(file).size;
  let taken = 0;
  let toldAt = performance.now();
  let isTold = false;
  return {
    take(bytes) {
      taken += bytes;
      if (!stderr.isTTY || performance.now() - toldAt < TOLD_MS) return;
      toldAt = performance.now();
      const far = all ? `${Math.min(99, Math.floor((100 * taken) / all))} %` : `${Math.floor(taken / 2 ** 20)} MiB`;
      stderr.write(`\r${printableLine(file)}: ${far}\u001b[K`);
      isTold = true;
    },
    end() {
      if (isTold) stderr.write('\r\u001b[K');
    },
  };
}
