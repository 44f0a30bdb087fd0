// The clock of one stage: counts the time spent waiting for an endpoint, and no other.

import { setTimeout as pause } from 'node:timers/promises';
import type { ColloquyError } from '@colloquy/protocol';
import { type ActiveClock, activeTime } from '../../active-time.ts';
import type { StageFault } from './stage-fault.ts';

/** How long a stage may take. Only time spent waiting for the endpoint counts, none in which we do not read on. */
export interface StageBudget {
  /** From the request to the first data, in milliseconds, connecting included. Headers and heartbeats are no data. @default 30000 */
  readonly firstByteMs: number;
  /** Between data and data, in milliseconds. @default 30000 */
  readonly idleMs: number;
  /** All attempts together, in milliseconds. @default 300000 */
  readonly totalMs: number;
  /** Further attempts, as long as nothing was said. At most 2. @default 2 */
  readonly retries: number;
  /** Bound of the first pause between attempts, in milliseconds; that of the second is twice as long. @default 500 */
  readonly pauseMs: number;
}

/** Connecting has 10 s of its own: that is how long Node's `fetch` tries. */
export const DEFAULT_BUDGET: StageBudget = {
  firstByteMs: 30_000,
  idleMs: 30_000,
  totalMs: 300_000,
  retries: 2,
  pauseMs: 500,
};

export interface Watch {
  /** Called, at most once for each `waiting`, with the error that the wait then ends with. */
  onTimeout: ((error: ColloquyError) => void) | undefined;
  /** Waits for something of the endpoint's, on its time. Rejects when that has run out, or as the promise does. */
  waiting<T>(promise: Promise<T>): Promise<T>;
  /** Data came: from now on the pause between data counts. */
  readonly progress: () => void;
  /** All that matters has come: this much more may be waited, and running out of it is no fault. */
  readonly linger: (ms: number) => void;
  /** Whether time ran out while lingering. */
  readonly hasLingered: boolean;
  /** Pauses, then begins another attempt: only the total goes on. Rejects when the pause uses it up; an abort ends it early. */
  retry(pauseMs: number, signal: AbortSignal): Promise<void>;
}

export function createWatch(
  budget: StageBudget,
  errorOf: (fault: StageFault) => ColloquyError,
  clock: Pick<ActiveClock, 'now' | 'after'> = activeTime,
): Watch {
  let waitedFor: 'first_data' | 'data' = 'first_data';
  let waitedMs = 0;
  let totalMs = 0;
  let lingerMs: number | undefined;
  let hasLingered = false;

  /** What runs out next, and in how many milliseconds. */
  function next(): { ms: number; fault: StageFault } {
    const limit = waitedFor === 'first_data' ? budget.firstByteMs : budget.idleMs;
    const left = limit - waitedMs;
    const leftOfAll = budget.totalMs - totalMs;
    return leftOfAll < left
      ? { ms: leftOfAll, fault: { fault: 'timeout', waitedFor: 'end', ms: budget.totalMs } }
      : { ms: left, fault: { fault: 'timeout', waitedFor, ms: limit } };
  }

  const watch: Watch = {
    onTimeout: undefined,
    waiting<T>(promise: Promise<T>): Promise<T> {
      const began = clock.now();
      const { ms, fault } = next();
      return new Promise<T>((resolve, reject) => {
        const cancel = clock.after(Math.max(0, Math.min(ms, lingerMs ?? ms)), () => {
          hasLingered = lingerMs !== undefined;
          const error = errorOf(fault);
          watch.onTimeout?.(error);
          reject(error);
        });
        promise.then(resolve, reject).finally(() => {
          cancel();
          const elapsed = clock.now() - began;
          waitedMs += elapsed;
          totalMs += elapsed;
          if (lingerMs !== undefined) lingerMs -= elapsed;
        });
      });
    },
    progress() {
      waitedFor = 'data';
      waitedMs = 0;
    },
    linger(ms) {
      lingerMs ??= ms;
    },
    get hasLingered() {
      return hasLingered;
    },
    async retry(pauseMs, signal) {
      const leftOfAll = budget.totalMs - totalMs;
      const began = performance.now();
      await pause(Math.max(0, Math.min(pauseMs, leftOfAll)), undefined, { signal }).catch(() => {}); // seen by whoever asked
      if (pauseMs > leftOfAll && !signal.aborted)
        throw errorOf({ fault: 'timeout', waitedFor: 'end', ms: budget.totalMs });
      totalMs += performance.now() - began;
      waitedFor = 'first_data';
      waitedMs = 0;
      lingerMs = undefined;
      hasLingered = false;
    },
  };
  return watch;
}
