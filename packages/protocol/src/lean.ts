// The small codec for bundles, `@colloquy/protocol/lean`: events of realtime and transcription sessions in the profile
// `tolerant`.
// Accepts the same frames as the full codec and returns the same values. It has no schemas, so it does not name the invalid
// field.

import { type Decoded, guarded, issue, judgeTag, refuse, unknownType } from './codec/decoded.ts';
import type { DeltaMemo } from './codec/delta-scanner.ts';
import { decodeFast, MEMO, type Measure, textOf } from './codec/fast-decode.ts';
import { type Read, readTolerantly } from './codec/json-scan.ts';
import { guardValue } from './codec/value-guard.ts';
import { mask } from './redact/masked.ts';
import { measureClientEvent, measureServerEvent } from './schema/checks.generated.ts';
import type { ClientEvent } from './wire/realtime-client-events.ts';
import type { ServerEvent } from './wire/realtime-server-events.ts';

export type { Accepted, Decoded, Refused } from './codec/decoded.ts';
export { createDeltaMemo, type DeltaMemo } from './codec/delta-scanner.ts';
export { encodeEvent, type Unprintable } from './codec/encode.ts';
export { CLIENT_EVENT_TYPES, eventTypeOf, SERVER_EVENT_TYPES } from './event-types.ts';

/** How to decode. */
export interface LeanOptions {
  /** What to remember of the frames of this connection, for speed alone. By default one memory serves all. */
  memo?: DeltaMemo;
}

/**
 * Decodes what a server sent, as `decodeServerEvent` of `@colloquy/protocol` does in its default profile. Never throws.
 *
 * Where an event is not what its type says, the issue is `invalid_event` with `param: null`: ask the full codec which field it is.
 */
export const decodeServerEvent = (frame: unknown, { memo = MEMO }: LeanOptions = {}): Decoded<ServerEvent> =>
  decode(frame, 'server', measureServerEvent, memo) as Decoded<ServerEvent>;

/** Decodes what a client sent, as `decodeServerEvent`. An event of an unknown type is refused with `invalid_value`. Never throws. */
export const decodeClientEvent = (frame: unknown, { memo = MEMO }: LeanOptions = {}): Decoded<ClientEvent> =>
  decode(frame, 'client', measureClientEvent, memo) as Decoded<ClientEvent>;

function decode(input: unknown, from: 'client' | 'server', measure: Measure, memo: DeltaMemo): Decoded<object> {
  const frame = textOf(input);
  const right = typeof frame === 'string' ? decodeFast(frame, from, measure, memo) : undefined;
  if (right) return { ok: true, value: right, known: true };
  return guarded(() => {
    const isText = typeof frame === 'string' || frame instanceof Uint8Array;
    const read: Read = isText ? readTolerantly(frame) : { ok: true, value: frame };
    if (!read.ok) return refuse(read.issue);
    const { value } = read;
    const unsound = guardValue(value, false);
    if (unsound) return refuse(unsound);
    const untyped = judgeTag(value);
    if (untyped) return refuse(untyped, value);
    const event = value as { type: string };
    const measured = measure(event);
    const known = measured !== Number.NEGATIVE_INFINITY;
    if (!known && from === 'client') return refuse(unknownType(event.type), value);
    if (Number.isNaN(measured))
      return refuse(issue('invalid_event', null, 'The event is not what its type says.'), value);
    mask(event);
    return { ok: true, value: event, known };
  });
}
