// How much is hidden: the option that commands share which show or write what a session holds.

import type { RedactionLevel } from '@colloquy/protocol';
import { misused } from './command.ts';

const LEVELS: readonly RedactionLevel[] = ['key', 'media', 'content'];

export const LEVEL_FLAG = { level: { type: 'string' } } as const;

export const LEVEL_HELP = `  --level <level>  what is hidden: 'key' credentials alone, 'media' audio and images too (the default),
                   'content' words too; credentials are hidden always`;

/** Reads `--level`. Throws `misused` for a level that there is none of. */
export function readLevel(given: string | undefined): RedactionLevel {
  const level = LEVELS.find((each) => each === (given ?? 'media'));
  if (!level) throw misused(`--level is one of ${LEVELS.join(', ')}`);
  return level;
}
