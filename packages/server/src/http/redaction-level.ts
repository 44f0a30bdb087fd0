// The level of redaction a request asks for: `?level=content`, `media` or `key`.

import type { RedactionLevel } from '@colloquy/protocol';
import { queryOf } from '../auth/request-head.ts';
import { type Refusal, refusal } from './refusals.ts';

const LEVELS: readonly RedactionLevel[] = ['content', 'media', 'key'];

/** Of a request target; `undefined` when it asks for none, a refusal for one that there is none of, or for several. */
export function askedLevel(target: string): RedactionLevel | Refusal | undefined {
  const asked = queryOf(target).getAll('level');
  if (asked.length === 0) return undefined;
  return (asked.length === 1 && LEVELS.find((each) => each === asked[0])) || BAD_LEVEL;
}

const BAD_LEVEL = refusal('invalid_value', "Expected one level: 'content', 'media' or 'key'.", 'level');
