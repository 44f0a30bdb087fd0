// Iterates over the output of an engine or translator with backpressure; yields to the event loop every 5 ms; abandons a source
// that ignores abort.

import { setImmediate as nextTurn } from 'node:timers/promises';

export interface ConsumeOptions<T> {
  readonly signal: AbortSignal;
  /** Called with every item; returns false to stop. */
  readonly onItem: (piece: T) => boolean;
  /** Resolves when the client's unread bytes are below the limit [LM9]. */
  readonly waitForDrain: (signal: AbortSignal) => Promise<void>;
}

/** Milliseconds without a pause after which the loop yields to the event loop. */
const MAX_SLICE_MS = 5;
const STOPPED = Symbol('stopped');

/**
 * Resolves with `ended` when the source is exhausted, and with `stopped` when `onItem` returns false or the signal aborts, even if
 * the source ignores the signal. Rejects with errors of the source or of `onItem`.
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
    // Not awaited, because a source may hang. Its rejection no longer matters.
    void Promise.resolve(iterator?.return?.()).catch(() => {});
  }
}

/** Settles as `promise` does, or resolves with `STOPPED` when the signal aborts first. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | typeof STOPPED> {
  return new Promise((resolve, reject) => {
    const stop = () => resolve(STOPPED);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
