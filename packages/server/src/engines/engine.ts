// The port of engines: given the conversation, make the next response. Rules: family EN of docs/spec/ports.md. The
// request is the effect of @colloquy/session; `sessions/run-engine.ts` turns the output into `engine-event` inputs.

import type { RealtimeAudioFormat } from '@colloquy/protocol';
import type { EngineEvent, ResponseRequest, SessionOptions } from '@colloquy/session';

/** What an engine may use of its host. */
export interface EngineHost {
  /** Aborts when the rest of the response is no longer needed. */
  readonly signal: AbortSignal;
  /**
   * The audio of an item's content part, in the format it was recorded in; `undefined` if there is none.
   * @default contentIndex 0
   */
  audio(itemId: string, contentIndex?: number): Uint8Array | undefined;
  /** The format of that audio. */
  audioFormat(itemId: string, contentIndex?: number): RealtimeAudioFormat | undefined;
  /**
   * The transcript of an item's audio, when the transcriber has it; `undefined` if there is no audio, if transcription
   * failed, and when `signal` aborts. Never rejects. Absent if the session has no transcriber.
   * @default contentIndex 0
   */
  transcript?(itemId: string, contentIndex?: number): Promise<string | undefined>;
  /** Cuts the client's connection without a close frame, as a lost network does. For engines that simulate faults. */
  drop(): void;
}

/**
 * One piece of a response, in order: an `EngineEvent` of the session, but with audio as bytes in the response's output
 * format, of any length. The host copies the bytes before it asks for the next piece, so the array may be reused.
 */
export type EngineOutput = Exclude<EngineEvent, { type: 'audio.delta' }> | { type: 'audio.delta'; audio: Uint8Array };

export interface Engine {
  /** Name in logs and on the console. */
  readonly name: string;
  /** Requests transcription of the user's audio even if the session does not show transcripts. @default false */
  readonly needsTranscript?: boolean;
  /** Voices that sessions may name; others are rejected [SE36]. If absent, any voice is accepted. */
  readonly voices?: readonly string[];
  /** The engine speaks at speed 1 only; other speeds are rejected [SE37]. @default false */
  readonly fixedSpeed?: boolean;
  /** Names of the components that think and speak, for the console and the API. */
  readonly components?: { readonly think?: string; readonly speak?: string };
  /**
   * Yields the response as it is made; the last piece, exactly once, is `done` or `failed`. Returns early, without
   * throwing, when `host.signal` aborts. Runs any number of responses concurrently. An exception fails this response
   * only [RS33].
   */
  respond(request: ResponseRequest, host: EngineHost): AsyncIterable<EngineOutput>;
}

/** The engine's voices and speed, as session options. */
export function speakingOf({ voices, fixedSpeed }: Engine): Pick<SessionOptions, 'speaking'> {
  if (!voices && !fixedSpeed) return {};
  return { speaking: { ...(voices && { voices }), ...(fixedSpeed && { fixed_speed: true }) } };
}
