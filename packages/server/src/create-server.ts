// The server: options in, something that listens out. REST is `http-app.ts`, WebSocket is `upgrade.ts`; here they share their
// listeners, one plain and, if asked for, one with TLS.

import { existsSync } from 'node:fs';
import { createServer as createHttpServer, type Server as HttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ColloquyError } from '@colloquy/protocol';
import type { SessionDefaults, SessionLimits } from '@colloquy/session';
import type { FastifyInstance } from 'fastify';
import { type AdmissionStore, memoryAdmissionStore } from './auth/admission-store.ts';
import { createAuthorizer } from './auth/authorize.ts';
import { type ClientSecretOptions, clientSecrets } from './auth/client-secrets.ts';
import { memorySecretStore, type SecretStore } from './auth/secret-store.ts';
import type { SessionRules } from './auth/session-request.ts';
import { watchTokens } from './auth/watch-tokens.ts';
import { type Engine, speakingOf } from './engines/engine.ts';
import { parrot } from './engines/parrot.ts';
import { parrotTranslator } from './engines/parrot-translator.ts';
import { engineRegistry, type OfferedEngine, only } from './engines/registry.ts';
import type { Translator } from './engines/translator.ts';
import { createAdmission } from './gateway/admission.ts';
import { sessionOpener } from './gateway/open-session.ts';
import { createUpgrade } from './gateway/upgrade.ts';
import { createWatchUpgrade, levelOfPolicy, type WatchPolicy } from './gateway/watch-upgrade.ts';
import { answerSocket, httpAnswer } from './http/http-answer.ts';
import { createRest } from './http/http-app.ts';
import { refusal } from './http/refusals.ts';
import { callRoutes } from './http/routes/calls.ts';
import { clientSecretRoutes } from './http/routes/client-secrets.ts';
import { healthRoutes } from './http/routes/health.ts';
import { legacySessionRoutes } from './http/routes/legacy-sessions.ts';
import type { MintingOptions } from './http/routes/minting.ts';
import { modelRoutes } from './http/routes/models.ts';
import { plainPageRoutes } from './http/routes/plain-page.ts';
import { recordingRoutes } from './http/routes/recordings.ts';
import { sessionRoutes, sessionSummary } from './http/routes/sessions.ts';
import { type FixedStatus, statusRoutes } from './http/routes/status.ts';
import { watchTokenRoutes } from './http/routes/watch-tokens.ts';
import { developmentTls } from './http/tls.ts';
import type { Limits } from './limits.ts';
import { createLog, type Log, type LogLevel } from './log.ts';
import { fileStore } from './recordings/file-store.ts';
import { createRecorder } from './recordings/recorder.ts';
import { checkUpstream, type UpstreamOptions } from './relay/upstream.ts';
import { createServices } from './services.ts';
import type { HostedSession } from './sessions/host-session.ts';
import type { Line, LineSink } from './sessions/line-sink.ts';
import { createWatching } from './sessions/observers.ts';
import { createSessionFeed } from './sessions/session-feed.ts';
import { createHub } from './sessions/session-registry.ts';
import { openSilero } from './speech/offline/silero.ts';
import type { Detector } from './speech/ports.ts';
import { detectionOf, type SpeechParts } from './speech/speech-input.ts';
import type { McpAccess } from './tools/mcp-access.ts';
import type { BetaPolicy } from './transports/beta.ts';

/** What is recorded, and where. */
export interface RecordingOptions {
  /** Made if need be, for its owner alone: the folder 0700, its files 0600. Names hold the time and the session's id. */
  folder: string;
  /** Keeps audio and images, in base64. Keys are never written. @default false */
  audio?: boolean;
}

