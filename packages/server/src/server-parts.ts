// Creates the parts of a server from its options: access control, engines, and sessions with their sinks. Assembly:
// `create-server.ts`.

import { ColloquyError } from '@colloquy/protocol';
import { memoryAdmissionStore } from './auth/admission-store.ts';
import { type Authorizer, createAuthorizer } from './auth/authorize.ts';
import { type ClientSecrets, clientSecrets } from './auth/client-secrets.ts';
import { memorySecretStore } from './auth/secret-store.ts';
import type { SessionRules } from './auth/session-request.ts';
import { type WatchTokens, watchTokens } from './auth/watch-tokens.ts';
import { LiveCalls } from './calls/live-calls.ts';
import { parrot } from './engines/parrot.ts';
import { parrotTranslator } from './engines/parrot-translator.ts';
import { type EngineRegistry, engineRegistry, singleEngine } from './engines/registry.ts';
import { type Admission, createAdmission } from './gateway/admission.ts';
import { type OpenSession, sessionOpener } from './gateway/open-session.ts';
import { createUpgrade } from './gateway/upgrade.ts';
import { createWatchUpgrade, levelOfPolicy } from './gateway/watch-upgrade.ts';
import { sessionSummary } from './http/routes/sessions.ts';
import { bracketed, type Handlers, isWildcard } from './listen.ts';
import type { ServerOptions } from './options.ts';
import { fileStore } from './recordings/file-store.ts';
import { createRecorder, type Recorder } from './recordings/recorder.ts';
import type { Store } from './recordings/store.ts';
import type { StoredSummary } from './recordings/stored-summary.ts';
import { createSummaryIndex, type SummaryIndex } from './recordings/summary-index.ts';
import type { Services } from './services.ts';
import { createForks, type Forks } from './sessions/forks.ts';
import { createObserverRegistry, type ObserverRegistry } from './sessions/observers.ts';
import { createSessionFeed, type SessionFeed } from './sessions/session-feed.ts';
import { createSessionRegistry, type SessionRegistry } from './sessions/session-registry.ts';
import { checkWebRtcOptions } from './transports/webrtc/webrtc-options.ts';
import { type WebRtcPlane, webRtcPlane } from './transports/webrtc/webrtc-plane.ts';

/** Access control. */
export interface Access {
  readonly authorizer: Authorizer;
  readonly secrets: ClientSecrets;
  readonly tokens: WatchTokens;
}

/** Live sessions and their consumers. */
export interface Sessions {
  readonly registry: SessionRegistry;
  readonly observerRegistry: ObserverRegistry;
  readonly feed: SessionFeed;
  /** Conversations that wait for a session that goes on from them. */
  readonly forks: Forks;
  readonly store: Store | undefined;
  readonly recorder: Recorder | undefined;
  readonly index: SummaryIndex | undefined;
  /** Summary so far of the session with the recording of this name. */
  readonly liveSummaryOf: (name: string) => StoredSummary | undefined;
  /** Whether the recording of this name is still being written. */
  readonly isWriting: (name: string) => boolean;
  readonly openSession: OpenSession;
  /** One for all ways to open a session. */
  readonly admission: Admission;
  /** `undefined` without a media plane. */
  readonly calls: LiveCalls | undefined;
  readonly webrtc: WebRtcPlane | undefined;
}

/** The parts used by routes and upgrades. */
export interface ServerParts {
  readonly options: ServerOptions;
  readonly services: Services;
  readonly access: Access;
  readonly engines: EngineRegistry;
  readonly rules: SessionRules;
  readonly sessions: Sessions;
}

const DEFAULT_MODEL = 'gpt-realtime';

/** Throws `invalid_configuration` if options contradict each other. `host` is the address the server listens on. */
export function createParts(options: ServerOptions, services: Services, host: string): ServerParts {
  const access = createAccess(options, services, host);
  const engines = enginesOf(options);
  const rules = rulesOf(options, engines, access.secrets);
  return {
    options,
    services,
    access,
    engines,
    rules,
    sessions: createSessions(options, services, engines, rules, access.secrets),
  };
}

function createAccess(options: ServerOptions, { limits, clock, wallClock }: Services, host: string): Access {
  const tokens = watchTokens(clock);
  const secretStore =
    options.secretStore ?? memorySecretStore({ maxSecrets: limits.secrets, wallClock, monotonic: options.clock });
  const secrets = clientSecrets(options.clientSecrets ?? {}, secretStore, wallClock);
  const authorizer = createAuthorizer({
    keys: options.keys ?? [],
    hosts: [...(options.hosts ?? []), ...(isWildcard(host) ? [] : [bracketed(host)])],
    origins: options.origins ?? [],
    keysFromBrowsers: options.keysFromBrowsers ?? false,
    secrets,
    watchTokens: tokens,
  });
  return { authorizer, secrets, tokens };
}

