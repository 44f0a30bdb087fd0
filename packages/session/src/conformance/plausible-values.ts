// Values in place of redacted ones, so that redaction is not a violation.

import { REDACTED } from '@colloquy/protocol';
import { isObject } from '../is-object.ts';

/** Replaces `[REDACTED]` by valid values. */
export function withPlausibleValues<T>(value: T, depth = 0): T {
  // Deeper values are refused anyway [ER19].
  if (depth > 256) return value;
  if (Array.isArray(value)) return value.map((each) => withPlausibleValues(each, depth + 1)) as T;
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [
      name,
      field === REDACTED ? placeholder(name) : withPlausibleValues(field, depth + 1),
    ]),
  ) as T;
}

const placeholder = (name: string): string =>
  name === 'audio' ? 'AAAA' : name === 'image_url' ? 'data:image/png;base64,AAAA' : REDACTED;
