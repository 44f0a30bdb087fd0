// What a server is made with. Each option has its default here; they are put to work in `create-server.ts`.

import type { SessionDefaults, SessionLimits } from '@colloquy/session';
import type { AdmissionStore } from './auth/admission-store.ts';
import type { ClientSecretOptions } from './auth/client-secrets.ts';
import type { SecretStore } from './auth/secret-store.ts';
import type { Engine } from './engines/engine.ts';
import type { OfferedEngine } from './engines/registry.ts';
import type { Translator } from './engines/translator.ts';
import type { WatchPolicy } from './gateway/watch-upgrade.ts';
import type { Limits } from './limits.ts';
import type { LogLevel } from './log.ts';
import type { UpstreamOptions } from './relay/upstream.ts';
import type { HostedSession } from './sessions/host-session.ts';
import type { Line, LineSink } from './sessions/line-sink.ts';
import type { SpeechComponents } from './speech/speech-input.ts';
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
  speech?: SpeechComponents | undefined;
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
