// Pulls the pieces of somebody else's code, engine or translator, one at a time: others get their turn, a slow client its time,
// and whoever does not stop when told is left behind.

import { setImmediate as nextTurn } from 'node:timers/promises';

export interface ConsumeOptions<T> {
  readonly signal: AbortSignal;
  /** Hears every piece; false when that was the last one wanted. */
  readonly onItem: (piece: T) => boolean;
  /** Resolves when the client has taken enough of what it was sent [LM9]. */
  readonly waitForDrain: (signal: AbortSignal) => Promise<void>;
}

/** Milliseconds of uninterrupted pieces after which others get a turn. */
const MAX_SLICE_MS = 5;
const STOPPED = Symbol('stopped');

/**
 * Resolves with `ended` when the source has no more pieces, and with `stopped` when no more are wanted or the signal has aborted,
 * whether or not the source takes notice. Rejects with what the source or `hear` throws.
 */
export async function consumeStream<T>(
  source: () => AsyncIterable<T>,
  options: ConsumeOptions<T>,
): Promise<'ended' | 'stopped'> {
  const { signal, onItem, waitForDrain } = options;
  let iterator: AsyncIterator<T> | undefined;
  try {
    iterator = source()[Symbol.asyncIterator]();
    let sliceStartedAt = performance.now();
    while (!signal.aborted) {
      const next = await unlessAborted(iterator.next(), signal);
      if (next === STOPPED || signal.aborted) return 'stopped';
      if (next.done) return 'ended';
      if (!onItem(next.value)) return 'stopped';
      await waitForDrain(signal);
      if (performance.now() - sliceStartedAt > MAX_SLICE_MS) {
        await nextTurn();
        sliceStartedAt = performance.now();
      }
    }
    return 'stopped';
  } finally {
    // Not awaited: a source that hangs would hang us. Rejections have nobody left to interest.
    void Promise.resolve(iterator?.return?.()).catch(() => {});
  }
}

/** What a promise comes to, or `STOPPED` once the signal aborts. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | typeof STOPPED> {
  return new Promise((resolve, reject) => {
    const stop = () => resolve(STOPPED);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
