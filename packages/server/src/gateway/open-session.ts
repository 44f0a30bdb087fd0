// Opens a session over any transport: selects host, translation or relay, and attaches the line sinks. Authorization:
// `authorize.ts`; limits: `admission.ts`.

import type { SessionOptions } from '@colloquy/session';
import type { Grant } from '../auth/authorize.ts';
import {
  type ConversationRequest,
  lockedPaths,
  type SessionRequest,
  type TranslationRequest,
} from '../auth/session-request.ts';
import type { CallAudio } from '../calls/call-audio.ts';
import type { EngineRegistry } from '../engines/registry.ts';
import type { Translator } from '../engines/translator.ts';
import type { Recorder } from '../recordings/recorder.ts';
import { type RecordingSink, recordingSink } from '../recordings/recording-sink.ts';
import type { ResponseUsage } from '../relay/relay-responses.ts';
import { relaySession } from '../relay/relay-session.ts';
import type { Upstream } from '../relay/upstream.ts';
import type { Services } from '../services.ts';
import type { Forks } from '../sessions/forks.ts';
import { type HostedSession, hostSession } from '../sessions/host-session.ts';
import { hostTranslation } from '../sessions/host-translation.ts';
import type { Line, LineSink } from '../sessions/line-sink.ts';
import { liveSink } from '../sessions/live-sink.ts';
import type { ObserverRegistry } from '../sessions/observers.ts';
import type { SessionFeed } from '../sessions/session-feed.ts';
import type { SessionHandle } from '../sessions/session-handle.ts';
import type { SessionRegistry } from '../sessions/session-registry.ts';
import { type SummarySink, summarySink } from '../sessions/summary-sink.ts';
import type { McpAccess } from '../tools/mcp-access.ts';
import { type BetaTransport, betaTransport, withTemperature } from '../transports/beta.ts';
import type { Transport } from '../transports/transport.ts';

export interface SessionOpenerOptions {
  readonly services: Services;
  readonly engines: EngineRegistry;
  readonly translator: Translator;
  /** The MCP servers that hosted sessions may call. */
  readonly mcp: McpAccess | undefined;
  /** The operator's settings for every hosted session. */
  readonly session: Required<Pick<SessionOptions, 'limits' | 'defaults'>>;
  /** Models a client may name; `undefined` allows any. */
  readonly models: readonly string[] | undefined;
  readonly recorder: Recorder | undefined;
  readonly registry: SessionRegistry;
  readonly observerRegistry: ObserverRegistry;
  readonly feed: SessionFeed;
  readonly forks: Forks;
  /** Each is called once per session to create a sink. */
  readonly sinks: readonly (() => LineSink)[];
  readonly onLine: ((sessionId: string, line: Line) => void) | undefined;
  readonly onSession: ((session: HostedSession) => void) | undefined;
  readonly onUsage: ((sessionId: string, usage: ResponseUsage) => void) | undefined;
}

/** The session to open. */
export interface OpenRequest {
  readonly sessionRequest: SessionRequest;
  /** Whether the client uses the beta shape. Never set for translations. */
  readonly isBeta: boolean;
  /** Whether the client will reconnect; a drain then closes with 1012 [ER46]. */
  readonly resumes: boolean;
  /** The client's protocol for the log, such as `wss`. */
  readonly protocol: string;
  /** The upstream of a relayed session. Absent: the session is hosted. */
  readonly upstream?: Upstream | undefined;
  /** The audio of a call; absent for other sessions. */
  readonly callAudio?: CallAudio;
}

/** Throws if the operator's configuration is not valid for a session. */
export type OpenSession = (request: OpenRequest, grant: Grant, transport: Transport) => SessionHandle;

export function sessionOpener(options: SessionOpenerOptions): OpenSession {
  return (request, grant, transport) => {
    const session = new SessionOpener(options, request, grant, transport).open();
    const { secret } = grant;
    if (!secret) return session;
    const revoke = () => session.close(1008, 'The client secret was revoked.');
    secret.revoked.addEventListener('abort', revoke);
    if (secret.revoked.aborted) revoke(); // revoked while the session was opened
    void session.ended.then(() => secret.revoked.removeEventListener('abort', revoke));
    return session;
  };
}

/** Opens one session. */
class SessionOpener {
  readonly #options: SessionOpenerOptions;
  readonly #request: OpenRequest;
  readonly #grant: Grant;
  readonly #transport: Transport;
  /** The transport of a client that uses the beta shape. */
  readonly #beta: BetaTransport | undefined;
  readonly #drainCode: number;
  readonly #maxDurationMs: number;

