// The port: given somebody's speech as it comes, say it in another language. What each translator owes is family TN of
// docs/spec/ports.md. Its host, `sessions/host-translation.ts`, makes inputs of a session of what comes out.

import type { TranslationSettings, TranslatorEvent } from '@colloquy/session';

/** What a translator may ask of whoever hosts it. */
export interface TranslatorHost {
  readonly signal: AbortSignal;
  /** The settings in force at this moment: the client may change them while audio comes [TL3]. */
  readonly audio: TranslationSettings;
}

/**
 * A piece of a translation: a `TranslatorEvent` of the session, but with audio as bytes of pcm16, 24 kHz mono, of any length. They
 * are copied before the next piece is asked for.
 */
export type TranslatorOutput =
  | Exclude<TranslatorEvent, { type: 'output_audio.delta' }>
  | { type: 'output_audio.delta'; audio: Uint8Array; elapsed_ms?: number | null };

export interface Translator {
  /** What it is called in logs. */
  readonly name: string;
  /**
   * Yields words and audio as they are made, and returns once `frames` has ended and all of it is said. Each frame is 200 ms of
   * pcm16, 24 kHz mono: 9600 bytes. Returns early, without throwing, once `host.signal` aborts. Serves any number of sessions at
   * a time. What it throws ends this session only.
   */
  translate(frames: AsyncIterable<Uint8Array>, host: TranslatorHost): AsyncIterable<TranslatorOutput>;
}
