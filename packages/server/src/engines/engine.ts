// The port: given the conversation so far, say something. Engines are in `engines/`; what each owes is family EN of
// docs/spec/ports.md. The request is `engine-event` of @colloquy/session; `sessions/run-engine.ts` makes its inputs of what comes out.

import type { RealtimeAudioFormat } from '@colloquy/protocol';
import type { EngineEvent, ResponseRequest, SessionOptions } from '@colloquy/session';

/** What an engine may ask of whoever hosts it. */
export interface EngineHost {
  /** Aborts when nobody wants the rest any more. */
  readonly signal: AbortSignal;
  /** The audio of an item's part, in the format it was recorded in; `undefined` when there is none. @default contentIndex 0 */
  audio(itemId: string, contentIndex?: number): Uint8Array | undefined;
  /** The format of that audio. */
  audioFormat(itemId: string, contentIndex?: number): RealtimeAudioFormat | undefined;
  /**
   * The words of the audio in an item's part, once the recogniser knows them; `undefined` when there is none, when it failed,
   * and once `signal` aborts. Never rejects. Absent where nobody listens. @default contentIndex 0
   */
  transcript?(itemId: string, contentIndex?: number): Promise<string | undefined>;
  /** Ends the client's connection without a word, as a lost network would. For engines that play faults. */
  drop(): void;
}

/**
 * A piece of a response, in the order it is made: an `EngineEvent` of the session, but with audio as bytes in the response's output
 * format, of any length. They are copied before the next piece is asked for, so that the array may be used again.
 */
export type EngineOutput = Exclude<EngineEvent, { type: 'audio.delta' }> | { type: 'audio.delta'; audio: Uint8Array };

export interface Engine {
  /** What it is called in logs and on the console. */
  readonly name: string;
  /** Asks for the words of what the user says, whether or not the session wants to show them. @default false */
  readonly needsWords?: boolean;
  /** The voices sessions may name; any other is refused by its name [SE36]. Absent: whatever they name. */
  readonly voices?: readonly string[];
  /** It speaks at one speed only; any other is refused [SE37]. @default false */
  readonly fixedSpeed?: boolean;
  /** What thinks and what speaks, where the engine is made of parts; shown to whoever may look. */
  readonly parts?: { readonly think?: string; readonly speak?: string };
  /**
   * Yields the response as it is made: last, exactly once, `done` or `failed`. Returns early, without throwing, once
   * `host.signal` aborts. Serves any number of responses at a time. What it throws fails this response only [RS33].
   */
  respond(request: ResponseRequest, host: EngineHost): AsyncIterable<EngineOutput>;
}

/** What a session is told of its engine's voice. */
export function speakingOf({ voices, fixedSpeed }: Engine): Pick<SessionOptions, 'speaking'> {
  if (!voices && !fixedSpeed) return {};
  return { speaking: { ...(voices && { voices }), ...(fixedSpeed && { fixed_speed: true }) } };
}
