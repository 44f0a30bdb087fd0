// The file store: a folder of recordings, one `.jsonl` file each, that only their owner may read.

import { chmod, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { ColloquyError } from '@colloquy/protocol';
import type { Store } from '../store.ts';

/** Keeps recordings in `folder`, which is made if need be: the folder 0700, its files 0600. */
export function fileStore(folder: string): Store {
  return {
    async prepare() {
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        await chmod(folder, 0o700);
      } catch (cause) {
        const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown';
        throw new ColloquyError('invalid_configuration', `recordings cannot be kept in ${folder}: ${reason}`, {
          cause,
        });
      }
    },
    async create(name) {
      const file = await open(join(folder, `${name}.jsonl`), 'wx', 0o600);
      return {
        append: (text) => file.appendFile(text),
        sync: () => file.datasync(),
        close: () => file.close(),
      };
    },
  };
}
