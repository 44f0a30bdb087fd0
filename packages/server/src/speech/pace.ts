// Limits how far audio may run ahead of playback.

import { setTimeout as pause } from 'node:timers/promises';

export interface PaceOptions {
  /** Milliseconds that audio may be ahead of real time; `Infinity` disables the limit. @default 2000 */
  leadMs?: number;
  /** Milliseconds, monotonic. @default performance.now */
  clock?: () => number;
  /** Resolves after this many milliseconds, or when the signal aborts; never rejects. @default a timer */
  wait?: (ms: number, signal: AbortSignal) => Promise<void>;
}

const LEAD_MS = 2000;

const waitByTimer = (ms: number, signal: AbortSignal) => pause(ms, undefined, { signal }).catch(() => {}); // // aborted: the caller checks

/** Returns a function that resolves when audio of this many milliseconds may be sent. Use one per answer. */
export function pacer({ leadMs = LEAD_MS, clock = () => performance.now(), wait = waitByTimer }: PaceOptions = {}) {
  /** When everything sent so far will have been played; audio after a gap plays immediately. */
  let playedUntilMs = Number.NEGATIVE_INFINITY;
  return async (audioMs: number, signal: AbortSignal): Promise<void> => {
    const ahead = Math.max(playedUntilMs, clock()) + audioMs - clock() - Math.max(leadMs, audioMs);
    if (ahead > 0 && Number.isFinite(leadMs)) await wait(ahead, signal);
    playedUntilMs = Math.max(playedUntilMs, clock()) + audioMs;
  };
}
