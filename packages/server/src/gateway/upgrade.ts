// Handles HTTP upgrades: authorizes, checks the limits, then opens the session (`accept-session.ts`). Refuses with an HTTP status
// before anything is opened [AU10], or in refusal mode `event` after the upgrade, where browsers can read the reason [AU13].

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { AccessRule, Authorizer, Grant } from '../auth/authorize.ts';
import type { ClientSecrets } from '../auth/client-secrets.ts';
import { pathOf, readRequestHead } from '../auth/request-head.ts';
import { parseSessionRequest, SESSION_PATHS, type SessionRules } from '../auth/session-request.ts';
import type { LiveCalls } from '../calls/live-calls.ts';
import { answerSocket, httpAnswer } from '../http/http-answer.ts';
import { NOT_FOUND, type Refusal, refusal, SERVER_FAULT } from '../http/refusals.ts';
import { errorName } from '../log.ts';
import type { UpstreamOptions } from '../relay/upstream.ts';
import type { Services } from '../services.ts';
import type { Forks } from '../sessions/forks.ts';
import { asksForBeta, BETA_REFUSED, type BetaPolicy } from '../transports/beta.ts';
import { closeWithError } from '../transports/close-with-error.ts';
import { webSocketTransport } from '../transports/websocket.ts';
import { sessionAcceptor } from './accept-session.ts';
import type { Admission } from './admission.ts';
import { sidebandAttacher } from './attach-sideband.ts';
import { handshakeFault, handshakeServer, isHandshake, type UpgradeAttempt } from './handshake.ts';
import type { OpenSession } from './open-session.ts';
import { sessionPreparer } from './prepare-session.ts';
import { watchDeparture } from './watch-departure.ts';
import { parseWatchPath, type WatchUpgrade } from './watch-upgrade.ts';

export interface UpgradeOptions {
  readonly services: Services;
  readonly authorizer: Authorizer;
  readonly secrets: ClientSecrets;
  readonly rules: SessionRules;
  readonly admission: Admission;
  readonly forks: Forks;
  readonly openSession: OpenSession;
  /** The calls that sidebands attach to; `undefined` if there can be none. */
  readonly calls: LiveCalls | undefined;
  readonly watch: WatchUpgrade;
  /** Refuses with an HTTP status, or with an `error` event and a close code [AU13]. */
  readonly refusals: 'status' | 'event';
  /** Whether clients that request the beta shape are served [BT2]. */
  readonly beta: BetaPolicy;
  /** The server that sessions are relayed to; `undefined` hosts them. */
  readonly upstream: UpstreamOptions | undefined;
}

/** Returns the listener for `upgrade`. */
export function createUpgrade(
  options: UpgradeOptions,
): (request: IncomingMessage, socket: Duplex, head: Buffer) => void {
  const { services, authorizer, rules, upstream: to } = options;
  const { log, limits } = services;
  const sockets = handshakeServer(limits, limits.frameBytes);
  const prepare = sessionPreparer(options);
  const accept = sessionAcceptor(sockets, options);
  const attach = sidebandAttacher(sockets, options);

  async function handle(attempt: UpgradeAttempt): Promise<void> {
    const { request, socket, head, requestHead, path } = attempt;
    const isSessionPath = SESSION_PATHS.has(path);
    const watchTarget = parseWatchPath(path);
    const verdict = await authorizer.authorize(
      requestHead,
      isSessionPath ? OPEN_SESSION : watchTarget ? WATCH : PUBLIC,
    );
    if (!verdict.ok) return refuse(attempt, verdict.refusal);
    if (!isSessionPath && !watchTarget) return refuse(attempt, NOT_FOUND);
    const fault = handshakeFault(request);
    if (fault) return refuse(attempt, ...fault);
    const { grant } = verdict;
    if (!watchTarget) return handleSession(attempt, grant);
    const rejection = await options.watch(request, socket, head, watchTarget, grant);
    if (rejection) refuse(attempt, rejection);
  }

  async function handleSession(attempt: UpgradeAttempt, grant: Grant): Promise<void> {
    const { requestHead } = attempt;
    if (options.beta === 'refuse' && asksForBeta(requestHead)) return refuse(attempt, BETA_REFUSED);
    const parsed = parseSessionRequest(requestHead.target, grant, rules);
    if (!parsed.ok) return refuse(attempt, parsed.refusal);
    const { request: sessionRequest } = parsed;
    if (sessionRequest.kind === 'sideband') {
      const rejection = attach(attempt, grant, sessionRequest.callId);
      return rejection && refuse(attempt, rejection);
    }
    if (to && sessionRequest.kind === 'translation') return refuse(attempt, NOT_RELAYED);
    const departure = watchDeparture(attempt.socket);
    const address = attempt.request.socket.remoteAddress ?? '';
    const prepared = await prepare({ address, grant, sessionRequest, clientLeft: departure.signal }).finally(
      departure.stop,
    );
    if (!prepared.ok) return refuse(attempt, ...prepared.rejection);
    const { place, upstream } = prepared;
    const session = accept({ attempt, grant, sessionRequest, upstream });
    if (session) return void session.ended.then(() => place.release());
    upstream?.transport.drop();
    place.release();
  }

  /** `isUpstreams`: the upstream caused the refusal. */
  function refuse(
    attempt: UpgradeAttempt,
    refusal: Refusal,
    headers?: Record<string, string>,
    isUpstreams = false,
  ): void {
    const { request, socket, head, path } = attempt;
    const { code, http: status, close } = refusal;
    const isSessionPath = SESSION_PATHS.has(path);
    log.info({ code, status, route: isSessionPath ? path : 'other' }, 'upgrade refused');
    const isSentAsEvent = options.refusals === 'event' || refusal === BETA_REFUSED;
    if (isSentAsEvent && (close >= 3000 || isUpstreams) && isSessionPath && isHandshake(request)) {
      sockets.handleUpgrade(request, socket, head, (ws) => refuseByEvent(ws, refusal));
    } else answerSocket(socket, httpAnswer(refusal, headers));
  }

  return (request, socket, head) => {
    socket.on('error', () => socket.destroy()); // without a listener, an error of the socket ends the process
    const requestHead = readRequestHead(request);
    const attempt = { request, socket, head, requestHead, path: pathOf(requestHead.target) };
    handle(attempt).catch((error: unknown) => {
      log.error({ error: errorName(error) }, 'an upgrade failed');
      refuse(attempt, SERVER_FAULT);
    });
  };
}

const PUBLIC: AccessRule = { scope: 'public' };
const OPEN_SESSION: AccessRule = { scope: 'open_session' };
const WATCH: AccessRule = { scope: 'read', isConsoleApi: true };

const NOT_RELAYED = refusal('not_found', 'Translation sessions are not relayed.');

/** Sends one `error`, then closes with its code and reason [ER48, ER49]. */
function refuseByEvent(ws: WebSocket, refusal: Refusal): void {
  closeWithError(webSocketTransport(ws), refusal, refusal.close || 1011, refusal.reason);
}