export interface ServerOptions {
  /** Address to listen on. The default is loopback, IPv4 and IPv6. Any other needs `keys` [AU11]. @default 'localhost' */
  host?: string;
  /** 0 picks a free one. @default 8787 */
  port?: number;
  /** Listens with TLS too: with the development certificate, or with this one (PEM). @default false */
  tls?: boolean | { key: string; cert: string };
  /** 0 picks a free one. @default 8788 */
  tlsPort?: number;
  /** What answers. @default parrot() */
  engine?: Engine;
  /**
   * Several that answer, in place of `engine`, by the names sessions choose them by: their model [AU30]. The first answers
   * sessions that name any other model.
   */
  engines?: Readonly<Record<string, OfferedEngine>>;
  /** What hears, for engines that bring nothing of their own. @default the server's detector alone: transcriptions fail */
  speech?: SpeechParts | undefined;
  /**
   * Detects turns with Silero, for every engine that brings no detector of its own. With `false` no engine detects turns. Where
   * no turns are detected, sessions state `turn_detection: null`: clients commit and ask for responses themselves [VA29]. @default true
   */
  detector?: boolean;
  /** Which MCP servers sessions may ask, and with whose keys: `mcpAccess(readMcpConfig(…), process.env)`. @default none */
  mcp?: McpAccess;
  /** What translates. @default parrotTranslator() */
  translator?: Translator;
  /** Relays sessions to this Realtime server instead; then neither `engine` nor `translator` is asked. @default sessions are hosted here */
  upstream?: UpstreamOptions;
  /** Keys clients must show. Without any, whoever reaches this machine's loopback may connect [AU10, AU11]. @default [] */
  keys?: readonly string[];
  /** Names this server answers to in `Host`, besides the loopback ones and `host` [AU17]. @default [] */
  hosts?: readonly string[];
  /** Web origins that may connect besides our own, such as `https://app.example` [AU18, RT16]. @default [] */
  origins?: readonly string[];
  /** Lets browsers show server keys as a subprotocol [AU16]. @default false */
  keysFromBrowsers?: boolean;
  /** Models clients may name, engines among them [AU5, AU30]. @default those of `upstream`, else any */
  models?: readonly string[];
  clientSecrets?: ClientSecretOptions;
  /** Where client secrets are stored. @default in this process */
  secretStore?: SecretStore;
  /** Counts sessions per key and new sessions per address. @default in this process */
  admissionStore?: AdmissionStore;
  /** How a refused connection is told: by HTTP status, or by an `error` event and a close code, which browsers can see [AU13]. @default 'status' */
  refusals?: 'status' | 'event';
  /** Serves clients that speak the beta shape, or turns them away as the hosted service does: `error`, close 4000 [BT2]. @default 'refuse' */
  beta?: BetaPolicy;
  /** Where the development certificate is kept. @default the user's cache folder */
  dataDir?: string;
  /** Writes every session with a conversation down, one file each, in a format `replay` of @colloquy/session takes. @default nothing is written */
  recordings?: RecordingOptions;
  /** What observers of live sessions may be shown at most: nothing, what is said in words, or audio and images too [CO7]. @default 'words' */
  watch?: WatchPolicy;
  /** Folder of the built console. Without an `index.html` in it `/` is a plain page. @default the one this package carries */
  consoleDir?: string;
  limits?: Partial<Limits>;
  /** What bounds each session from the inside: its items, buffers, and how long a response may be silent. Its duration is in `limits`. */
  sessionLimits?: Partial<Omit<SessionLimits, 'max_duration_ms'>>;
  /** What a session takes when its client says nothing: instructions, voice, how much context the engine takes in. */
  sessionDefaults?: Partial<SessionDefaults>;
  /** @default 'silent' */
  logLevel?: LogLevel;
  /** Where log lines go. @default stderr */
  logTo?: { write(line: string): void };
  /** Milliseconds, monotonic. @default the time this process ran */
  clock?: () => number;
  /** Unix milliseconds. @default Date.now */
  wallClock?: () => number;
  /** Called as each session hosted here begins, before anything is sent. Must not throw. */
  onSession?: (session: HostedSession) => void;
  /** Hears every input and every frame of every session with a conversation. Must not throw. */
  onLine?: (sessionId: string, line: Line) => void;
  /** Each makes a sink for every session, which receives its lines: see docs/extending.md. @default [] */
  sinks?: readonly (() => LineSink)[];
}

/** Where a server listens. */
export interface Listening {
  /** `http://127.0.0.1:8787` */
  readonly url: string;
  readonly port: number;
  /** With TLS only. */
  readonly tlsUrl?: string;
  readonly tlsPort?: number;
  /** The authority that signed the development certificate. */
  readonly caFile?: string;
}

