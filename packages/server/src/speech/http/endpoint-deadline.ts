// Timeouts of one endpoint request. They count only the time spent waiting for the endpoint.

import { setTimeout as pause } from 'node:timers/promises';
import type { ColloquyError } from '@colloquy/protocol';
import { type ActiveClock, activeTime } from '../../active-time.ts';
import type { EndpointFault } from './endpoint-fault.ts';

/**
 * Time limits and retries of a request. Only time spent waiting for the endpoint counts, not time in which the consumer
 * does not read.
 */
export interface EndpointBudget {
  /**
   * Milliseconds from the request to the first data, connecting included. Headers and heartbeats do not count as data.
   * @default 30000
   */
  readonly firstByteMs: number;
  /** Milliseconds from one piece of data to the next. @default 30000 */
  readonly idleMs: number;
  /** Milliseconds for all attempts together. @default 300000 */
  readonly totalMs: number;
  /** Retries while nothing has been yielded. At most 2. @default 2 */
  readonly retries: number;
  /** Upper bound of the first delay between attempts, in milliseconds; it doubles for the second. @default 500 */
  readonly pauseMs: number;
}

/** Connecting has its own limit of 10 s, that of Node's `fetch`. */
export const DEFAULT_BUDGET: EndpointBudget = {
  firstByteMs: 30_000,
  idleMs: 30_000,
  totalMs: 300_000,
  retries: 2,
  pauseMs: 500,
};

export interface Deadline {
  /** Called at most once per `waiting`, with the error it rejects with. */
  onTimeout: ((error: ColloquyError) => void) | undefined;
  /** Waits for a promise of the endpoint's. Rejects on timeout, or as the promise does. */
  waiting<T>(promise: Promise<T>): Promise<T>;
  /** Reports data: from now on `idleMs` applies. */
  readonly progress: () => void;
  /** Reports that the answer is complete: waiting may go on this long, and a timeout is then no failure. */
  readonly linger: (ms: number) => void;
  /** True if the time of `linger` ran out. */
  readonly hasLingered: boolean;
  /**
   * Waits, then starts another attempt; only `totalMs` carries over. Rejects if the delay exceeds it; an abort ends the
   * delay early.
   */
  retry(pauseMs: number, signal: AbortSignal): Promise<void>;
}

export function createDeadline(
  budget: EndpointBudget,
  errorOf: (fault: EndpointFault) => ColloquyError,
  clock: Pick<ActiveClock, 'now' | 'after'> = activeTime,
): Deadline {
  let waitedFor: 'first_data' | 'data' = 'first_data';
  let waitedMs = 0;
  let totalMs = 0;
  let lingerMs: number | undefined;
  let hasLingered = false;

  /** The timeout that expires next, and in how many milliseconds. */
  function next(): { ms: number; fault: EndpointFault } {
    const limit = waitedFor === 'first_data' ? budget.firstByteMs : budget.idleMs;
    const left = limit - waitedMs;
    const leftOfAll = budget.totalMs - totalMs;
    return leftOfAll < left
      ? { ms: leftOfAll, fault: { fault: 'timeout', waitedFor: 'end', ms: budget.totalMs } }
      : { ms: left, fault: { fault: 'timeout', waitedFor, ms: limit } };
  }

  const deadline: Deadline = {
    onTimeout: undefined,
    waiting<T>(promise: Promise<T>): Promise<T> {
      const began = clock.now();
      const { ms, fault } = next();
      return new Promise<T>((resolve, reject) => {
        const cancel = clock.after(Math.max(0, Math.min(ms, lingerMs ?? ms)), () => {
          hasLingered = lingerMs !== undefined;
          const error = errorOf(fault);
          deadline.onTimeout?.(error);
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
      await pause(Math.max(0, Math.min(pauseMs, leftOfAll)), undefined, { signal }).catch(() => {}); // // the caller checks the signal
      if (pauseMs > leftOfAll && !signal.aborted)
        throw errorOf({ fault: 'timeout', waitedFor: 'end', ms: budget.totalMs });
      totalMs += performance.now() - began;
      waitedFor = 'first_data';
      waitedMs = 0;
      lingerMs = undefined;
      hasLingered = false;
    },
  };
  return deadline;
}
