// The option `--level`, shared by commands that print or write the content of a session.

import type { RedactionLevel } from '@colloquy/protocol';
import { misused } from './command.ts';

const LEVELS: readonly RedactionLevel[] = ['key', 'media', 'content'];

export const LEVEL_FLAG = { level: { type: 'string' } } as const;

export const LEVEL_HELP = `  --level <level>  what to hide: 'key' only credentials, 'media' also audio and images (default),
                   'content' also text; credentials are always hidden`;

/** Reads `--level`. Throws `misused` for a level that there is none of. */
export function readLevel(value: string | undefined): RedactionLevel {
  const level = LEVELS.find((each) => each === (value ?? 'media'));
  if (!level) throw misused(`--level is one of ${LEVELS.join(', ')}`);
  return level;
}
