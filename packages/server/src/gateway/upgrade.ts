// From an HTTP upgrade to a hosted session: authorizes it, checks the limits, hands it to `ws`. What is refused is refused with an
// HTTP status, before anything is opened [AU10]; in refusal mode `event` as browsers can see it, after the upgrade [AU13].

import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { ColloquyError, encodeEvent, toRealtimeError } from '@colloquy/protocol';
import type { SessionOptions } from '@colloquy/session';
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws';
import type { AccessRule, Authorizer, Grant } from '../auth/authorize.ts';
import type { ClientSecrets } from '../auth/client-secrets.ts';
import { pathOf, queryOf, type RequestHead, readRequestHead } from '../auth/request-head.ts';
import {
  lockedPaths,
  parseSessionRequest,
  SESSION_PATHS,
  type SessionRequest,
  type SessionRules,
} from '../auth/session-request.ts';
import type { EngineRegistry } from '../engines/registry.ts';
import type { Translator } from '../engines/translator.ts';
import { answerSocket, httpAnswer } from '../http/http-answer.ts';
import { BAD_HANDSHAKE, NOT_FOUND, type Refusal, refusal, SERVER_FAULT, UPGRADE_REQUIRED } from '../http/refusals.ts';
import { buckets, type Limits } from '../limits.ts';
import { errorName, type Log } from '../log.ts';
import type { Recorder, SessionRecording } from '../recordings/recorder.ts';
import { relaySession } from '../relay/relay-session.ts';
import { dialUpstream, type Upstream, type UpstreamOptions } from '../relay/upstream.ts';
import { dialRefusal } from '../relay/upstream-refusal.ts';
import { type HostedSession, hostSession, type Line } from '../sessions/host-session.ts';
import { hostTranslation } from '../sessions/host-translation.ts';
import type { Observers, Watching } from '../sessions/observers.ts';
import type { SessionFeed } from '../sessions/session-feed.ts';
import type { Hub, LiveSession } from '../sessions/session-registry.ts';
import type { McpAccess } from '../tools/mcp-access.ts';
import { asksForBeta, BETA_REFUSED, type BetaPolicy, betaTransport, withTemperature } from '../transports/beta.ts';
import type { Transport } from '../transports/transport.ts';
import { webSocketTransport } from '../transports/websocket.ts';
import { createWatchUpgrade, type WatchPolicy, watchedBy } from './watch-upgrade.ts';

export interface UpgradeOptions {
  readonly authorizer: Authorizer;
  readonly secrets: ClientSecrets;
  readonly hub: Hub;
  readonly rules: SessionRules;
  readonly engines: EngineRegistry;
  readonly translator: Translator;
  readonly limits: Limits;
  /** Which MCP servers the sessions hosted here may ask. */
  readonly mcp: McpAccess | undefined;
  /** What the operator sets for every session hosted here. */
  readonly session: Required<Pick<SessionOptions, 'limits' | 'defaults'>>;
  readonly log: Log;
  readonly clock: () => number;
  /** How a refusal is told: by status, or by an `error` event and a close code [AU13]. */
  readonly refusals: 'status' | 'event';
  /** What becomes of clients that ask for the beta shape [BT2]. */
  readonly beta: BetaPolicy;
  readonly onLine: ((sessionId: string, line: Line) => void) | undefined;
  readonly onSession: ((session: HostedSession) => void) | undefined;
  readonly recorder: Recorder | undefined;
  /** Where sessions are relayed to; `undefined` hosts them. */
  readonly upstream: UpstreamOptions | undefined;
  readonly watching: Watching;
  readonly feed: SessionFeed;
  /** What observers of sessions may be shown. */
  readonly watchPolicy: WatchPolicy;
}

