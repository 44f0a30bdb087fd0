// Values to frames: the JSON text of an event, or why it has none. Frames to values is `codec.ts`.

import { isObject, issue } from './decoded.ts';
import type { Issue } from './errors.ts';
import type { ClientEvent } from './realtime-client-events.ts';
import type { ServerEvent } from './realtime-server-events.ts';
import type { TranslationClientEvent, TranslationServerEvent } from './realtime-translation.ts';
import { guardValue } from './value-guard.ts';

/** A value that cannot be printed. */
export type Unprintable = { ok: false; issues: [Issue] };

type Event = ClientEvent | ServerEvent | TranslationClientEvent | TranslationServerEvent;

/**
 * The JSON text of an event, secrets in clear. Keys stand in the order of the object.
 *
 * A value that is no event of a known type may be anything: what has no JSON text, or only one that would be read back as
 * something else (a number that is not finite, a cycle, nesting beyond 128 levels, a getter that throws), is answered with
 * `{ ok: false, issues }`. Never throws.
 *
 * @see SPEC.md RD7, CD4
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
    const found = guardValue(value, false);
    return found ? unprintable(found) : JSON.stringify(value);
  } catch {
    // A getter, a proxy, a `toJSON` of the caller's, or a bigint; what was thrown may quote the value.
    return unprintable(issue('invalid_event', null, 'The value has no JSON text.'));
  }
}

export const unprintable = (found: Issue): Unprintable => ({ ok: false, issues: [found] });
