// Encodes an event as JSON text, or returns why that is impossible. Decoding: `codec.ts`.

import type { Issue } from '../errors.ts';
import type { ClientEvent } from '../wire/realtime-client-events.ts';
import type { ServerEvent } from '../wire/realtime-server-events.ts';
import type { TranslationClientEvent, TranslationServerEvent } from '../wire/realtime-translation.ts';
import { isObject, issue } from './decoded.ts';
import { guardValue } from './value-guard.ts';

/** A value that cannot be printed. */
export type Unprintable = { ok: false; issues: [Issue] };

type Event = ClientEvent | ServerEvent | TranslationClientEvent | TranslationServerEvent;

/**
 * The JSON text of an event, secrets in clear. Keys stand in the order of the object.
 *
 * A value that is no event of a known type may be anything: what has no JSON text, or only one that would be read back as
 * something else (a number that is not finite, a cycle, nesting beyond 128 levels, a getter that throws), is answered with
 * `{ ok: false, issues }`. A bigint of 64 bits is printed as an integer. Never throws.
 *
 * @see SPEC.md RD7, CD4, CD14
 */
export function encodeEvent(event: Event): string;
export function encodeEvent(event: unknown): string | Unprintable;
export function encodeEvent(event: unknown): string | Unprintable {
  return printValue(event);
}

/** The JSON text of an object, or why there is none. Never throws. */
export function printValue(value: unknown): string | Unprintable {
  try {
    if (!isObject(value)) return unprintable(issue('invalid_event', null, 'Only an object can be sent.'));
    const fault = guardValue(value, false);
    if (fault) return unprintable(fault);
    const text = stringify(value);
    if (text !== undefined) return text;
  } catch {
    // A getter, a proxy or a `toJSON` of the caller's, or a bigint beyond 64 bits; what was thrown may quote the value.
  }
  return unprintable(issue('invalid_event', null, 'The value has no JSON text.'));
}

/** As `JSON.stringify`, which throws at a bigint: what the profile `strict` makes of an integer that no double holds [CD14]. */
function stringify(value: object): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return printExactly(value, '');
  }
}

/** Prints as `JSON.stringify` does, and bigints of 64 bits digit by digit. Throws at a larger one. */
function printExactly(input: unknown, key: string): string | undefined {
  if (typeof input === 'bigint') return printBigint(input);
  if (typeof input !== 'object' || input === null) return JSON.stringify(input);
  const { toJSON } = input as { toJSON?: unknown };
  const value: unknown = typeof toJSON === 'function' ? toJSON.call(input, key) : input;
  if (typeof value !== 'object' || value === null) return printExactly(value, key);
  if (Array.isArray(value)) return `[${value.map((each, i) => printExactly(each, String(i)) ?? 'null').join(',')}]`;
  const members = Object.entries(value).flatMap(([name, member]) => {
    const text = printExactly(member, name);
    return text === undefined ? [] : `${JSON.stringify(name)}:${text}`;
  });
  return `{${members.join(',')}}`;
}

function printBigint(value: bigint): string {
  if (BigInt.asIntN(64, value) !== value) throw new RangeError('more than 64 bits');
  return String(value);
}

export const unprintable = (issue: Issue): Unprintable => ({ ok: false, issues: [issue] });
