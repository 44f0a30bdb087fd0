// The port of translators: speech in, the same speech in another language out. Rules: family TN of docs/spec/ports.md.
// Its host, `sessions/host-translation.ts`, turns the output into inputs of the session.

import type { TranslationSettings, TranslatorEvent } from '@colloquy/session';

/** What a translator may use of its host. */
export interface TranslatorHost {
  readonly signal: AbortSignal;
  /** The current settings. The client may change them while audio arrives [TL3]. */
  readonly audio: TranslationSettings;
}

/**
 * One piece of a translation: a `TranslatorEvent` of the session, but with audio as bytes of pcm16, 24 kHz mono, of any
 * length. The host copies the bytes before it asks for the next piece.
 */
export type TranslatorOutput =
  | Exclude<TranslatorEvent, { type: 'output_audio.delta' }>
  | { type: 'output_audio.delta'; audio: Uint8Array; elapsed_ms?: number | null };

export interface Translator {
  /** Name in logs. */
  readonly name: string;
  /**
   * Yields transcripts and audio as they are made, and returns when `frames` has ended and everything is sent. Each
   * frame is 200 ms of pcm16, 24 kHz mono: 9600 bytes. Returns early, without throwing, when `host.signal` aborts. Runs
   * any number of sessions concurrently. An exception ends this session only.
   */
  translate(frames: AsyncIterable<Uint8Array>, host: TranslatorHost): AsyncIterable<TranslatorOutput>;
}
