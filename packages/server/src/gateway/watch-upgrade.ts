// Handles HTTP upgrades of observers: of a session, `/api/sessions/<id>/watch` [CO5 to CO11], of the newest or next one,
// `/api/sessions/newest/watch` [CO23], or of the list, `/api/sessions/watch` [CO22]. Authorization: `authorize.ts`. What observers
// receive: `observers.ts`, `session-feed.ts`.

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { RedactionLevel } from '@colloquy/protocol';
import type { Grant } from '../auth/authorize.ts';
import { parseLevel } from '../http/redaction-level.ts';
import { type Refusal, refusal } from '../http/refusals.ts';
import type { Services } from '../services.ts';
import type { ObserverRegistry } from '../sessions/observers.ts';
import type { SessionFeed } from '../sessions/session-feed.ts';
import type { SessionRegistry } from '../sessions/session-registry.ts';
import { webSocketTransport } from '../transports/websocket.ts';
import type { Admission } from './admission.ts';
import { handshakeServer } from './handshake.ts';

/** The most that observers may receive: nothing, text and transcripts, or audio and images too. */
export type WatchPolicy = 'off' | 'words' | 'audio';

export interface WatchUpgradeOptions {
  readonly registry: SessionRegistry;
  readonly observerRegistry: ObserverRegistry;
  readonly feed: SessionFeed;
  readonly policy: WatchPolicy;
  readonly services: Services;
  readonly admission: Admission;
}

/** Resolves with a refusal, or with `undefined` when the connection has become an observer. */
export type WatchUpgrade = (
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  watchTarget: WatchTarget,
  grant: Grant,
) => Promise<Refusal | undefined>;

/** The weakest redaction level that a policy allows; `null` if sessions may not be watched. */
export const levelOfPolicy = (policy: WatchPolicy): RedactionLevel | null =>
  (({ off: null, words: 'media', audio: 'key' }) as const)[policy];

/** A session, the newest or next session, or the list of sessions. */
export type WatchTarget = { readonly kind: 'session'; readonly id: string } | { readonly kind: 'newest' | 'list' };

/** Returns `undefined` if the path is not a watch path. */
export function parseWatchPath(path: string): WatchTarget | undefined {
  if (path === '/api/sessions/watch') return { kind: 'list' };
  const id = /^\/api\/sessions\/([0-9A-Za-z_-]{1,64})\/watch$/.exec(path)?.[1];
  if (id === undefined) return undefined;
  return id === 'newest' ? { kind: 'newest' } : { kind: 'session', id };
}

/** An observer must not send; a larger frame closes 1009 before it is read. */
const MAX_OBSERVER_FRAME_BYTES = 4096;

/** Returns the handler of observers' handshakes. */
export function createWatchUpgrade(options: WatchUpgradeOptions): WatchUpgrade {
  const { registry, observerRegistry, feed, policy, admission } = options;
  const { limits, log } = options.services;
  const sockets = handshakeServer(limits, MAX_OBSERVER_FRAME_BYTES);

  const liveOf = (watchTarget: WatchTarget) =>
    watchTarget.kind === 'session'
      ? registry.find(watchTarget.id)
      : watchTarget.kind === 'newest'
        ? registry.list().at(-1)
        : undefined;

  return async (request, socket, head, watchTarget, { principal }) => {
    const level = watchTarget.kind === 'list' ? 'media' : levelFor(request.url ?? '');
    if (typeof level === 'object') return level;
    const rejection = refuseNow(watchTarget);
    if (rejection) return rejection;
    if (!(await admission.admitObserver(request.socket.remoteAddress ?? ''))) return TOO_FAST;
    const lateRejection = refuseNow(watchTarget); // the session may have ended meanwhile, or other observers have joined
    if (lateRejection) return lateRejection;
    const live = liveOf(watchTarget);
    sockets.handleUpgrade(request, socket, head, (ws) => {
      const transport = webSocketTransport(ws, { ...limits, stream: socket });
      if (watchTarget.kind === 'list') return feed.join(transport);
      log.info({ ...(live && { session_id: live.session.id }), key: principal }, 'session watched');
      if (live) live.observers.join(transport, level);
      else observerRegistry.joinNext(transport, level);
    });
    return undefined;
  };

  function refuseNow(watchTarget: WatchTarget): Refusal | undefined {
    if (watchTarget.kind === 'session' && !liveOf(watchTarget)) return NO_SESSION;
    return observerRegistry.count >= limits.observers ? FULL : undefined;
  }

  function levelFor(target: string): RedactionLevel | Refusal {
    if (policy === 'off') return SWITCHED_OFF;
    const level = parseLevel(target) ?? 'media';
    return level === 'key' && policy !== 'audio' ? NO_AUDIO : level;
  }
}

const SWITCHED_OFF = refusal('not_found', "Sessions cannot be watched here. The setting 'watch' changes that.");
const NO_AUDIO = refusal(
  'invalid_value',
  "Audio and images are not shown here. The setting 'watch' changes that.",
  'level',
);
const NO_SESSION = refusal('not_found', 'There is no live session of this id.');
const FULL = refusal('overloaded', 'The server has no room for another observer.');
const TOO_FAST = refusal('rate_limit_exceeded', 'Too many new observers from this address.');
