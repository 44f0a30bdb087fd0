// Shapes of the JSON that the server's `/api` routes return. Types only, shared by the server and the console. Routes:
// docs/console-api.md; errors have the shape of every other error [RT13].

import type { RedactionLevel, Secrecy, SessionObject } from '@colloquy/protocol';
import type { SessionKind } from './step/state.ts';

/** An engine as shown to every authorized reader: names of components, no settings, addresses or keys. */
export interface EngineStatus {
  /** The name that sessions use as their model. */
  name: string;
  /** Used for sessions whose model names no engine. */
  is_default: boolean;
  /** The component for each of the four tasks; `null` if there is none, or the engine does not report it. */
  parts: Record<'detect' | 'transcribe' | 'think' | 'speak', string | null>;
  /** The voices that sessions may name; `null`: any. */
  voices: readonly string[] | null;
  /** Missing components, one sentence each that says how to get it. */
  missing: readonly string[];
}

/** `GET /api/status`, for every authorized reader. */
export interface ServerStatus {
  version: string;
  /** Whether this server requires a key. */
  needs_key: boolean;
  /** Node version, `v22.11.0`. */
  node: string;
  /** Seconds since the server was created. */
  uptime_s: number;
  /** Whether the server relays to another server; it then has no engines. */
  relay: boolean;
  /** Whether sessions may be calls over WebRTC. */
  webrtc: boolean;
  /** In order of the configuration, the default first. */
  engines: readonly EngineStatus[];
  /** Model of a session that names none. */
  default_model: string;
  /** Models to choose from. */
  models: readonly string[];
  /** Whether any other model name is accepted. */
  any_model: boolean;
  /** All voices of all engines, each once. */
  voices: readonly string[];
  /** Missing components of all engines, each sentence once. */
  missing: readonly string[];
  /** Whether sessions are recorded, and with audio and images. */
  recordings: { enabled: boolean; audio: boolean };
  /** Maximum detail for observers: `key` hides keys only, `media` also audio and images. `null`: nobody may observe. */
  watch: { level: RedactionLevel | null };
}

/** `GET /api/status`, if a key is required and the request has none. */
export interface LockedStatus {
  needs_key: true;
}

/** What happened in a session, for lists. Computed by `analysis/session-summary.ts`. */
export interface ConversationSummary {
  /**
   * What the user said first, as text or transcript, at most 120 characters, without credentials. `null` if nothing is
   * known, or the server may not show it (`watch.level` of the status).
   */
  first_words: string | null;
  /** Messages of the user. */
  turns: number;
  /** Median time to first audio of the responses, in milliseconds; `null` without audio. */
  first_audio_p50_ms: number | null;
  /** Longest time to first audio, in milliseconds. */
  first_audio_max_ms: number | null;
  /** Responses that were cancelled, and answers whose audio was truncated, each once. */
  interruptions: number;
  /** `error` events, failed responses and failed transcriptions. */
  errors: number;
  /** Names of the called functions and MCP tools, at most 20, in the order of their first call. */
  tools: readonly string[];
  /** Sums of all responses and transcriptions; `input` without the cached tokens. */
  tokens: { input: number; cached: number; output: number };
  /** `null` if nothing had a price. */
  cost: SummaryCost | null;
  /** From the beginning to the last event, in milliseconds; `null` while the session is live. */
  duration_ms: number | null;
}

export interface SummaryCost {
  amount: number;
  /** Currency code, `USD`. */
  currency: string;
  /** The model whose prices were used, if the engine has no price: the cost is hypothetical. `null`: it is billed. */
  as_if: string | null;
  /** Responses and transcriptions without a price; they are not in `amount`. */
  unpriced: number;
}

/** A live session in `GET /api/sessions`. */
export interface SessionSummary {
  id: string;
  type: SessionKind | 'translation';
  /** `''` for a transcription session. */
  model: string;
  /** Name of the engine, `relay`, or `''` for a translation. */
  engine: string;
  /** Unix seconds. */
  started_at: number;
  /** Id of the active response of the conversation; `null` if there is none, or it is not known. */
  active_response: string | null;
  /** Items in the conversation; `null` for a relayed session and for a translation. */
  items: number | null;
  /** Name of its recording; `null` if it is not recorded. */
  recording: string | null;
  /** What happened so far; `null` for a translation. */
  summary: ConversationSummary | null;
}

/** `GET /api/sessions?q=&has=`, in order of their beginning. */
export interface SessionList {
  sessions: readonly SessionSummary[];
}

/** An event of the WebSocket `/api/sessions/watch`: first the list, then each change [CO22]. */
export type SessionListEvent =
  | ({ type: 'sessions' } & SessionList)
  | { type: 'session.began'; session: SessionSummary }
  /** At most four times a second for each session. */
  | { type: 'session.changed'; session: SessionSummary }
  /** `session` is its final state. */
  | { type: 'session.ended'; session: SessionSummary };

/**
 * `POST /api/watch_tokens`: replaces the key in `openai-insecure-api-key.<value>`, for one minute, and only for
 * reading.
 */
export interface WatchToken {
  value: string;
  /** Unix seconds. */
  expires_at: number;
}

/** A recording in `GET /api/recordings`. Fields that its header does not have are `null`. */
export interface RecordingSummary {
  /** Its name in URLs. */
  name: string;
  session: string | null;
  /** `null` for a relayed session. */
  type: SessionKind | null;
  model: string | null;
  /** Name of the engine, or `relay`. */
  engine: string | null;
  /** Unix seconds. */
  started_at: number | null;
  /** Size of the file. */
  bytes: number;
  /** Kinds of secrets that were redacted. */
  hidden: readonly Secrecy[];
  /** Whether it is still being written; it then cannot be deleted. */
  running: boolean;
  /** `null` while it is being computed, and if the recording cannot be read. */
  summary: ConversationSummary | null;
}

/** `GET /api/recordings?limit=&before=&q=&has=`, newest first. */
export interface RecordingList {
  recordings: readonly RecordingSummary[];
  /** Value of `before` for the next page; `null` on the last page. */
  next: string | null;
  /** Recordings of this page whose summary is being computed. With `q` or `has` they are left out: ask again. */
  pending: number;
}

/** Body of `POST /api/recordings/<name>/fork`, and without `at` of `POST /api/sessions/<id>/fork`. */
export interface ForkRequest {
  /** Line of the recording, from 1. */
  at?: number;
  /** Changes of the settings, as in `session.update`; `type` may be absent. */
  session?: object;
}

/** Answer to a `ForkRequest`. */
export interface ForkTicket {
  /** A client secret that opens one session, `ek_…`. */
  value: string;
  /** Unix seconds after which it opens none. */
  expires_at: number;
  /** The settings with which the session begins. */
  session: SessionObject;
  /** Items that it begins with. */
  items: number;
}
