// Telling others of changes: typed subscriptions and async iteration. What can change is `mirror-state.ts`.

/** The part of the platform's `AbortSignal` that is used here, so that no platform's types are needed. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** A listener threw, or its promise failed. `error` is what it threw; the mirror went on. */
export interface ListenerFault {
  readonly type: 'fault';
  readonly error: unknown;
  /** Type of the change that was being told. */
  readonly during: string;
}

/** The reader was too slow: so many changes were dropped. What they changed is still in the mirror. */
export interface ChangeGap {
  readonly type: 'gap';
  readonly missed: number;
}

/** Changes one reader may leave unread before the oldest are dropped. */
const MAX_UNREAD = 10_000;

export interface Publisher<C extends { type: string }> {
  /** Tells everyone, in order; what a listener sets off is told after. Never throws. */
  publish(changes: readonly C[]): void;
  /** Calls `listener` with each change of one type. Returns what ends it; so does `signal`. */
  subscribe<T extends (C | ListenerFault)['type']>(
    type: T,
    listener: (change: Extract<C | ListenerFault, { type: T }>) => unknown,
    options?: { signal?: AbortSignalLike | undefined },
  ): () => void;
  /** Every change from now on. Ends, without throwing, when `signal` aborts or the reader leaves. */
  changes(options?: { signal?: AbortSignalLike | undefined }): AsyncIterableIterator<C | ListenerFault | ChangeGap>;
}

export function createPublisher<C extends { type: string }>(): Publisher<C> {
  type Told = C | ListenerFault;
  const listeners = new Map<string, Set<(change: never) => unknown>>();
  const readers = new Set<(change: Told) => void>();
  const waiting: Told[] = [];
  let isTelling = false;

  function publish(changes: readonly Told[]): void {
    if (listeners.size === 0 && readers.size === 0) return;
    for (const change of changes) waiting.push(change);
    if (isTelling) return;
    isTelling = true;
    // Grows while it is walked: a listener may apply further events.
    for (const change of waiting) tell(change);
    waiting.length = 0;
    isTelling = false;
  }

  function tell(change: Told): void {
    for (const read of readers) read(change);
    const those = listeners.get(change.type);
    for (const listener of those ? [...those] : []) {
      if (!those?.has(listener)) continue;
      try {
        const result = listener(change as never) as { then?: unknown } | undefined;
        if (typeof result?.then === 'function') Promise.resolve(result).catch((error) => fault(error, change));
      } catch (error) {
        fault(error, change);
      }
    }
  }

  function fault(error: unknown, { type: during }: Told): void {
    // One that fails while it is told of a fault is not told of its own.
    if (during !== 'fault') publish([{ type: 'fault', error, during }]);
  }

  return {
    publish,
    subscribe(type, listener, { signal } = {}) {
      const those = listeners.get(type) ?? new Set();
      // Wrapped, so that the same function may subscribe twice and end each by itself.
      const tellOne = (change: never) => listener(change);
      const end = () => {
        signal?.removeEventListener('abort', end);
        if (those.delete(tellOne) && those.size === 0 && listeners.get(type) === those) listeners.delete(type);
      };
      if (signal?.aborted) return end;
      listeners.set(type, those.add(tellOne));
      signal?.addEventListener('abort', end);
      return end;
    },
    changes({ signal } = {}) {
      type Read = Told | ChangeGap;
      const unread: Read[] = [];
      const asked: ((result: IteratorResult<Read>) => void)[] = [];
      let missed = 0;
      let isOver = false;
      const read = (change: Told) => {
        const ask = asked.shift();
        if (ask) return ask({ value: change, done: false });
        if (unread.length >= MAX_UNREAD) missed += unread.splice(0, MAX_UNREAD / 2).length;
        unread.push(change);
      };
      const end = () => {
        isOver = true;
        readers.delete(read);
        signal?.removeEventListener('abort', end);
        for (const ask of asked.splice(0)) ask({ value: undefined, done: true });
      };
      if (signal?.aborted) end();
      else {
        readers.add(read);
        signal?.addEventListener('abort', end);
      }
      return {
        async next() {
          if (isOver) return { value: undefined, done: true };
          if (missed > 0) {
            const value: ChangeGap = { type: 'gap', missed };
            missed = 0;
            return { value, done: false };
          }
          const value = unread.shift();
          return value ? { value, done: false } : new Promise((resolve) => asked.push(resolve));
        },
        async return() {
          end();
          return { value: undefined, done: true };
        },
        [Symbol.asyncIterator]() {
          return this;
        },
      };
    },
  };
}
