// What a frame is refused for before it is read: bytes, and too many of them in too little time [ER17, LM6]. Sizes are the
// codec's business [LM1].

import { eventTypeOf, type Issue } from '@colloquy/protocol';
import { bucket, type Limits } from './limits.ts';
import type { Frame } from './transport.ts';

const BINARY: Issue = {
  code: 'invalid_event',
  param: null,
  message: 'Expected a text WebSocket message; binary frames are not supported.',
};
const TOO_FAST: Issue = {
  code: 'rate_limit_exceeded',
  param: null,
  message: 'Too many events in too little time. Send fewer per second.',
};

const APPENDS: ReadonlySet<string | undefined> = new Set([
  'input_audio_buffer.append',
  'session.input_audio_buffer.append',
]);

/** Keeps count of one connection's frames. Answers why a frame is not even read, or `undefined`; `now` in milliseconds, monotonic. */
export function frameGate(limits: Limits): (frame: Frame, now: number) => Issue | undefined {
  const events = bucket(limits.eventsPerSecond, limits.eventsBurst);
  const appends = bucket(limits.appendsPerSecond, limits.eventsBurst);
  return (frame, now) => {
    if (!events.take(now)) return TOO_FAST;
    if (typeof frame !== 'string') return BINARY;
    return APPENDS.has(eventTypeOf(frame)) && !appends.take(now) ? TOO_FAST : undefined;
  };
}
