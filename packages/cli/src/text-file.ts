// Reads a text file named on the command line.

import { readFileSync } from 'node:fs';
import { misused } from './command.ts';
import { fileErrorText } from './file-error.ts';

/** Throws `misused`, which names the file, for one that cannot be read. */
export function readTextFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw misused(`${path} cannot be read: ${fileErrorText(error)}`);
  }
}
