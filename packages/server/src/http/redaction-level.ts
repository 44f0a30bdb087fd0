// Parses the redaction level in a query: `?level=content`, `media` or `key`.

import type { RedactionLevel } from '@colloquy/protocol';
import { queryOf } from '../auth/request-head.ts';
import { type Refusal, refusal } from './refusals.ts';

const LEVELS: readonly RedactionLevel[] = ['content', 'media', 'key'];

/** `undefined` if the target has no `level`; a refusal if the level is unknown or repeated. */
export function parseLevel(target: string): RedactionLevel | Refusal | undefined {
  const values = queryOf(target).getAll('level');
  if (values.length === 0) return undefined;
  return (values.length === 1 && LEVELS.find((each) => each === values[0])) || BAD_LEVEL;
}

const BAD_LEVEL = refusal('invalid_value', "Expected one level: 'content', 'media' or 'key'.", 'level');