  constructor(options: SessionOpenerOptions, request: OpenRequest, grant: Grant, transport: Transport) {
    const { limits } = options.services;
    const { secret } = grant;
    this.#options = options;
    this.#request = request;
    this.#grant = grant;
    this.#beta = request.isBeta ? betaTransport(transport, { temperature: secret?.temperature }) : undefined;
    this.#transport = this.#beta ?? transport;
    this.#drainCode = request.resumes ? 1012 : 1001;
    this.#maxDurationMs = secret ? Math.min(limits.secretSessionMs, limits.sessionMs) : limits.sessionMs;
  }

  open(): SessionHandle {
    const { sessionRequest, upstream } = this.#request;
    if (sessionRequest.kind === 'translation') return this.#translate(sessionRequest);
    return upstream ? this.#relay(sessionRequest, upstream) : this.#host(sessionRequest);
  }

  #translate(sessionRequest: TranslationRequest): SessionHandle {
    const { model, config } = sessionRequest;
    const { services, translator } = this.#options;
    return hostTranslation(this.#transport, {
      ...{ services, translator, drainCode: this.#drainCode },
      opening: {
        model,
        limits: { max_duration_ms: this.#maxDurationMs },
        ...(config?.audio && { audio: config.audio }),
        ...lockedBy(sessionRequest),
      },
      sinks: this.#sinks(''),
    });
  }

  #host(sessionRequest: ConversationRequest): SessionHandle {
    const { services, engines, mcp, session, onSession, forks } = this.#options;
    const { kind, model, config, fork } = sessionRequest;
    const history = fork === undefined ? undefined : forks.claim(fork);
    const chosen = kind === 'transcription' ? engines.forTranscription : engines.forModel(model);
    const summary = summarySink(chosen.name);
    const recording = this.#record(chosen.name, summary);
    return hostSession(this.#transport, {
      ...{ services, mcp, drainCode: this.#drainCode },
      engine: this.#beta ? withTemperature(chosen.engine, this.#beta) : chosen.engine,
      speech: chosen.speech,
      flushed: recording?.flushed,
      callAudio: this.#request.callAudio,
      opening: {
        ...{ model, kind, defaults: session.defaults },
        limits: { ...session.limits, max_duration_ms: this.#maxDurationMs },
        ...(config && { session: config }),
        ...(history && { history }),
        ...lockedBy(sessionRequest),
      },
      sinks: [
        ...this.#conversationSinks(chosen.name, summary, recording),
        { begin: (begun) => onSession?.(begun), write: () => {} },
      ],
    });
  }

  #relay(sessionRequest: ConversationRequest, upstream: Upstream): SessionHandle {
    const { services, models, onUsage } = this.#options;
    const { kind, model, config } = sessionRequest;
    const summary = summarySink('relay');
    const session: SessionHandle = relaySession(this.#transport, {
      ...{ upstream, models, drainCode: this.#drainCode, callAudio: this.#request.callAudio },
      services: { ...services, limits: { ...services.limits, sessionMs: this.#maxDurationMs } },
      opening: { kind, model, ...(config && { session: config }), ...lockedBy(sessionRequest) },
      sinks: this.#conversationSinks('relay', summary, this.#record('relay', summary)),
      onUsage: (usage) => onUsage?.(session.id, usage),
    });
    return session;
  }

  #record(engine: string, { summary }: SummarySink): RecordingSink | undefined {
    const { recorder } = this.#options;
    return recorder && recordingSink(recorder, engine, summary);
  }

  /** `summary` is first: it must be complete when the recording ends. */
  #conversationSinks(engine: string, summary: SummarySink, recording: RecordingSink | undefined): LineSink<Line>[] {
    const { onLine } = this.#options;
    const sinks = this.#sinks(engine, summary, recording);
    return [summary, ...(recording ? [recording] : []), ...sinks, ...(onLine ? [callbackSink(onLine)] : [])];
  }

  /** Sinks of every kind of session. `engine` is `''` for a translation. */
  #sinks(engine: string, summary?: SummarySink, recording?: RecordingSink): LineSink[] {
    const { registry, feed, observerRegistry, sinks, services } = this.#options;
    const { principal } = this.#grant;
    const { protocol } = this.#request;
    const observers = observerRegistry.observers(engine || undefined);
    const live = liveSink(registry, feed, (session) => {
      services.log.info(
        { session_id: session.id, key: principal, protocol, ...(engine && { engine }) },
        'session opened',
      );
      const { drop } = this.#transport;
      return {
        ...{ session, engine, observers, principal, drop },
        recording: recording?.name,
        summary: summary?.summary,
        drainCode: this.#drainCode,
      };
    });
    return [observers, live, ...sinks.map((make) => make())];
  }
}

const lockedBy = ({ config, isLocked }: SessionRequest): { locked?: string[] } =>
  config && isLocked ? { locked: lockedPaths(config) } : {};

function callbackSink(onLine: (sessionId: string, line: Line) => void): LineSink<Line> {
  let id = '';
  return {
    begin(session) {
      id = session.id;
    },
    write: (line) => onLine(id, line),
  };
}
