// A translation session as data: what it is between two inputs, what it may be told, what it asks of its host. How it changes
// is `translation.ts`; the sessions with a conversation are `state.ts`.

import type {
  FailureCode,
  Issue,
  NoiseReduction,
  TranslationAudio,
  TranslationClientEvent,
  TranslationServerEvent,
  TranslationSession,
} from '@colloquy/protocol';
import { type IdSeed, mintId, mixSeed } from '../step/ids.ts';
import type { HostEvent } from '../step/input.ts';

/** The effective audio settings, every key that a translation session always states. */
export interface TranslationSettings {
  readonly input: {
    /** `null`: the client does not want to read what it said [TL7]. */
    readonly transcription: { readonly model: string } | null;
    readonly noise_reduction: NoiseReduction | null;
  };
  /** Without a language the translator's own choice. */
  readonly output: { readonly language?: string };
}

export interface TranslationLimits {
  /** Milliseconds; then `session_expired` and close 1001 [SE28]. @default 3600000 */
  max_duration_ms: number;
  /** Milliseconds of audio the translator has not begun [LM4]. @default 900000 */
  buffer_ms: number;
  /** Milliseconds a closing session waits for the translator's next piece. @default 30000 */
  flush_ms: number;
  /** More refusals than this within `refusal_window_ms` end the session [LM10]. @default 100 */
  refusals: number;
  /** @default 10000 */
  refusal_window_ms: number;
}

/** Plain JSON data. The host has the bytes; here they are counted. */
export interface TranslationState {
  readonly kind: 'translation';
  readonly phase: 'new' | 'open' | 'closing' | 'closed';
  /** Milliseconds since the session began, of the latest input. */
  readonly at: number;
  /** Unix milliseconds. */
  readonly started_at: number;
  readonly ids: IdSeed;
  readonly id: string;
  /** Fixed at opening. */
  readonly model: string;
  readonly config: { readonly audio: TranslationSettings };
  /** Dotted paths below `session` that no update may change [SE33]. */
  readonly locked: readonly string[];
  readonly limits: TranslationLimits;
  /** Whether any audio has come. */
  readonly has_begun: boolean;
  /** Bytes behind the last whole frame [TL4]. */
  readonly remainder: number;
  /** Frames handed over that the translator has not begun. */
  readonly waiting: number;
  /** How the connection ends once the translator has said everything, and since when nothing was heard of it; while closing. */
  readonly farewell: {
    readonly code: number;
    readonly reason: string;
    readonly drain: boolean;
    readonly heard_at: number;
  } | null;
  /** When the latest refusals were [LM10]. */
  readonly refusals: readonly number[];
}

/**
 * A piece of a translation. Pieces are append-only: words carry the blanks they need themselves. `elapsed_ms` is where on the
 * audio clock the frame begins that a piece belongs to, if that is known; it is stated in whole frames.
 */
export type TranslatorEvent =
  /** What the speaker said, in the speaker's language. Only told where the client asked for it [TL7]. */
  | { type: 'input_transcript.delta'; delta: string; elapsed_ms?: number | null }
  | { type: 'output_transcript.delta'; delta: string; elapsed_ms?: number | null }
  /** Base64 of pcm16, 24 kHz mono, of any length [TL8]. */
  | { type: 'output_audio.delta'; audio: string; elapsed_ms?: number | null };

/** How a translator gets on, as its host sees it. */
export type TranslatorProgress =
  /** It has begun on the next frame. */
  | { type: 'taken' }
  /** Everything it had to say of all frames is said. */
  | { type: 'done' }
  | { type: 'failed'; error: { code: FailureCode; message: string } };

interface At {
  /** Milliseconds since the session began; never decreases. */
  at: number;
}

/** One thing a translation session is told, and when. */
export type TranslationInput =
  | (At & { from: 'host'; event: HostEvent })
  /** A decoded event; of an append, `audio_bytes` holds the bytes it stands for. */
  | (At & { from: 'client'; event: TranslationClientEvent; audio_bytes?: number[] })
  /** A frame that could not be decoded, and its `event_id` if it had one. */
  | (At & { from: 'wire'; issue: Issue; event_id: string | null })
  | (At & { from: 'translator'; event: TranslatorEvent | TranslatorProgress })
  /** Nothing but the time; due at `translationDeadline(state)`. */
  | (At & { from: 'clock' });

/** What a translation session asks its host to do, in order. */
export type TranslationEffect =
  | { do: 'send'; event: TranslationServerEvent }
  /** Base64 of audio that joins the input. */
  | { do: 'append_audio'; audio: string }
  /**
   * `drop` bytes leave the end of the input, as they are no whole sample; `pad` bytes of silence join it; then so many frames
   * leave its front for the translator.
   */
  | { do: 'translate'; frames: number; pad: number; drop?: number }
  /** No further frame will come: the translator says the rest and ends. */
  | { do: 'finish' }
  /** Close the connection. `drain`: because the server goes, not the session. */
  | { do: 'close'; code: number; reason: string; drain?: true };

export interface TranslationOptions {
  /** From a cryptographic generator in production; every id is drawn from it. */
  seed: IdSeed;
  model: string;
  /** Unix milliseconds. */
  started_at: number;
  /** Settings to start from. */
  audio?: TranslationAudio;
  /** Dotted paths below `session` that no update may change, such as `audio.output.language` [SE33]. */
  locked?: readonly string[];
  limits?: Partial<TranslationLimits>;
}

const LIMITS: TranslationLimits = {
  max_duration_ms: 3_600_000,
  buffer_ms: 900_000,
  flush_ms: 30_000,
  refusals: 100,
  refusal_window_ms: 10_000,
};

const DEFAULTS: TranslationSettings = { input: { transcription: null, noise_reduction: null }, output: {} };

/** Makes a translation session that waits for its first input, the host's `open`. */
export function createTranslation(options: TranslationOptions): TranslationState {
  const [id, ids] = mintId(mixSeed(options.seed), 'sess');
  return {
    kind: 'translation',
    phase: 'new',
    at: 0,
    started_at: options.started_at,
    ids,
    id,
    model: options.model,
    config: { audio: mergeSettings(DEFAULTS, options.audio) },
    locked: options.locked ?? [],
    limits: { ...LIMITS, ...options.limits },
    has_begun: false,
    remainder: 0,
    waiting: 0,
    farewell: null,
    refusals: [],
  };
}

/** Lays an update over settings: absent keys stay as they are, `null` turns off [TL3]. */
export function mergeSettings(settings: TranslationSettings, given: TranslationAudio | undefined): TranslationSettings {
  const { transcription, noise_reduction } = given?.input ?? {};
  const language = given?.output?.language ?? settings.output.language;
  return {
    input: {
      transcription: transcription === undefined ? settings.input.transcription : transcription,
      noise_reduction: noise_reduction === undefined ? settings.input.noise_reduction : noise_reduction,
    },
    output: language === undefined ? {} : { language },
  };
}

/** The session as `session.created` and `session.updated` state it (wire.md 7.5). */
export function translationObject(state: TranslationState): TranslationSession {
  return {
    id: state.id,
    type: 'translation',
    expires_at: Math.floor((state.started_at + state.limits.max_duration_ms) / 1000),
    model: state.model,
    audio: state.config.audio,
  };
}