export interface Server {
  /** Rejects with `port_in_use`, or `invalid_configuration` when the address is none of ours the certificate or recordings cannot be kept, or another server keeps its recordings in the folder. */
  listen(): Promise<Listening>;
  /** Opens no new sessions and ends those there are: idle ones at once, others when done or after the grace [LM12]. */
  drain(options?: { graceMs?: number }): Promise<void>;
  /** Drains, then stops listening. A second call may shorten the grace. */
  close(options?: { graceMs?: number }): Promise<void>;
  /** Makes a client secret useless and ends its sessions; false when there is no such secret [AU26]. */
  revokeClientSecret(value: string): Promise<boolean>;
}

const DEFAULT_MODEL = 'gpt-realtime';
/** Milliseconds observers have to take the end of their sessions when the server closes. */
const FAREWELL_MS = 1000;
const PREFIXES = ['/v1', '/openai/v1'];
const CONSOLE_FOLDER = fileURLToPath(new URL('../console', import.meta.url));

/**
 * Makes a server. Throws `invalid_configuration` for options that contradict each other or are not what they should be, and when
 * it would listen publicly without keys.
 *
 * @example
 * import { createServer, parrot } from '@colloquy/server';
 *
 * const server = createServer({ engine: parrot(), port: 0 });
 * const { url } = await server.listen(); // http://127.0.0.1:49152
 * await server.close();
 */
