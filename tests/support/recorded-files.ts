// The recordings in a folder, beside whatever else the server keeps there.

import { readdirSync } from 'node:fs';

/** File names of the recordings in `folder`, the oldest first. */
export const recordedFiles = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .sort();
