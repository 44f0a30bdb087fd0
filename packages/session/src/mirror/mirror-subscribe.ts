// Publishes changes: typed subscriptions and async iteration. Kinds of changes: `mirror-state.ts`.

/** The subset of the platform's `AbortSignal` that is used here; avoids a dependency on platform types. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** A listener threw, or its promise rejected. `error` is what it threw; the mirror continued. */
export interface ListenerFault {
  readonly type: 'fault';
  readonly error: unknown;
  /** Type of the change that was being delivered. */
  readonly during: string;
}

/** The reader was too slow: `missed` changes were dropped. The mirror still contains their effect. */
export interface ChangeGap {
  readonly type: 'gap';
  readonly missed: number;
}

/** Maximum unread changes of one reader; then the oldest are dropped. */
const MAX_UNREAD = 10_000;

export interface Publisher<C extends { type: string }> {
  /** Delivers changes to all, in order; changes that a listener causes follow after. Never throws. */
  publish(changes: readonly C[]): void;
  /** Calls `listener` with each change of one type. Returns a function that unsubscribes; `signal` does so too. */
  subscribe<T extends (C | ListenerFault)['type']>(
    type: T,
    listener: (change: Extract<C | ListenerFault, { type: T }>) => unknown,
    options?: { signal?: AbortSignalLike | undefined },
  ): () => void;
  /** All changes from now on. Ends without throwing when `signal` aborts or the reader leaves. */
  changes(options?: { signal?: AbortSignalLike | undefined }): AsyncIterableIterator<C | ListenerFault | ChangeGap>;
}

export function createPublisher<C extends { type: string }>(): Publisher<C> {
  type Notice = C | ListenerFault;
  const listeners = new Map<string, Set<(change: never) => unknown>>();
  const readers = new Set<(change: Notice) => void>();
  const queue: Notice[] = [];
  let isDelivering = false;

  function publish(changes: readonly Notice[]): void {
    if (listeners.size === 0 && readers.size === 0) return;
    for (const change of changes) queue.push(change);
    if (isDelivering) return;
    isDelivering = true;
    // The queue grows during the loop: a listener may apply further events.
    for (const change of queue) deliver(change);
    queue.length = 0;
    isDelivering = false;
  }

  function deliver(change: Notice): void {
    for (const enqueue of readers) enqueue(change);
    const registered = listeners.get(change.type);
    for (const listener of registered ? [...registered] : []) {
      if (!registered?.has(listener)) continue;
      try {
        const result = listener(change as never) as { then?: unknown } | undefined;
        if (typeof result?.then === 'function') Promise.resolve(result).catch((error) => reportFault(error, change));
      } catch (error) {
        reportFault(error, change);
      }
    }
  }

  function reportFault(error: unknown, { type: during }: Notice): void {
    // A fault listener that throws does not cause another fault.
    if (during !== 'fault') publish([{ type: 'fault', error, during }]);
  }

  return {
    publish,
    subscribe(type, listener, { signal } = {}) {
      const registered = listeners.get(type) ?? new Set();
      // Wrapped, so that the same function can subscribe twice and unsubscribe separately.
      const wrapped = (change: never) => listener(change);
      const end = () => {
        signal?.removeEventListener('abort', end);
        if (registered.delete(wrapped) && registered.size === 0 && listeners.get(type) === registered)
          listeners.delete(type);
      };
      if (signal?.aborted) return end;
      listeners.set(type, registered.add(wrapped));
      signal?.addEventListener('abort', end);
      return end;
    },
    changes({ signal } = {}) {
      type Entry = Notice | ChangeGap;
      const unread: Entry[] = [];
      const pendingReads: ((result: IteratorResult<Entry>) => void)[] = [];
      let missed = 0;
      let hasEnded = false;
      const enqueue = (change: Notice) => {
        const resolveRead = pendingReads.shift();
        if (resolveRead) return resolveRead({ value: change, done: false });
        if (unread.length >= MAX_UNREAD) missed += unread.splice(0, MAX_UNREAD / 2).length;
        unread.push(change);
      };
      const end = () => {
        hasEnded = true;
        readers.delete(enqueue);
        signal?.removeEventListener('abort', end);
        for (const resolveRead of pendingReads.splice(0)) resolveRead({ value: undefined, done: true });
      };
      if (signal?.aborted) end();
      else {
        readers.add(enqueue);
        signal?.addEventListener('abort', end);
      }
      return {
        async next() {
          if (hasEnded) return { value: undefined, done: true };
          if (missed > 0) {
            const value: ChangeGap = { type: 'gap', missed };
            missed = 0;
            return { value, done: false };
          }
          const value = unread.shift();
          return value ? { value, done: false } : new Promise((resolve) => pendingReads.push(resolve));
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
