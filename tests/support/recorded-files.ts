// The recordings in a folder, without the server's other files.

import { readdirSync } from 'node:fs';

/** File names of the recordings in `folder`, the oldest first. */
export const recordedFiles = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .sort();
