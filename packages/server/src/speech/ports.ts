// The four ports of speech: detect, transcribe, think, speak. Detector and transcriber are used by `speech-input.ts`,
// thinker and speaker by `engines/cascade.ts`. Rules: family SP of docs/spec/ports.md; writing one: docs/engines.md.
//
// Speech input is 16-bit mono samples at 16 kHz, the rate of detectors and transcribers; `audio/convert.ts` converts
// the session's formats.

import type { LogProb, RealtimeConversationItem, RealtimeTurnDetection, TranscriptionUsage } from '@colloquy/protocol';
import type { EngineEvent, NeutralTool, ResponseConfig } from '@colloquy/session';

/** Samples per second of all speech input. */
export const SPEECH_HZ = 16_000;

/** A component, or one sentence on how to install what is missing. */
export type Availability<T> =
  | { readonly ok: true; readonly component: T }
  | { readonly ok: false; readonly missing: string };

// ---- Detect ----

/** Detects when the user speaks. */
export interface Detector {
  /** Name in logs and on the console. */
  readonly name: string;
  readonly capabilities: {
    /** Uses the transcript so far: `Detection.hint` has an effect. */
    readonly usesTranscript: boolean;
  };
  /** Starts detection on one stream of audio. Supports any number of streams concurrently. */
  listen(options: DetectionOptions): Detection;
  /** Frees what it holds besides its streams, and ends open streams. */
  close(): void;
}

export interface DetectionOptions {
  /** The session's settings. Ignore `prefix_padding_ms`: the session adds it. */
  readonly turnDetection: RealtimeTurnDetection;
  /** Position of the stream's start on the session's audio clock, in milliseconds. */
  readonly atMs: number;
  /**
   * Receives the start and end of each turn, in milliseconds of the audio clock: alternating, starting with `started`,
   * never decreasing, and never past the audio written.
   *
   * `started` is where speech began, without padding; `stopped` is where the silence was long enough to close the turn.
   * Called within `write`, or while its promise is pending, never later.
   */
  readonly onEdge: (event: TurnEdge) => void;
}

export type TurnEdge = { readonly type: 'started' | 'stopped'; readonly audio_ms: number };

/** Detection on one stream. */
export interface Detection {
  /**
   * Processes the next samples, of any length. If a promise is returned, the caller waits for it before it writes more.
   * Never throws, never rejects: a detector that fails reports silence from then on.
   */
  write(samples: Int16Array): void | Promise<void>;
  /** Receives the transcript of the open turn so far. No effect unless `usesTranscript`. */
  hint(text: string): void;
  /** Ends the stream; no callback is called afterwards. May be called twice. */
  close(): void;
}

// ---- Transcribe ----

/** Transcribes speech. */
export interface Transcriber {
  readonly name: string;
  readonly capabilities: {
    /** Produces text during the utterance, not only at its end. */
    readonly streaming: boolean;
    /** Supports `logprobs`. */
    readonly logprobs: boolean;
    /** Supports `language` and `prompt`. */
    readonly hints: boolean;
  };
  /** Opens one utterance. Supports any number concurrently; the transcriber queues those it cannot handle yet. */
  open(options: UtteranceOptions): Utterance;
  /** The speaker's session is over: forget what was learnt about the voice. */
  forget(speaker: string): void;
  /** Cancels all work. Open utterances fail. */
  close(): Promise<void>;
}

export interface UtteranceOptions {
  /** Id of the session. What is learnt about a speaker's voice may be used for its later utterances only. */
  readonly speaker: string;
  /**
   * Aborts when the transcript is no longer needed: `finish` then resolves with an empty transcript, and work stops.
   */
  readonly signal: AbortSignal;
  /** The session's model name, language and prompt, if they are set. */
  readonly model?: string;
  readonly language?: string;
  readonly prompt?: string;
  /** True if `logprobs` are wanted, for a transcriber that supports them. */
  readonly logprobs?: boolean;
  /** Receives final text as it is recognised. The deltas, joined, are the transcript, or there are none [TX19]. */
  readonly onDelta?: (delta: string) => void;
  /** Receives the whole text so far, which may still change. */
  readonly onGuess?: (text: string) => void;
}

export interface Utterance {
  /** Processes the next samples. Ignored after `finish` and after an abort. Never throws. */
  write(samples: Int16Array): void;
  /**
   * Ends the utterance and returns its transcript. Rejects if transcription fails; unintelligible speech is an empty
   * transcript.
   */
  finish(): Promise<Transcript>;
}

export interface Transcript {
  /** Empty if nothing intelligible was said. */
  readonly transcript: string;
  readonly usage?: TranscriptionUsage;
  /** ISO 639-1, if the transcriber detects languages; empty if it could not tell. */
  readonly languages?: { code: string }[];
  readonly logprobs?: LogProb[];
}

// ---- Think ----

/** Generates text and calls. */
export interface Thinker {
  readonly name: string;
  readonly capabilities: {
    /** Calls the tools that are offered. */
    readonly tools: boolean;
    /** Processes images. */
    readonly images: boolean;
  };
  /**
   * Yields the answer as it is made; the last event, exactly once, is `done` or `failed`. Returns early, without
   * throwing, when `signal` aborts. Supports any number of requests concurrently.
   */
  think(request: ThinkRequest, options: { readonly signal: AbortSignal }): AsyncIterable<ThinkEvent>;
}

export interface ThinkRequest {
  /** Instructions, tool choice, token limit. */
  readonly config: ResponseConfig;
  /** The tools that may be called: functions, and MCP tools, whose calls also state the `server_label`. */
  readonly tools: readonly NeutralTool[];
  /**
   * The items in conversation order. Audio has its transcript if that is known. A call without an output is in
   * progress: do not make it again.
   */
  readonly context: readonly RealtimeConversationItem[];
}

/** The events of an engine without audio: the thinker does not know whether its text will be spoken. */
export type ThinkEvent = Extract<
  EngineEvent,
  { type: 'text.delta' | 'call' | 'arguments.delta' | 'usage' | 'done' | 'failed' }
>;

// ---- Speak ----

/** Synthesizes speech. */
export interface Speaker {
  readonly name: string;
  /** The voices that sessions may name. The first is the default. */
  readonly voices: readonly string[];
  readonly capabilities: {
    /** Supports `speed`. If false, any speed but 1 is rejected. */
    readonly speed: boolean;
    /** Accepts names that are not in `voices`, and reports an unknown one when it speaks. @default false */
    readonly otherVoices?: boolean;
    /** Yields a clause in chunks as they are made, not once at its end. */
    readonly streaming: boolean;
  };
  /**
   * Synthesizes one clause. Yields audio in order, in chunks of any length. Returns early, without throwing, when
   * `signal` aborts. Supports any number of clauses concurrently; the speaker queues those it cannot handle yet.
   *
   * Throws a `ColloquyError` `invalid_value` that names the voice if it has none of that name.
   */
  speak(text: string, options: SpeakOptions): AsyncIterable<Sound>;
  /** Cancels all work. */
  close(): Promise<void>;
}

export interface SpeakOptions {
  readonly voice: string;
  /** 1 is the voice's normal speed. From 0.25 to 1.5. */
  readonly speed: number;
  readonly signal: AbortSignal;
}

/** 16-bit mono samples and their rate, which is the same for all chunks of a clause. */
export interface Sound {
  readonly samples: Int16Array;
  readonly rateHz: number;
}
