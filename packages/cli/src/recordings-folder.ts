// Where `colloquy serve --data-dir` keeps recordings, and the newest of them.

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ColloquyError } from '@colloquy/protocol';
import { fileErrorText } from './file-error.ts';
import { printableLine } from './printable.ts';

const RECORDING = /^\d{8}T\d{6}Z-\w{1,80}\.jsonl$/;

export const recordingsFolder = (dataDir: string): string => join(dataDir, 'recordings');

/** Path of the newest recording. Rejects with `not_found`, in one line, if there is none. */
export async function newestRecording(dataDir: string): Promise<string> {
  const folder = recordingsFolder(dataDir);
  const label = printableLine(folder);
  try {
    const names = (await readdir(folder)).filter((name) => RECORDING.test(name)).sort();
    const last = names.at(-1);
    if (last !== undefined) return join(folder, last);
  } catch (error) {
    throw new ColloquyError('not_found', `${label} cannot be read: ${fileErrorText(error)}`);
  }
  throw new ColloquyError('not_found', `${label} contains no recordings`);
}