/** Makes the listener for `upgrade`. */
export function createUpgrade(
  options: UpgradeOptions,
): (request: IncomingMessage, socket: Duplex, head: Buffer) => void {
  const { authorizer, secrets, hub, rules, limits, log, clock } = options;
  const opens = buckets(limits.opensPerSecond, limits.opensBurst);
  const settings: ServerOptions & { closeTimeout: number; maxFragments: number } = {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: limits.frameBytes,
    maxFragments: limits.fragments,
    closeTimeout: limits.closeMs,
    handleProtocols: (offered) => offered.has('realtime') && 'realtime',
  };
  const watch = createWatchUpgrade({ ...options, policy: options.watchPolicy, settings });
  const sockets = new WebSocketServer(settings);
  sockets.on('wsClientError', (_, socket) => answerSocket(socket, httpAnswer(BAD_HANDSHAKE)));

  return (request, socket, head) => {
    socket.on('error', () => socket.destroy()); // a socket without a listener ends the process
    const requestHead = readRequestHead(request);
    const path = pathOf(requestHead.target);
    const isSessionPath = SESSION_PATHS.has(path);
    const watched = watchedBy(path);
    const verdict = authorizer.authorize(requestHead, isSessionPath ? OPEN_SESSION : watched ? WATCH : PUBLIC);
    const refuse = (refusal: Refusal, headers?: Record<string, string>, isUpstreams = false) => {
      const { code, http: status, close } = refusal;
      log.info({ code, status, route: isSessionPath ? path : 'other' }, 'upgrade refused');
      const isTold = options.refusals === 'event' || refusal === BETA_REFUSED;
      if (isTold && (close >= 3000 || isUpstreams) && isSessionPath && isHandshake(request)) {
        sockets.handleUpgrade(request, socket, head, (ws) => refuseByEvent(ws, refusal));
      } else answerSocket(socket, httpAnswer(refusal, headers));
    };
    if (!verdict.ok) return refuse(verdict.refusal);
    if (!isSessionPath && !watched) return refuse(NOT_FOUND);
    if (request.method !== 'GET') return refuse(NOT_GET, { allow: 'GET' });
    if (request.headers.upgrade?.toLowerCase() !== 'websocket')
      return refuse(UPGRADE_REQUIRED, { upgrade: 'websocket' });
    if (request.headers['sec-websocket-version'] !== '13') {
      return refuse(BAD_VERSION, { 'sec-websocket-version': '13' });
    }
    if (!/^[+/0-9A-Za-z]{22}==$/.test(request.headers['sec-websocket-key'] ?? '')) return refuse(BAD_HANDSHAKE);
    const { grant } = verdict;
    if (watched) {
      const refused = watch(request, socket, head, watched, grant);
      return refused && refuse(refused);
    }
    if (options.beta === 'refuse' && asksForBeta(requestHead)) return refuse(BETA_REFUSED);
    const parsed = parseSessionRequest(requestHead.target, grant, rules);
    if (!parsed.ok) return refuse(parsed.refusal);
    const full = refuseLoad(grant, request);
    if (full) return refuse(full);
    const { request: opening } = parsed;
    if (options.upstream && opening.kind === 'translation') return refuse(NOT_RELAYED);
    if (grant.secret && !secrets.spend(grant.secret)) return refuse(SPENT);
    const accept = (upstream?: Upstream) => {
      let isOpen = false;
      sockets.handleUpgrade(request, socket, head, (ws) => {
        isOpen = true;
        void open(ws, socket, requestHead, grant, opening, upstream);
      });
      if (!isOpen) upstream?.transport.drop(); // the client has gone
    };
    if (!options.upstream) return accept();
    dial(options.upstream, opening, socket).then(
      (upstream) => {
        const crowd = refuseCrowd(grant);
        if (!crowd) return accept(upstream);
        upstream.transport.drop();
        refuse(crowd);
      },
      (error: unknown) => {
        const { refusal, retryAfter } = dialRefusal(error);
        refuse(refusal, retryAfter === undefined ? {} : { 'retry-after': `${retryAfter}` }, true);
      },
    );
  };

  /** An upstream is dialled before the client is told of success [RL2]. Rejects as `dialUpstream` does. */
  async function dial(to: UpstreamOptions, { model, kind }: SessionRequest, client: Duplex): Promise<Upstream> {
    const left = new AbortController();
    const leave = () => left.abort();
    // Nothing is taken from what the client may have sent; but only who tries to read learns that there is an end.
    const look = () => client.readableLength === 0 && client.read();
    client.on('readable', look).on('end', leave).on('close', leave);
    try {
      const wanted = { model, kind: kind === 'transcription' ? kind : 'realtime' } as const;
      return await dialUpstream(to, wanted, { limits, signal: left.signal });
    } catch (error) {
      // Its message is ours, and names neither host nor credential.
      log.warn({ error: ColloquyError.is(error) ? error.message : errorName(error) }, 'an upstream cannot be reached');
      throw error;
    } finally {
      client.off('readable', look).off('end', leave).off('close', leave);
    }
  }

  /** The limits, after everything else, so that what is refused anyway does not count [LM7]. */
  function refuseLoad(grant: Grant, request: IncomingMessage): Refusal | undefined {
    const crowd = refuseCrowd(grant);
    if (crowd) return crowd;
    return opens.take(request.socket.remoteAddress ?? '', clock()) ? undefined : TOO_FAST;
  }

  function refuseCrowd({ principal }: Grant): Refusal | undefined {
    if (hub.isDraining) return DRAINING;
    if (hub.count() >= limits.sessions || process.memoryUsage.rss() > limits.memoryBytes) return FULL;
    return principal !== 'anyone' && hub.count(principal) >= limits.sessionsPerKey ? TOO_MANY : undefined;
  }

  async function open(
    ws: WebSocket,
    stream: Duplex,
    requestHead: RequestHead,
    grant: Grant,
    opening: SessionRequest,
    upstream?: Upstream,
  ): Promise<void> {
    const began = clock();
    const plain = webSocketTransport(ws, { ...limits, stream });
    const isBeta = opening.kind !== 'translation' && asksForBeta(requestHead); // translations never had a beta shape
    const bridged = isBeta ? betaTransport(plain, { temperature: grant.secret?.temperature }) : undefined;
    const transport = bridged ?? plain;
    const drainCode = queryOf(requestHead.target).get('resume') === '1' ? 1012 : 1001; // [ER46]
    const shared = { limits, log, clock, drainCode };
    const max_duration_ms = grant.secret ? Math.min(limits.secretSessionMs, limits.sessionMs) : limits.sessionMs;
    let session_id = '';
    let leave = () => {};
    let recording: SessionRecording | undefined;
    let engine = '';
    let observers: Observers | undefined;
    const over = new AbortController();
    ws.on('close', (close_code) => {
      log.info({ session_id, close_code, ms: Math.round(clock() - began) }, 'session closed');
    });
    const begin = (session: LiveSession['session']) => {
      session_id = session.id;
      const { principal } = grant;
      observers = options.watching.of(session, engine || undefined);
      const watchable = { session, engine, recording: recording?.name, observers };
      const live = { ...watchable, principal, drainCode, drop: transport.drop };
      const remove = hub.add(live);
      options.feed.began(session.id);
      leave = () => {
        remove();
        options.feed.ended(live);
      };
      const revoke = () => session.close(1008, 'The client secret was revoked.');
      grant.secret?.revoked.addEventListener('abort', revoke, { signal: over.signal });
      const protocol = requestHead.isTls ? 'wss' : 'ws';
      log.info({ session_id, key: grant.principal, protocol, ...(engine && { engine }) }, 'session opened');
    };
    const locked = opening.config && opening.isLocked && { locked: lockedPaths(opening.config) };
    try {
      if (opening.kind === 'translation') {
        const { model, config } = opening;
        const audio = config?.audio && { audio: config.audio };
        return await hostTranslation(transport, {
          ...shared,
          translator: options.translator,
          opening: { model, limits: { max_duration_ms }, ...audio, ...locked },
          onStart: begin,
          onLine: (line) => observers?.hear(line),
        });
      }
      const lines = {
        onLine(line: Line) {
          recording?.hear(line);
          observers?.hear(line);
          options.feed.touched(session_id);
          options.onLine?.(session_id, line);
        },
      };
      if (upstream) {
        engine = 'relay';
        const { kind, model, config } = opening;
        return await relaySession(transport, {
          ...{ ...shared, limits: { ...limits, sessionMs: max_duration_ms }, upstream, models: rules.models, ...lines },
          opening: { kind, model, ...(config && { session: config }), ...locked },
          onStart(session) {
            const { started_at } = session.state;
            recording = options.recorder?.begin(session.id, { session: session.id, started_at }, engine);
            begin(session);
          },
          onUsage: (usage) => options.upstream?.onUsage?.(session_id, usage),
        });
      }
      const chosen = opening.kind === 'transcription' ? options.engines.listening : options.engines.of(opening.model);
      engine = chosen.name;
      await hostSession(transport, {
        ...shared,
        engine: bridged ? withTemperature(chosen.engine, bridged) : chosen.engine,
        speech: chosen.speech,
        mcp: options.mcp,
        ...(options.recorder && { kept: async () => (await recording?.kept()) ?? false }),
        opening: {
          model: opening.model,
          kind: opening.kind,
          defaults: options.session.defaults,
          limits: { ...options.session.limits, max_duration_ms },
          ...(opening.config && { session: opening.config }),
          ...locked,
        },
        onStart(session) {
          recording = options.recorder?.begin(session.id, session.options, engine);
          begin(session);
          options.onSession?.(session);
        },
        ...lines,
      });
    } catch (error) {
      // A fault of ours: one connection pays for it, the others do not notice.
      log.error({ session_id, error: errorName(error) }, 'a session failed');
      tell(transport, SERVER_FAULT, 1011, 'The server had an error.');
    } finally {
      over.abort();
      recording?.end();
      leave();
      observers?.end();
    }
  }
}

