// The four ports of speech: detect, transcribe, think, speak. What drives the first two for a session is `speech-input.ts`, what
// joins the last two into an engine is `engines/cascade.ts`. What each owes is family SP of docs/spec/ports.md; how to write
// one is docs/engines.md.
//
// Speech goes in as 16-bit mono samples at 16 kHz, the one rate that detectors and recognisers take; formats and rates of the
// session are settled before (`convert.ts`).

import type { LogProb, RealtimeConversationItem, RealtimeTurnDetection, TranscriptionUsage } from '@colloquy/protocol';
import type { EngineEvent, NeutralTool, ResponseConfig } from '@colloquy/session';

/** Samples per second of all speech that goes in. */
export const SPEECH_HZ = 16_000;

/** A part that can be had, or what is missing for it: one sentence that says how to get it. */
export type Availability<T> =
  | { readonly ok: true; readonly part: T }
  | { readonly ok: false; readonly missing: string };

// ---- Detect ----

/** Tells when somebody speaks. */
export interface Detector {
  /** What it is called in logs and on the console. */
  readonly name: string;
  readonly capabilities: {
    /** Takes the words so far into account: `Detection.hint` has an effect. */
    readonly wordsMatter: boolean;
  };
  /** Listens to one stream of audio from now on. Serves any number of streams at a time. */
  listen(options: DetectionOptions): Detection;
  /** Gives back what it holds beyond its streams. Streams that are open end. */
  close(): void;
}

export interface DetectionOptions {
  /** The session's settings. `prefix_padding_ms` is none of its business: the session adds it. */
  readonly turnDetection: RealtimeTurnDetection;
  /** Where on the session's audio clock the stream begins, in milliseconds. */
  readonly atMs: number;
  /**
   * Hears where a turn begins and ends, in milliseconds of the audio clock, in turn, beginning with `started`, never
   * decreasing and never past the audio written.
   *
   * `started` is where speech began, padding not counted; `stopped` is where the silence that closes the turn was long
   * enough. Called within `write`, or while its promise is pending, never later.
   */
  readonly hear: (event: TurnEdge) => void;
}

export type TurnEdge = { readonly type: 'started' | 'stopped'; readonly audio_ms: number };

/** One stream being listened to. */
export interface Detection {
  /**
   * The next samples, of any length. A promise asks for patience: the stream goes on when it has resolved. Never throws,
   * never rejects: a detector that fails hears silence from then on.
   */
  write(samples: Int16Array): void | Promise<void>;
  /** The words of the open turn so far. Without effect unless `wordsMatter`. */
  hint(words: string): void;
  /** Ends the stream; nothing is heard of it any more. Closing twice is closing once. */
  close(): void;
}

// ---- Transcribe ----

/** Turns speech into words. */
export interface Transcriber {
  readonly name: string;
  readonly capabilities: {
    /** Gives words while the utterance goes on, not only at its end. */
    readonly streaming: boolean;
    /** Gives `logprobs`. */
    readonly logprobs: boolean;
    /** Heeds `language` and `prompt`. */
    readonly hints: boolean;
  };
  /** Opens one utterance. Serves any number at a time; those it has no room for wait. */
  open(options: UtteranceOptions): Utterance;
  /** Nothing more will come from this speaker; what is remembered of the voice is forgotten. */
  forget(speaker: string): void;
  /** Ends all work. Utterances that are open fail. */
  close(): Promise<void>;
}

export interface UtteranceOptions {
  /** Whose voice it is: the session's id. What is learnt of a voice helps its next utterances, and never anyone else's. */
  readonly speaker: string;
  /** Aborts when nobody wants the words any more: `finish` then resolves with no words, and work stops. */
  readonly signal: AbortSignal;
  /** What the session calls the model, the language and what the talk is about, where it was told. */
  readonly model?: string;
  readonly language?: string;
  readonly prompt?: string;
  /** Whether `logprobs` are wanted, of a recogniser that gives them. */
  readonly logprobs?: boolean;
  /** Text that will not change, as it is found; joined, the deltas are the transcript, or there are none [TX19]. */
  readonly onDelta?: (delta: string) => void;
  /** All words so far, as they stand now: the latest may change. */
  readonly onGuess?: (words: string) => void;
}

export interface Utterance {
  /** The next samples. Ignored after `finish` and once aborted. Never throws. */
  write(samples: Int16Array): void;
  /** That was all: what was said. Rejects when it cannot be told; words that nobody can make out are an empty transcript. */
  finish(): Promise<Transcript>;
}

export interface Transcript {
  /** Empty when nothing intelligible was said. */
  readonly transcript: string;
  readonly usage?: TranscriptionUsage;
  /** ISO 639-1, where the recogniser tells them; empty when it could not. */
  readonly languages?: { code: string }[];
  readonly logprobs?: LogProb[];
}

// ---- Think ----

/** Answers in words and calls. */
export interface Thinker {
  readonly name: string;
  readonly capabilities: {
    /** Calls functions that are offered. */
    readonly tools: boolean;
    /** Looks at images. */
    readonly images: boolean;
  };
  /**
   * Yields the answer as it is made: last, exactly once, `done` or `failed`. Returns early, without throwing, once `signal`
   * aborts. Serves any number of requests at a time.
   */
  think(request: ThinkRequest, options: { readonly signal: AbortSignal }): AsyncIterable<Thought>;
}

export interface ThinkRequest {
  /** Instructions, which tool to choose, the limit of tokens. */
  readonly config: ResponseConfig;
  /** Everything that may be called: functions, and tools of MCP servers, which a call names by `server_label` too. */
  readonly tools: readonly NeutralTool[];
  /**
   * The items in conversation order. Audio has its transcript where its words are known. A call without an output waits for it:
   * it is made, and not to be made again.
   */
  readonly context: readonly RealtimeConversationItem[];
}

/** What an engine says, sound excepted: whether words are read or heard is not the thinker's business. */
export type Thought = Extract<
  EngineEvent,
  { type: 'text.delta' | 'call' | 'arguments.delta' | 'usage' | 'done' | 'failed' }
>;

// ---- Speak ----

/** Says words aloud. */
export interface Speaker {
  readonly name: string;
  /** The voices it has, by the names sessions may use; the first is spoken with where a session names none. */
  readonly voices: readonly string[];
  readonly capabilities: {
    /** Heeds `speed`. Where it does not, any speed but 1 is refused. */
    readonly speed: boolean;
    /** Takes names beyond `voices` too; whether there is such a voice is seen when it speaks. @default false */
    readonly otherVoices?: boolean;
    /** Yields a clause in pieces as it is made, not in one at its end. */
    readonly streaming: boolean;
  };
  /**
   * Says one clause. Yields sound in order, in pieces of any length. Returns early, without throwing, once `signal` aborts.
   * Serves any number of clauses at a time; those it has no room for wait.
   *
   * Throws a `ColloquyError` `invalid_value` that names the voice when it has none of that name.
   */
  speak(text: string, options: SpeakOptions): AsyncIterable<Sound>;
  /** Ends all work. What is being spoken ends. */
  close(): Promise<void>;
}

export interface SpeakOptions {
  readonly voice: string;
  /** 1 is the voice's own. From 0.25 to 1.5. */
  readonly speed: number;
  readonly signal: AbortSignal;
}

/** 16-bit mono samples and their rate, which is the same for all pieces of a clause. */
export interface Sound {
  readonly samples: Int16Array;
  readonly rateHz: number;
}
