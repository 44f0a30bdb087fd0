// What a hosted session is given, and what it is to its users. The session: `host-session.ts`.

import type { SessionOptions, SessionState } from '@colloquy/session';
import type { CallAudio } from '../calls/call-audio.ts';
import type { Engine } from '../engines/engine.ts';
import type { ServiceOptions } from '../services.ts';
import type { SpeechComponents } from '../speech/speech-input.ts';
import type { McpAccess } from '../tools/mcp-access.ts';
import type { Line, LineSink } from './line-sink.ts';
import type { SessionHandle } from './session-handle.ts';

/** A running session with a conversation. */
export interface HostedSession extends SessionHandle {
  /** The options it was created with. With them and its inputs it can be replayed. */
  readonly options: SessionOptions;
  readonly state: SessionState;
  /**
   * Appends audio in the session's input format, like one `input_audio_buffer.append` of the client, without counting against the
   * rate limits. Resolves when the speech input has processed it. Does nothing once the session is over.
   */
  appendAudio(bytes: Uint8Array): Promise<void>;
}

export interface HostOptions {
  engine: Engine;
  /** Speech input. Without a detector sessions report `turn_detection: null` [VA29]. @default none: transcriptions fail too */
  speech?: SpeechComponents | undefined;
  /** The MCP servers the session may call. @default none */
  mcp?: McpAccess | undefined;
  /** Resolves with whether all lines so far are stored. Awaited before a tool is called [MC15]. */
  flushed?: (() => Promise<boolean>) | undefined;
  /** The audio of a call. The session then has an output audio buffer [WR5], and its client sends no audio in events [WR15]. */
  callAudio?: CallAudio | undefined;
  /** Options of the session. @default a `gpt-realtime` session with a cryptographically random seed, starting now */
  opening?: Partial<SessionOptions>;
  services?: ServiceOptions;
  /** Close code of a drain [ER46]. @default 1001 */
  drainCode?: number;
  /** Receive every input before it is applied and every event before it is sent. */
  sinks?: readonly LineSink<Line, HostedSession>[];
}
