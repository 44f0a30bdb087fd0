// Checks before decoding: binary frames and rate limits [ER17, LM6]. The codec checks sizes [LM1].

import { eventTypeOf, type Issue } from '@colloquy/protocol';
import { type ActiveClock, activeTime } from '../active-time.ts';
import { bucket, type Limits } from '../limits.ts';
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

/**
 * Counts the frames of one connection. Returns the issue that refuses a frame, or `undefined`; `now` in monotonic milliseconds.
 * Frames sent while this process was stopped arrive together and do not count as too fast [LM16].
 */
export function createFrameLimiter(
  limits: Limits,
  clock: Pick<ActiveClock, 'missed'> = activeTime,
): (frame: Frame, now: number) => Issue | undefined {
  const events = bucket(limits.eventsPerSecond, limits.eventsBurst);
  const appends = bucket(limits.appendsPerSecond, limits.eventsBurst);
  return (frame, now) => {
    const missed = clock.missed();
    if (!events.tryAcquire(now, missed)) return TOO_FAST;
    if (typeof frame !== 'string') return BINARY;
    return APPENDS.has(eventTypeOf(frame)) && !appends.tryAcquire(now, missed) ? TOO_FAST : undefined;
  };
}
