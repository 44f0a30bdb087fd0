// Registry of live sessions: lookup and drain. Limits on their number: `gateway/admission.ts`.

import type { Observers } from './observers.ts';
import type { SessionHandle } from './session-handle.ts';
import type { SummarySink } from './summary-sink.ts';

/** A live session with its connection. */
export interface LiveSession {
  readonly session: SessionHandle;
  /** The engine's name, `relay`, or `''` for a translation. */
  readonly engine: string;
  /** The name of its recording, if it is recorded. */
  readonly recording: string | undefined;
  /** What happened so far; `undefined` for a translation. */
  readonly summary: SummarySink['summary'] | undefined;
  readonly observers: Observers;
  /** `Grant.principal` of the client that opened it. */
  readonly principal: string;
  /** Close code after the grace period: 1001, or 1012 if the client will reconnect [ER46]. */
  readonly drainCode: number;
  /** Ends the connection without a close handshake. */
  readonly drop: () => void;
}

export interface SessionRegistry {
  /** Returns a function that removes the session. */
  add(live: LiveSession): () => void;
  /** In the order they began. */
  list(): readonly LiveSession[];
  find(sessionId: string): LiveSession | undefined;
  /** Whether a drain has begun. The server then refuses new sessions [LM12]. */
  readonly isDraining: boolean;
  /**
   * Ends all sessions: idle ones at once, others when their responses are done, but after `graceMs` at the latest. A second call may
   * shorten the grace period. Resolves when no session is left.
   */
  drain(graceMs: number): Promise<void>;
}

/** Milliseconds a client has to answer a close before the connection is dropped. */
const CLOSE_TIMEOUT_MS = 1000;

export function createSessionRegistry(): SessionRegistry {
  const live = new Map<string, LiveSession>();
  const waiters = new Set<() => void>();
  let isDraining = false;

  return {
    add(entry) {
      live.set(entry.session.id, entry);
      return () => {
        if (!live.delete(entry.session.id)) return;
        if (live.size === 0) for (const resolve of waiters) resolve();
      };
    },
    list: () => [...live.values()],
    find: (id) => live.get(id),
    get isDraining() {
      return isDraining;
    },
    async drain(graceMs) {
      isDraining = true;
      for (const { session } of live.values()) session.drain();
      if (live.size === 0) return;
      const end = () => {
        for (const { session, drainCode } of live.values()) session.close(drainCode, 'The server is shutting down.');
      };
      const timers = [
        setTimeout(end, graceMs),
        setTimeout(() => {
          for (const { drop } of live.values()) drop();
        }, graceMs + CLOSE_TIMEOUT_MS),
      ];
      await new Promise<void>((resolve) => {
        waiters.add(resolve);
      });
      waiters.clear();
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
