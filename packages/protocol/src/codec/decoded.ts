// The result of decoding, a value or a refusal, shared by the full and the lean codec.

import type { FailureCode, Issue } from '../errors.ts';
import { quote, typeName } from '../schema/check.ts';

/** A frame that was refused: what is wrong with it, and its `event_id` where that could be read, at most 512 characters long. */
export interface Refused {
  ok: false;
  issues: [Issue, ...Issue[]];
  event_id: string | null;
}

/**
 * A frame that was understood. `known` is `false` when its `type` is of a newer protocol: then only `type` is certain, and the rest
 * stands as it came. In the profile `tolerant` enum values may be new ones too.
 */
export interface Accepted<T> {
  ok: true;
  value: T;
  known: boolean;
  /** Profile `server`: the decoded length of each base64 audio of the event, in order. */
  audio_bytes?: number[];
}

export type Decoded<T> = Accepted<T> | Refused;

/** What is wrong with what should be an event of some type [ER9]. */
export function judgeTag(value: unknown): Issue | undefined {
  if (!isObject(value)) return issue('invalid_event', null, 'The event must be a JSON object.');
  const type = Object.hasOwn(value, 'type') ? value.type : undefined;
  if (type === undefined) return issue('invalid_event', null, "The 'type' field is missing.");
  if (typeof type !== 'string')
    return issue('invalid_event', 'type', `Invalid type for 'type': expected a string, but got ${typeName(type)}.`);
  return undefined;
}

/** Refuses a type that is none of those there are [ER11]; `more` may name these. */
export const unknownType = (type: string, more = ''): Issue =>
  issue('invalid_value', 'type', `Invalid value: '${quote(type)}'.${more}`);

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const issue = (code: FailureCode, param: string | null, message: string): Issue => ({ code, param, message });

/** Longest `event_id` that is told back, in UTF-16 code units [ER20]. */
export const EVENT_ID_LENGTH = 512;

export function refuse(issue: Issue, event?: unknown): Refused {
  const id = isObject(event) && Object.hasOwn(event, 'event_id') ? event.event_id : undefined;
  const isReadable = typeof id === 'string' && id.length <= EVENT_ID_LENGTH;
  return { ok: false, issues: [issue], event_id: isReadable ? id : null };
}

/** Only a hostile value (a throwing getter or proxy) ends in the `catch`; what it threw may hold anything and is not passed on. */
export function guarded<T>(decode: () => Decoded<T>): Decoded<T> {
  try {
    return decode();
  } catch {
    return refuse(issue('invalid_event', null, 'The value cannot be read.'));
  }
}
