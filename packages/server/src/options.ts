// Options of a server, with their defaults. Use: `create-server.ts`, `server-parts.ts`.

import type { SessionDefaults, SessionLimits } from '@colloquy/session';
import type { AdmissionStore } from './auth/admission-store.ts';
import type { ClientSecretOptions } from './auth/client-secrets.ts';
import type { SecretStore } from './auth/secret-store.ts';
import type { MediaPlane } from './calls/media-plane.ts';
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
import type { WebRtcOptions } from './transports/webrtc/webrtc-options.ts';

/** Content and folder of recordings. */
export interface RecordingOptions {
  /** Created with mode 0700 if absent; files have mode 0600. File names contain the time and the session's id. */
  folder: string;
  /** Stores audio and images too, as base64. Keys are never written. @default false */
  audio?: boolean;
}

export interface ServerOptions {
  /** Address to listen on. `localhost` is IPv4 and IPv6 loopback. Other addresses require `keys` [AU11]. @default 'localhost' */
  host?: string;
  /** 0 picks a free one. @default 8787 */
  port?: number;
  /** Also listens with TLS, with the development certificate or with this one (PEM). @default false */
  tls?: boolean | { key: string; cert: string };
  /** 0 picks a free one. @default 8788 */
  tlsPort?: number;
  /** The engine. @default parrot() */
  engine?: Engine;
  /**
   * Several engines in place of `engine`, by the model that selects them [AU30]. The first one serves sessions of any other model.
   */
  engines?: Readonly<Record<string, OfferedEngine>>;
  /** Speech input for engines without their own. @default the server's detector only: transcriptions fail */
  speech?: SpeechComponents | undefined;
  /**
   * Detects turns with Silero for engines without their own detector. `false` disables turn detection for all engines. Sessions
   * without turn detection report `turn_detection: null`; their clients commit audio and request responses [VA29]. @default true
   */
  detector?: boolean;
  /** MCP servers that sessions may call, and their keys: `mcpAccess(readMcpConfig(…), process.env)`. @default none */
  mcp?: McpAccess;
  /** The translator. @default parrotTranslator() */
  translator?: Translator;
  /** Relays sessions to this Realtime server; `engine` and `translator` are then not used. @default sessions are hosted */
  upstream?: UpstreamOptions;
  /**
   * Calls over WebRTC. The libraries are loaded with the first call; `true` loads them at listen time, `false` answers 501 [RT9].
   * @default {}
   */
  webrtc?: boolean | WebRtcOptions;
  /** Carries the calls in place of WebRTC. @internal */
  mediaPlane?: MediaPlane;
  /** Valid API keys. Without keys, every client on loopback may connect [AU10, AU11]. @default [] */
  keys?: readonly string[];
  /** Allowed `Host` names besides the loopback names and `host` [AU17]. @default [] */
  hosts?: readonly string[];
  /** Allowed web origins besides the server's own, such as `https://app.example` [AU18, RT16]. @default [] */
  origins?: readonly string[];
  /** Accepts server keys from browsers, in a subprotocol [AU16]. @default false */
  keysFromBrowsers?: boolean;
  /** Models clients may name, including engines [AU5, AU30]. @default those of `upstream`, else any */
  models?: readonly string[];
  clientSecrets?: ClientSecretOptions;
  /** Store of client secrets. @default in memory */
  secretStore?: SecretStore;
  /** Counts sessions per key and new sessions per address. @default in memory */
  admissionStore?: AdmissionStore;
  /** Refuses connections with an HTTP status, or with an `error` event and close code, which browsers can read [AU13]. @default 'status' */
  refusals?: 'status' | 'event';
  /** Serves clients of the beta shape, or refuses them like the hosted API: `error`, close 4000 [BT2]. @default 'refuse' */
  beta?: BetaPolicy;
  /** Folder of the development certificate. @default the user's cache folder */
  dataDir?: string;
  /** Records every session with a conversation to a file that `replay` of @colloquy/session reads. @default no recordings */
  recordings?: RecordingOptions;
  /** Files that are read at `/api/recordings/<name>`, by name, in place of recordings. Use names that cannot be guessed. */
  openFiles?: ReadonlyMap<string, string>;
  /** The most that observers may receive: nothing, text and transcripts, or audio and images too [CO7]. @default 'words' */
  watch?: WatchPolicy;
  /** Folder of the built console. Without an `index.html` in it, `/` is a plain page. @default the console of this package */
  consoleDir?: string;
  limits?: Partial<Limits>;
  /** Limits inside each session: items, buffers, and silence of a response. Set the duration in `limits`. */
  sessionLimits?: Partial<Omit<SessionLimits, 'max_duration_ms'>>;
  /** Session settings that a client does not set: instructions, voice, size of the engine's context. */
  sessionDefaults?: Partial<SessionDefaults>;
  /** @default 'silent' */
  logLevel?: LogLevel;
  /** Destination of log lines. @default stderr */
  logTo?: { write(line: string): void };
  /** Milliseconds, monotonic. @default the time in which this process ran */
  clock?: () => number;
  /** Unix milliseconds. @default Date.now */
  wallClock?: () => number;
  /** Called when a hosted session begins, before an event is sent. Must not throw. */
  onSession?: (session: HostedSession) => void;
  /** Called with every input and every event of every session with a conversation. Must not throw. */
  onLine?: (sessionId: string, line: Line) => void;
  /** Each is called once per session to create a sink for its lines: see docs/extending.md. @default [] */
  sinks?: readonly (() => LineSink)[];
}
