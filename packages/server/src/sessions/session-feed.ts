// Tells connections of the live sessions as they begin, change and end: the list of `GET /api/sessions` as a stream [CO22]. Who may ask
// is `authorize.ts`, how they get here `watch-upgrade.ts`, what passes in one session `observers.ts`.

import type { SessionListEvent, SessionSummary } from '@colloquy/session';
import type { Limits } from '../limits.ts';
import type { Transport } from '../transports/transport.ts';
import type { Watching } from './observers.ts';
import type { Hub, LiveSession } from './session-registry.ts';
import { createSpectator, type Spectator } from './spectator.ts';

export interface SessionFeed {
  /** Shows a connection the list as it is now, then every change. */
  join(transport: Transport): void;
  /** A session is live from now on. */
  began(sessionId: string): void;
  /** Something passed in a session: what the list says of it may have changed. Costs nothing while nobody follows the list. */
  touched(sessionId: string): void;
  /** A session is live no longer. */
  ended(live: LiveSession): void;
}

export interface SessionFeedOptions {
  readonly hub: Hub;
  readonly watching: Watching;
  readonly limits: Limits;
  /** What the list says of a session. */
  readonly summaryOf: (live: LiveSession) => SessionSummary;
  /** Calls back once, after so many milliseconds; the timer must keep no process alive. */
  readonly later: (call: () => void, ms: number) => void;
}

/** How long changes of sessions are gathered before they are told, in milliseconds. */
const GATHER_MS = 250;

export function createSessionFeed({ hub, watching, limits, summaryOf, later }: SessionFeedOptions): SessionFeed {
  const followers = new Set<Spectator>();
  const touched = new Set<string>();
  /** What was last told of each session. */
  const told = new Map<string, string>();
  let isDue = false;

  function tell(event: SessionListEvent): void {
    const text = JSON.stringify(event);
    for (const follower of followers) follower.send(text);
  }

  function tellChanges(): void {
    isDue = false;
    for (const id of touched) {
      const live = hub.find(id);
      const session = live && summaryOf(live);
      const text = JSON.stringify(session);
      if (!session || told.get(id) === text) continue;
      told.set(id, text);
      tell({ type: 'session.changed', session });
    }
    touched.clear();
  }

  return {
    join(transport) {
      const follower = createSpectator(transport, limits);
      watching.register(transport, follower);
      const sessions = hub.list().map(summaryOf);
      for (const session of sessions) told.set(session.id, JSON.stringify(session));
      const first: SessionListEvent = { type: 'sessions', sessions };
      follower.send(JSON.stringify(first));
      followers.add(follower);
      void follower.over.then(() => {
        followers.delete(follower);
        if (followers.size === 0) told.clear();
      });
    },
    began(id) {
      const live = followers.size > 0 ? hub.find(id) : undefined;
      if (!live) return;
      const session = summaryOf(live);
      told.set(id, JSON.stringify(session));
      tell({ type: 'session.began', session });
    },
    touched(id) {
      if (followers.size === 0) return;
      touched.add(id);
      if (isDue) return;
      isDue = true;
      later(tellChanges, GATHER_MS);
    },
    ended(live) {
      told.delete(live.session.id);
      touched.delete(live.session.id);
      if (followers.size > 0) tell({ type: 'session.ended', session: summaryOf(live) });
    },
  };
}