export function createServer(options: ServerOptions = {}): Server {
  const { host = 'localhost', keys = [] } = options;
  const services = createServices({
    ...{ limits: options.limits, clock: options.clock, wallClock: options.wallClock },
    log: createLog(options.logLevel ?? 'silent', options.logTo),
  });
  const { limits, log, clock, wallClock } = services;
  if (keys.length === 0 && !isLoopback(host)) {
    const reason = `refusing to listen on ${host} without keys: set COLLOQUY_API_KEYS, or listen on 127.0.0.1`;
    throw new ColloquyError('invalid_configuration', reason);
  }
  const tokens = watchTokens(clock);
  const secretStore =
    options.secretStore ?? memorySecretStore({ maxSecrets: limits.secrets, wallClock, monotonic: options.clock });
  const secrets = clientSecrets(options.clientSecrets ?? {}, secretStore, wallClock);
  const authorizer = createAuthorizer({
    keys,
    hosts: [...(options.hosts ?? []), ...(isWildcard(host) ? [] : [bracketed(host)])],
    origins: options.origins ?? [],
    keysFromBrowsers: options.keysFromBrowsers ?? false,
    secrets,
    watchTokens: tokens,
  });
  const hub = createHub();
  const { upstream } = options;
  if (upstream) checkUpstream(upstream);
  const engines = enginesOf(options);
  const answering = upstream ? 'relay' : engines.all.map(({ name }) => name).join(', ');
  const models = options.models ?? upstream?.models;
  const rules: SessionRules = {
    models,
    defaultModel: models?.[0] ?? DEFAULT_MODEL,
    shownModels: models ?? [...(upstream ? [] : engines.all.map(({ name }) => name)), DEFAULT_MODEL],
    lockedSecrets: secrets.options.locked,
  };
  const watching = createWatching(limits, log);
  const watchPolicy = options.watch ?? 'words';
  const consoleFolder = options.consoleDir ?? CONSOLE_FOLDER;
  const isBuilt = existsSync(join(consoleFolder, 'index.html'));
  const { recordings, sessionDefaults: defaults = {} } = options;
  const store = recordings && fileStore(recordings.folder);
  const recorder =
    store && createRecorder({ store, audio: recordings.audio ?? false, roomBytes: limits.unwrittenBytes, log });
  const isWriting = (name: string) => recorder?.isWriting(name) ?? false;
  const feed = createSessionFeed({
    ...{ hub, watching, limits },
    summaryOf: (live) => sessionSummary(live, isWriting),
    later: (call, ms) => void setTimeout(call, ms).unref(),
  });
  const openSession = sessionOpener({
    ...{ services, engines, models, recorder, hub, watching, feed },
    translator: options.translator ?? parrotTranslator(),
    mcp: options.mcp,
    session: { limits: options.sessionLimits ?? {}, defaults },
    sinks: options.sinks ?? [],
    onLine: options.onLine,
    onSession: options.onSession,
    onUsage: upstream && ((id, usage) => upstream.onUsage?.(id, usage)),
  });
  const admission = createAdmission(hub, services, options.admissionStore ?? memoryAdmissionStore(clock));
  const upgrade = createUpgrade({
    ...{ services, authorizer, secrets, rules, openSession },
    admission,
    watch: createWatchUpgrade({ services, admission, hub, watching, feed, policy: watchPolicy }),
    refusals: options.refusals ?? 'status',
    beta: options.beta ?? 'refuse',
    upstream: upstream && { ...upstream, ...(models && { models }) },
  });
  const servers: HttpServer[] = [];
  let app: FastifyInstance | undefined;

  const status = (): FixedStatus => ({
    needs_key: keys.length > 0,
    relay: upstream !== undefined,
    engines: upstream ? [] : engines.status(),
    default_model: rules.defaultModel,
    models: rules.shownModels,
    any_model: models === undefined,
    recordings: { enabled: recordings !== undefined, audio: recordings?.audio ?? false },
    watch: { level: levelOfPolicy(watchPolicy) },
  });
  const minting: MintingOptions = {
    ...{ secrets, rules, now: wallClock },
    // What an upstream would make of a session is not known here.
    opened(model, kind) {
      if (upstream) return {};
      const { engine, speech } = kind === 'transcription' ? engines.listening : engines.of(model);
      return { defaults, ...speakingOf(engine), ...detectionOf(speech) };
    },
  };

  const routes = (to: FastifyInstance) => {
    healthRoutes(to, hub);
    if (!isBuilt) plainPageRoutes(to, { hub, engine: answering, needsKey: keys.length > 0 });
    statusRoutes(to, { fixed: status(), clock });
    sessionRoutes(to, hub, isWriting);
    watchTokenRoutes(to, tokens, wallClock);
    recordingRoutes(to, store && recorder && { store, recorder, limits, log });
    for (const prefix of PREFIXES) {
      modelRoutes(to, prefix, rules, wallClock());
      clientSecretRoutes(to, prefix, minting);
      legacySessionRoutes(to, prefix, minting);
      callRoutes(to, prefix);
    }
  };

  /** Opens a listener; for loopback both of its addresses, the second if there is one. */
  async function open(make: (listener: RequestListener) => HttpServer, port: number, hint?: TlsHint): Promise<number> {
    const add = async (address: string, at: number) => {
      const server = make((request, response) => app?.routing(request, response));
      server.on('upgrade', upgrade);
      server.on('clientError', (error: ClientError, socket: Socket) => refuseGarbage(error, socket, hint));
      await listening(server, address, at);
      servers.push(server);
      return (server.address() as AddressInfo).port;
    };
    if (host !== 'localhost') return add(host, port);
    const picked = await add('127.0.0.1', port);
    await add('::1', picked).catch(() => log.debug({ port: picked }, 'no IPv6 loopback'));
    return picked;
  }

  const common = {
    headersTimeout: limits.handshakeMs,
    requestTimeout: limits.handshakeMs * 3,
    connectionsCheckingInterval: Math.min(1000, limits.handshakeMs / 2),
    requireHostHeader: false, // ours to refuse, in our envelope [AU17]
  };

  let detector: Detector | undefined;
  /** Turns are detected for every engine, unless that is off or cannot be. */
  async function prepareDetector(): Promise<void> {
    if (options.detector === false) return engines.provideDetector('off');
    if (upstream || detector || !engines.lacksDetector) return;
    const opened = await openSilero();
    if (opened.ok) detector = opened.part;
    else log.warn({ error: opened.missing }, 'turns are not detected');
    engines.provideDetector(opened.ok ? { detector: opened.part } : { missing: opened.missing });
  }

  async function stop(): Promise<void> {
    const all = servers.splice(0);
    const closing = all.map((server) => new Promise((resolve) => server.close(resolve)));
    for (const server of all) server.closeAllConnections();
    await Promise.all(closing);
    await app?.close();
    detector?.close();
  }

  return {
    async listen() {
      await store?.prepare();
      try {
        await prepareDetector();
        app = await createRest({ authorizer, limits, log, routes, consoleFolder: isBuilt ? consoleFolder : undefined });
        const port = await open((listener) => createHttpServer(common, listener), options.port ?? 8787, tlsHint(log));
        const plain = { url: `http://${shown(host)}:${port}`, port };
        log.info({ url: plain.url, engine: answering }, 'listening');
        if (!options.tls) return plain;
        const pem = options.tls === true ? await developmentTls(options.dataDir) : options.tls;
        const secured = { ...common, key: pem.key, cert: pem.cert, handshakeTimeout: limits.handshakeMs };
        const tlsPort = await open((listener) => createHttpsServer(secured, listener), options.tlsPort ?? 8788);
        const tlsUrl = `https://${shown(host)}:${tlsPort}`;
        log.info({ url: tlsUrl }, 'listening with TLS');
        return { ...plain, tlsUrl, tlsPort, ...('caFile' in pem && { caFile: pem.caFile }) };
      } catch (error) {
        await stop();
        await store?.release();
        throw error;
      }
    },
    drain: ({ graceMs = limits.graceMs } = {}) => hub.drain(graceMs),
    async close({ graceMs = limits.graceMs } = {}) {
      await hub.drain(graceMs);
      await watching.settle(FAREWELL_MS);
      await stop();
      await recorder?.settle(limits.closeMs);
      await store?.release();
    },
    revokeClientSecret: secrets.revoke,
  };
}

