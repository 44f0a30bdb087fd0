// Work in progress that ends when the caller's signal aborts or the component is closed.

export interface OpenWork {
  /** Yields from `make`, whose signal aborts with the given one or with `close`. */
  run<T>(signal: AbortSignal, make: (signal: AbortSignal) => AsyncIterable<T>): AsyncGenerator<T, void, undefined>;
  /** Aborts all work; work started later is aborted immediately. */
  close(): void;
}

export function openWork(): OpenWork {
  const running = new Set<AbortController>();
  let isClosed = false;
  return {
    async *run(signal, make) {
      const abort = new AbortController();
      const stop = () => abort.abort();
      if (signal.aborted || isClosed) stop();
      signal.addEventListener('abort', stop, { once: true });
      running.add(abort);
      try {
        yield* make(abort.signal);
      } finally {
        running.delete(abort);
        signal.removeEventListener('abort', stop);
      }
    },
    close() {
      isClosed = true;
      for (const abort of running) abort.abort();
    },
  };
}