const PUBLIC: AccessRule = { scope: 'public' };
const OPEN_SESSION: AccessRule = { scope: 'open_session' };
const WATCH: AccessRule = { scope: 'read', isConsoleApi: true };

const NOT_GET = refusal('method_not_allowed', 'A WebSocket is opened with GET.');
const BAD_VERSION = refusal('invalid_value', 'The only supported WebSocket version is 13.');
const NOT_RELAYED = refusal('not_found', 'Translation sessions are not relayed.');
const SPENT = refusal('invalid_api_key', 'The client secret is spent.');
const DRAINING = refusal('draining', 'The server is shutting down.');
const FULL = refusal('overloaded', 'The server has no room for another session.');
const TOO_MANY = refusal('rate_limit_exceeded', 'Too many sessions at once under this key.');
const TOO_FAST = refusal('rate_limit_exceeded', 'Too many new sessions from this address.');

const isHandshake = ({ headers }: IncomingMessage) =>
  headers.upgrade?.toLowerCase() === 'websocket' && headers['sec-websocket-version'] === '13';

/** One `error`, then a close that names it [ER48, ER49]. */
function refuseByEvent(ws: WebSocket, refusal: Refusal): void {
  tell(webSocketTransport(ws), refusal, refusal.close || 1011, refusal.reason);
}

/** An `error` outside any session, then the close [ER51]. */
function tell(transport: Transport, { code, param, message }: Refusal, close: number, reason: string): void {
  const event_id = `event_${randomUUID().replaceAll('-', '').slice(0, 21)}`;
  transport.send(encodeEvent({ type: 'error', event_id, error: toRealtimeError(code, { param, message }) }));
  transport.close(close, reason);
}
