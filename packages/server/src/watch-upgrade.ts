// From an HTTP upgrade to an observer of a live session, `/api/sessions/<id>/watch` [CO5 to CO11]. Who may ask is the door's
// business; what is shown is `observers.ts`.

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { RedactionLevel } from '@colloquy/protocol';
import { type ServerOptions, WebSocketServer } from 'ws';
import { askedLevel } from './asked-level.ts';
import type { Grant, Refusal } from './auth.ts';
import type { Hub } from './hub.ts';
import { buckets, type Limits } from './limits.ts';
import type { Log } from './log.ts';
import type { Watching } from './observers.ts';
import { answerSocket, httpAnswer, refusal } from './refusal.ts';
import { webSocketTransport } from './transports/websocket.ts';

/** What observers may be shown at most: nothing, what is said in words, or audio and images too. */
export type WatchPolicy = 'off' | 'words' | 'audio';

export interface WatchUpgradeOptions {
  readonly hub: Hub;
  readonly watching: Watching;
  readonly policy: WatchPolicy;
  /** For the handshake, as for sessions. */
  readonly settings: ServerOptions;
  readonly limits: Limits;
  readonly log: Log;
  readonly clock: () => number;
}

/** The level of redaction that a policy shows at most; `null` where nobody may watch. */
export const levelOfPolicy = (policy: WatchPolicy): RedactionLevel | null =>
  (({ off: null, words: 'media', audio: 'key' }) as const)[policy];

/** The id of the session that a path watches, if it is such a path. */
export const watchedSession = (path: string): string | undefined =>
  /^\/api\/sessions\/([0-9A-Za-z_-]{1,64})\/watch$/.exec(path)?.[1];

/** Of what an observer says only so much is read, to be refused. */
const HEARD_BYTES = 4096;

/** Takes a handshake that is in order; answers why it is refused, or nothing, and then it has become an observer. */
export function createWatchUpgrade(options: WatchUpgradeOptions) {
  const { hub, watching, policy, limits, log, clock } = options;
  const opens = buckets(limits.opensPerSecond, limits.opensBurst);
  const sockets = new WebSocketServer({ ...options.settings, maxPayload: HEARD_BYTES });
  sockets.on('wsClientError', (_, socket) => answerSocket(socket, httpAnswer(BAD_HANDSHAKE)));

  return (
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    id: string,
    { principal }: Grant,
  ): Refusal | undefined => {
    if (policy === 'off') return SWITCHED_OFF;
    const level = askedLevel(request.url ?? '') ?? 'media';
    if (typeof level === 'object') return level;
    if (level === 'key' && policy !== 'audio') return NO_AUDIO;
    const live = hub.find(id);
    if (!live) return NO_SESSION;
    if (watching.count >= limits.observers) return FULL;
    if (!opens.take(request.socket.remoteAddress ?? '', clock())) return TOO_FAST;
    sockets.handleUpgrade(request, socket, head, (ws) => {
      log.info({ session_id: id, key: principal }, 'session watched');
      live.observers.join(webSocketTransport(ws, { ...limits, stream: socket }), level);
    });
    return undefined;
  };
}

const BAD_HANDSHAKE = refusal('invalid_value', 'The WebSocket handshake is not valid.');
const SWITCHED_OFF = refusal('not_found', "Sessions cannot be watched here. The setting 'watch' changes that.");
const NO_AUDIO = refusal(
  'invalid_value',
  "Audio and images are not shown here. The setting 'watch' changes that.",
  'level',
);
const NO_SESSION = refusal('not_found', 'There is no live session of this id.');
const FULL = refusal('overloaded', 'The server has no room for another observer.');
const TOO_FAST = refusal('rate_limit_exceeded', 'Too many new observers from this address.');
