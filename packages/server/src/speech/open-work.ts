// Work under way that ends when either whoever asked for it or the part that does it has had enough.

export interface OpenWork {
  /** Passes on what is made with a signal that aborts with the given one, or with `close`. */
  run<T>(signal: AbortSignal, make: (signal: AbortSignal) => AsyncIterable<T>): AsyncGenerator<T, void, undefined>;
  /** Aborts all of it; what is begun afterwards is aborted from the start. */
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
