// How far audio may run ahead of the ear that hears it.

import { setTimeout as pause } from 'node:timers/promises';

export interface PaceOptions {
  /** Milliseconds of audio a client may be ahead of real time; `Infinity` sends it as it is made. @default 2000 */
  leadMs?: number;
  /** Milliseconds, monotonic. @default performance.now */
  clock?: () => number;
  /** Resolves after so many milliseconds, or once the signal aborts; never rejects. @default a timer */
  wait?: (ms: number, signal: AbortSignal) => Promise<void>;
}

const LEAD_MS = 2000;

const waitByTimer = (ms: number, signal: AbortSignal) => pause(ms, undefined, { signal }).catch(() => {}); // aborted: the caller looks

/** Resolves when audio of so many milliseconds may be sent. One for each answer. */
export function pacer({ leadMs = LEAD_MS, clock = () => performance.now(), wait = waitByTimer }: PaceOptions = {}) {
  /** When what was sent so far will have been heard; what comes after a gap is heard at once. */
  let heardAt = Number.NEGATIVE_INFINITY;
  return async (audioMs: number, signal: AbortSignal): Promise<void> => {
    const ahead = Math.max(heardAt, clock()) + audioMs - clock() - Math.max(leadMs, audioMs);
    if (ahead > 0 && Number.isFinite(leadMs)) await wait(ahead, signal);
    heardAt = Math.max(heardAt, clock()) + audioMs;
  };
}
