// Tells connections of the live sessions as they begin, change and end: the list of `GET /api/sessions` as a stream [CO22]. Who may ask
// is `authorize.ts`, how they get here `watch-upgrade.ts`, what passes in one session `observers.ts`.

import type { SessionListEvent, SessionSummary } from '@colloquy/session';
import type { Limits } from '../limits.ts';
import type { Transport } from '../transports/transport.ts';
import type { ObserverRegistry } from './observers.ts';
import type { LiveSession, SessionRegistry } from './session-registry.ts';
import { createSpectator, type Spectator } from './spectator.ts';

export interface SessionFeed {
  /** Shows a connection the list as it is now, then every change. */
  join(transport: Transport): void;
  /** A session is live from now on. */
  onBegin(sessionId: string): void;
  /** Something passed in a session: what the list says of it may have changed. Costs nothing while nobody follows the list. */
  onChange(sessionId: string): void;
  /** A session is live no longer. */
  onEnd(live: LiveSession): void;
}

export interface SessionFeedOptions {
  readonly registry: SessionRegistry;
  readonly observerRegistry: ObserverRegistry;
  readonly limits: Limits;
  /** What the list says of a session. */
  readonly summaryOf: (live: LiveSession) => SessionSummary;
  /** Calls back once, after so many milliseconds; the timer must keep no process alive. */
  readonly schedule: (call: () => void, ms: number) => void;
}

/** How long changes of sessions are gathered before they are told, in milliseconds. */
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
  /** What was last told of each session. */
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