/** Throws `invalid_configuration` for one engine beside several. */
function enginesOf({ engine, engines, speech }: ServerOptions) {
  if (engine && engines) {
    const reason = "'engine' is for one, 'engines' for several; they exclude each other";
    throw new ColloquyError('invalid_configuration', reason);
  }
  return engineRegistry(engines ?? only(engine ?? parrot()), speech);
}

const isLoopback = (host: string) => host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
const isWildcard = (host: string) => host === '0.0.0.0' || host === '::';
const bracketed = (host: string) => (host.includes(':') ? `[${host}]` : host);
/** An address a client on this machine can dial. */
const shown = (host: string) => (host === 'localhost' || host === '0.0.0.0' ? '127.0.0.1' : bracketed(host));

/** Resolves once the server listens; then errors no longer reject but must still find a listener. */
function listening(server: HttpServer, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const [code, reason] =
        cause.code === 'EADDRINUSE'
          ? (['port_in_use', `port ${port} is in use`] as const)
          : (['invalid_configuration', `cannot listen on ${host}: ${cause.code ?? 'unknown'}`] as const);
      reject(new ColloquyError(code, reason, { cause }));
    });
    server.listen(port, host, () => {
      server.removeAllListeners('error').on('error', () => {}); // e.g. EMFILE while accepting: the next attempt may do
      resolve();
    });
  });
}

type ClientError = Error & { code?: string; rawPacket?: Buffer };
type TlsHint = (error: ClientError) => void;

/** Says, once, that somebody speaks TLS to the plain port: a client that insists on `wss:`. */
function tlsHint(log: Log): TlsHint {
  let isSaid = false;
  return ({ rawPacket }) => {
    if (isSaid || rawPacket?.[0] !== 0x16 || rawPacket[1] !== 0x03) return;
    isSaid = true;
    log.warn({ setting: '--tls' }, 'a client speaks TLS to the plain port; start with --tls and give it the TLS port');
  };
}

/** What is no HTTP at all. */
function refuseGarbage(error: ClientError, socket: Socket, hint: TlsHint | undefined): void {
  hint?.(error);
  if (error.code === 'ECONNRESET' || !socket.writable || socket.bytesWritten > 0) return void socket.destroy();
  const message =
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 'The request took too long.' : 'The request is not valid HTTP.';
  answerSocket(socket, httpAnswer(refusal('invalid_value', message)));
}
