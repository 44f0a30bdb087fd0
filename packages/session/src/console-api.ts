// What a server tells its console, and whoever else may look: the shapes of the answers below `/api`. Types alone, so that a page
// and a server share them. What each route does is docs/console-api.md; refusals have the shape of every other refusal [RT13].

import type { RedactionLevel, Secrecy } from '@colloquy/protocol';
import type { SessionKind } from './step/state.ts';

/** An engine, as anybody who may look is told of it: names of parts, no settings, addresses or keys. */
export interface EngineStatus {
  /** As sessions name it: their model. */
  name: string;
  /** Answers sessions whose model names no engine. */
  is_default: boolean;
  /** What does each of the four; `null` where nothing does, or the engine does not say. */
  parts: Record<'detect' | 'transcribe' | 'think' | 'speak', string | null>;
  /** The voices sessions may name; `null`: whatever they name. */
  voices: readonly string[] | null;
  /** What it lacks, one sentence each that says how to get it. */
  missing: readonly string[];
}

/** `GET /api/status`, to whoever may look. */
export interface ServerStatus {
  version: string;
  /** Whether this server asks for a key. */
  needs_key: boolean;
  /** The version of Node it runs on, `v22.11.0`. */
  node: string;
  /** Seconds since it was made. */
  uptime_s: number;
  /** Another server answers: then there are no engines here. */
  relay: boolean;
  /** In the order they are offered, the default first. */
  engines: readonly EngineStatus[];
  /** What a session is opened with where nobody chooses. */
  default_model: string;
  /** What can be chosen. */
  models: readonly string[];
  /** Whether any other name is taken too. */
  any_model: boolean;
  /** All voices of all engines, each once. */
  voices: readonly string[];
  /** What the engines lack, each sentence once. */
  missing: readonly string[];
  /** Whether sessions are written down, and with their audio and images. */
  recordings: { enabled: boolean; audio: boolean };
  /** What observers are shown at most: `key` hides keys alone, `media` audio and images too. `null`: nobody may watch. */
  watch: { level: RedactionLevel | null };
}

/** `GET /api/status`, where a key is needed and none was shown. */
export interface LockedStatus {
  needs_key: true;
}

/** A live session in `GET /api/sessions`. */
export interface SessionSummary {
  id: string;
  type: SessionKind | 'translation';
  /** `''` for a transcription session. */
  model: string;
  /** What answers: the engine's name, `relay`, or `''` for a translation. */
  engine: string;
  /** Unix seconds. */
  started_at: number;
  /** The id of the response that is being made in the conversation; `null` when there is none, or it is not known here. */
  active_response: string | null;
  /** Items in the conversation; `null` where it is another server's, and for a translation. */
  items: number | null;
  /** The name of its recording; `null` where it is not recorded. */
  recording: string | null;
}

/** `GET /api/sessions`, in the order they began. */
export interface SessionList {
  sessions: readonly SessionSummary[];
}

/** A frame of the WebSocket `/api/sessions/watch`: first the list, then each change of it as it happens [CO22]. */
export type SessionListEvent =
  | ({ type: 'sessions' } & SessionList)
  | { type: 'session.began'; session: SessionSummary }
  /** At most four times a second for each session. */
  | { type: 'session.changed'; session: SessionSummary }
  /** `session` is the last there is to say of it. */
  | { type: 'session.ended'; session: SessionSummary };

/** `POST /api/watch_tokens`: stands for the key in `openai-insecure-api-key.<value>`, for a minute, and for reading alone. */
export interface WatchToken {
  value: string;
  /** Unix seconds. */
  expires_at: number;
}

/** A recording in `GET /api/recordings`. What its header does not tell is `null`. */
export interface RecordingSummary {
  /** Names it in addresses, and nothing else. */
  name: string;
  session: string | null;
  /** `null` for a session that was relayed. */
  type: SessionKind | null;
  model: string | null;
  /** What answered: the engine's name, or `relay`. */
  engine: string | null;
  /** Unix seconds. */
  started_at: number | null;
  /** How long the file is. */
  bytes: number;
  /** The kinds of secrets that were left out. */
  hidden: readonly Secrecy[];
  /** Whether it is still being written; then it cannot be deleted. */
  running: boolean;
}

/** `GET /api/recordings?limit=&before=`, the newest first. */
export interface RecordingList {
  recordings: readonly RecordingSummary[];
  /** What to give as `before` to see the next ones; `null` when these are the last. */
  next: string | null;
}