function enginesOf({ engine, engines, speech }: ServerOptions): EngineRegistry {
  if (engine && engines) {
    const reason = "'engine' is for one, 'engines' for several; they exclude each other";
    throw new ColloquyError('invalid_configuration', reason);
  }
  return engineRegistry(engines ?? singleEngine(engine ?? parrot()), speech);
}

function rulesOf(
  { models: configuredModels, upstream }: ServerOptions,
  engines: EngineRegistry,
  secrets: ClientSecrets,
): SessionRules {
  const models = configuredModels ?? upstream?.models;
  return {
    models,
    defaultModel: models?.[0] ?? DEFAULT_MODEL,
    shownModels: models ?? [...(upstream ? [] : engines.all.map(({ name }) => name)), DEFAULT_MODEL],
    lockedSecrets: secrets.options.locked,
  };
}

function createSessions(
  options: ServerOptions,
  services: Services,
  engines: EngineRegistry,
  { models }: SessionRules,
  secrets: ClientSecrets,
): Sessions {
  const { limits, log } = services;
  const { recordings, upstream, sessionDefaults: defaults = {}, watch = 'words' } = options;
  const registry = createSessionRegistry();
  const observerRegistry = createObserverRegistry(limits, log);
  const forks = createForks(services.clock);
  const store = recordings && fileStore(recordings.folder);
  const recorder =
    store && createRecorder({ store, audio: recordings.audio ?? false, roomBytes: limits.unwrittenBytes, log });
  const index = store && createSummaryIndex({ store, log });
  const liveSummaryOf = (name: string) =>
    registry
      .list()
      .find(({ recording }) => recording === name)
      ?.summary?.();
  const isWriting = (name: string) => recorder?.isWriting(name) ?? false;
  const feed = createSessionFeed({
    ...{ registry, observerRegistry, limits },
    summaryOf: (live) => sessionSummary(live, { isWriting, showsContent: levelOfPolicy(watch) !== null }),
    schedule: (call, ms) => void setTimeout(call, ms).unref(),
  });
  const openSession = sessionOpener({
    ...{ services, engines, models, recorder, registry, observerRegistry, feed, forks },
    translator: options.translator ?? parrotTranslator(),
    mcp: options.mcp,
    session: { limits: options.sessionLimits ?? {}, defaults },
    sinks: options.sinks ?? [],
    onLine: options.onLine,
    onSession: options.onSession,
    onUsage: upstream && ((id, usage) => upstream.onUsage?.(id, usage)),
  });
  const { admissionStore = memoryAdmissionStore(services.clock), mediaPlane } = options;
  const webrtc = mediaPlane ? undefined : webRtcOf(options, services);
  const plane = mediaPlane ?? webrtc;
  const admission = createAdmission(registry, services, admissionStore);
  const to = upstream && { ...upstream, ...(models && { models }) };
  const calls = plane && new LiveCalls({ services, plane, admission, secrets, forks, openSession, upstream: to });
  return {
    ...{ registry, observerRegistry, feed, forks, store, recorder, index, liveSummaryOf, isWriting, openSession },
    ...{ admission, calls, webrtc },
  };
}

function webRtcOf({ webrtc = {} }: ServerOptions, services: Services): WebRtcPlane | undefined {
  if (webrtc === false) return undefined;
  const webRtcOptions = webrtc === true ? { isWarm: true } : webrtc;
  checkWebRtcOptions(webRtcOptions);
  return webRtcPlane(webRtcOptions, services);
}

/** Creates the handler of WebSocket upgrades. */
export function upgradeOf({ options, services, access, rules, sessions }: ServerParts): Handlers['upgrade'] {
  const { registry, observerRegistry, feed, forks, openSession, admission, calls } = sessions;
  const { authorizer, secrets } = access;
  const { upstream } = options;
  const policy = options.watch ?? 'words';
  return createUpgrade({
    ...{ services, authorizer, secrets, rules, openSession, admission, forks, calls },
    watch: createWatchUpgrade({ services, admission, registry, observerRegistry, feed, policy }),
    refusals: options.refusals ?? 'status',
    beta: options.beta ?? 'refuse',
    upstream: upstream && { ...upstream, ...(rules.models && { models: rules.models }) },
  });
}

/** Names of the engines for people, or `relay`. */
export const answeringOf = ({ options, engines }: ServerParts): string =>
  options.upstream ? 'relay' : engines.all.map(({ name }) => name).join(', ');
