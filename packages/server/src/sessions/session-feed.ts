// Streams the list of `GET /api/sessions` to connections: sessions that begin, change and end [CO22]. Authorization: `authorize.ts`.
// Handshake: `watch-upgrade.ts`. Lines of one session: `observers.ts`.

import type { SessionListEvent, SessionSummary } from '@colloquy/session';
import type { Limits } from '../limits.ts';
import type { Transport } from '../transports/transport.ts';
import type { ObserverRegistry } from './observers.ts';
import type { LiveSession, SessionRegistry } from './session-registry.ts';
import { createSpectator, type Spectator } from './spectator.ts';

export interface SessionFeed {
  /** Sends the current list to a connection, then every change. */
  join(transport: Transport): void;
  /** Reports a new session. */
  onBegin(sessionId: string): void;
  /** Reports that the summary of a session may have changed. Does nothing if no connection follows the list. */
  onChange(sessionId: string): void;
  /** Reports the end of a session. */
  onEnd(live: LiveSession): void;
}

export interface SessionFeedOptions {
  readonly registry: SessionRegistry;
  readonly observerRegistry: ObserverRegistry;
  readonly limits: Limits;
  readonly summaryOf: (live: LiveSession) => SessionSummary;
  /** Calls `call` once after `ms` milliseconds. The timer must not keep the process alive. */
  readonly schedule: (call: () => void, ms: number) => void;
}

/** Milliseconds for which changes are collected before they are sent. */
const BATCH_MS = 250;

export function createSessionFeed({
  registry,
  observerRegistry,
  limits,
  summaryOf,
  schedule,
}: SessionFeedOptions): SessionFeed {
  const followers = new Set<Spectator>();
  const changedIds = new Set<string>();
  /** Session id → the summary last sent, as JSON. */
  const sentSummaries = new Map<string, string>();
  let isDue = false;

  function broadcast(event: SessionListEvent): void {
    const text = JSON.stringify(event);
    for (const follower of followers) follower.send(text);
  }

  function flushChanges(): void {
    isDue = false;
    for (const id of changedIds) {
      const live = registry.find(id);
      const session = live && summaryOf(live);
      const text = JSON.stringify(session);
      if (!session || sentSummaries.get(id) === text) continue;
      sentSummaries.set(id, text);
      broadcast({ type: 'session.changed', session });
    }
    changedIds.clear();
  }

  return {
    join(transport) {
      const follower = createSpectator(transport, limits);
      observerRegistry.register(transport, follower);
      const sessions = registry.list().map(summaryOf);
      for (const session of sessions) sentSummaries.set(session.id, JSON.stringify(session));
      const first: SessionListEvent = { type: 'sessions', sessions };
      follower.send(JSON.stringify(first));
      followers.add(follower);
      void follower.closed.then(() => {
        followers.delete(follower);
        if (followers.size === 0) sentSummaries.clear();
      });
    },
    onBegin(id) {
      const live = followers.size > 0 ? registry.find(id) : undefined;
      if (!live) return;
      const session = summaryOf(live);
      sentSummaries.set(id, JSON.stringify(session));
      broadcast({ type: 'session.began', session });
    },
    onChange(id) {
      if (followers.size === 0) return;
      changedIds.add(id);
      if (isDue) return;
      isDue = true;
      schedule(flushChanges, BATCH_MS);
    },
    onEnd(live) {
      sentSummaries.delete(live.session.id);
      changedIds.delete(live.session.id);
      if (followers.size > 0) broadcast({ type: 'session.ended', session: summaryOf(live) });
    },
  };
}
