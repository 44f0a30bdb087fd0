// Shows the progress of reading a long file, on stderr if it is a terminal.

import { statSync } from 'node:fs';
import { printableLine } from './printable.ts';

/** How often it is said, in milliseconds; what takes less is not spoken of. */
const TOLD_MS = 500;
/** How long the bar is, in characters. */
const BAR = 24;

export interface Progress {
  /** Hears how many bytes were read. */
  readonly addBytes: (bytes: number) => void;
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
    addBytes(bytes) {
      taken += bytes;
      if (!stderr.isTTY || performance.now() - toldAt < TOLD_MS) return;
      toldAt = performance.now();
      const far = all ? barOf(Math.min(1, taken / all)) : `${Math.floor(taken / 2 ** 20)} MiB`;
      stderr.write(`\r${printableLine(file)}: ${far}\u001b[K`);
      isTold = true;
    },
    end() {
      if (isTold) stderr.write('\r\u001b[K');
    },
  };
}

/** `[######------------------]  25 %` */
function barOf(share: number): string {
  const done = Math.floor(share * BAR);
  return `[${'#'.repeat(done)}${'-'.repeat(BAR - done)}] ${String(Math.min(99, Math.floor(100 * share))).padStart(3)} %`;
}
