// State, inputs and effects of a translation session. Transitions: `translation.ts`. Sessions with a conversation:
// `state.ts`.

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

/** The effective audio settings with all their required keys. */
export interface TranslationSettings {
  readonly input: {
    /** `null`: no transcript of the input [TL7]. */
    readonly transcription: { readonly model: string } | null;
    readonly noise_reduction: NoiseReduction | null;
  };
  /** Without a language, the translator chooses. */
  readonly output: { readonly language?: string };
}

export interface TranslationLimits {
  /** Milliseconds; then `session_expired` and close 1001 [SE28]. @default 3600000 */
  max_duration_ms: number;
  /** Milliseconds of audio that the translator has not begun [LM4]. @default 900000 */
  buffer_ms: number;
  /** Milliseconds that a closing session waits for the translator's next event. @default 30000 */
  flush_ms: number;
  /** More refusals than this within `refusal_window_ms` end the session [LM10]. @default 100 */
  refusals: number;
  /** @default 10000 */
  refusal_window_ms: number;
}

/** Plain JSON data. The host holds the bytes; the state counts them. */
export interface TranslationState {
  readonly kind: 'translation';
  readonly phase: 'new' | 'open' | 'closing' | 'closed';
  /** Milliseconds from the beginning of the session to the latest input. */
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
  /** Whether any audio has arrived. */
  readonly has_begun: boolean;
  /** Bytes after the last whole frame [TL4]. */
  readonly remainder: number;
  /** Frames that the translator has not begun. */
  readonly waiting: number;
  /** While closing: how to close the connection once the translator is done, and the time of its latest event. */
  readonly farewell: {
    readonly code: number;
    readonly reason: string;
    readonly drain: boolean;
    readonly heard_at: number;
  } | null;
  /** Times of the latest refusals [LM10]. */
  readonly refusals: readonly number[];
}

/**
 * An event of a translator. Deltas are appended as they are, white space included. `elapsed_ms` is the position on the
 * audio clock of the frame that the event belongs to, if known; it is reported in whole frames.
 */
export type TranslatorEvent =
  /** Transcript of the input, in the speaker's language. Sent only if the client requested it [TL7]. */
  | { type: 'input_transcript.delta'; delta: string; elapsed_ms?: number | null }
  | { type: 'output_transcript.delta'; delta: string; elapsed_ms?: number | null }
  /** Base64 of pcm16, 24 kHz mono, of any length [TL8]. */
  | { type: 'output_audio.delta'; audio: string; elapsed_ms?: number | null };

/** Progress of a translator, as reported by the host. */
export type TranslatorProgress =
  /** It has begun the next frame. */
  | { type: 'taken' }
  /** It has sent everything for all frames. */
  | { type: 'done' }
  | { type: 'failed'; error: { code: FailureCode; message: string } };

interface At {
  /** Milliseconds since the session began; never decreases. */
  at: number;
}

/** One input of a translation session, with its time. */
export type TranslationInput =
  | (At & { from: 'host'; event: HostEvent })
  /** A decoded event; for an append, `audio_bytes` has its number of decoded bytes. */
  | (At & { from: 'client'; event: TranslationClientEvent; audio_bytes?: number[] })
  /** A frame that could not be decoded, and its `event_id` if it had one. */
  | (At & { from: 'wire'; issue: Issue; event_id: string | null })
  | (At & { from: 'translator'; event: TranslatorEvent | TranslatorProgress })
  /** Time has passed; due at `translationDeadline(state)`. */
  | (At & { from: 'clock' });

/** What a translation session requests from its host, in order. */
export type TranslationEffect =
  | { do: 'send'; event: TranslationServerEvent }
  /** Append base64 audio to the input. */
  | { do: 'append_audio'; audio: string }
  /**
   * Drop `drop` bytes from the end of the input, an incomplete sample; append `pad` bytes of silence; then move
   * `frames` frames from its front to the translator.
   */
  | { do: 'translate'; frames: number; pad: number; drop?: number }
  /** No further frame will come: the translator sends the rest and ends. */
  | { do: 'finish' }
  /** Close the connection. `drain`: the server shuts down, the session did not end by itself. */
  | { do: 'close'; code: number; reason: string; drain?: true };

export interface TranslationOptions {
  /** From a cryptographic generator in production; all ids derive from it. */
  seed: IdSeed;
  model: string;
  /** Unix milliseconds. */
  started_at: number;
  /** Initial settings. */
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

/** Creates a translation session. Its first input must be the host's `open`. */
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

/** Merges an update into settings: absent keys keep their value, `null` turns a setting off [TL3]. */
export function mergeSettings(
  settings: TranslationSettings,
  update: TranslationAudio | undefined,
): TranslationSettings {
  const { transcription, noise_reduction } = update?.input ?? {};
  const language = update?.output?.language ?? settings.output.language;
  return {
    input: {
      transcription: transcription === undefined ? settings.input.transcription : transcription,
      noise_reduction: noise_reduction === undefined ? settings.input.noise_reduction : noise_reduction,
    },
    output: language === undefined ? {} : { language },
  };
}

/** The session object of `session.created` and `session.updated` (wire.md 7.5). */
export function translationObject(state: TranslationState): TranslationSession {
  return {
    id: state.id,
    type: 'translation',
    expires_at: Math.floor((state.started_at + state.limits.max_duration_ms) / 1000),
    model: state.model,
    audio: state.config.audio,
  };
}
