// The live sessions: who is there, and how all of them end.

import type { Observers } from './observers.ts';
import type { SessionHandle } from './session-handle.ts';

/** A session with its connection. */
export interface LiveSession {
  readonly session: SessionHandle;
  /** What answers: the engine's name, `relay`, or '' for a translation. */
  readonly engine: string;
  /** The name of its recording, if it is to be recorded. */
  readonly recording: string | undefined;
  /** Who watches it. */
  readonly observers: Observers;
  /** `Grant.principal` of the client that opened it. */
  readonly principal: string;
  /** What it is closed with when the grace is over: 1001, or 1012 where the client means to come back [ER46]. */
  readonly drainCode: number;
  /** Ends the connection without a word. */
  readonly drop: () => void;
}

export interface SessionRegistry {
  /** Returns what removes it again. */
  add(live: LiveSession): () => void;
  /** In the order they began. */
  list(): readonly LiveSession[];
  find(sessionId: string): LiveSession | undefined;
  /** Whether a drain has begun. New sessions are refused from then on [LM12]. */
  readonly isDraining: boolean;
  /**
   * Ends all sessions: idle ones at once, others when their responses are done or after `graceMs`, whichever is first. A further
   * call may shorten the grace. Resolves when none is left.
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
