// Translator for tests and first steps: returns the audio unchanged, with the number of each second as its transcript.
// Deterministic.

import { TRANSLATION_FRAME_MS } from '@colloquy/session';
import type { Translator } from './translator.ts';

/** Milliseconds of audio per word. */
const WORD_MS = 1000;

/**
 * Returns each frame unchanged. The first frame of every second adds a word, the number of the second, prefixed with
 * the language if one is set (`1 2 3`, `es:1 es:2`). The input transcript is the bare number.
 */
export function parrotTranslator(): Translator {
  return {
    name: 'parrot',
    async *translate(frames, host) {
      let elapsed_ms = 0;
      for await (const frame of frames) {
        if (host.signal.aborted) return;
        if (elapsed_ms % WORD_MS === 0) {
          const second = String(elapsed_ms / WORD_MS + 1);
          const blank = elapsed_ms === 0 ? '' : ' ';
          const { language } = host.audio.output;
          const word = language === undefined ? second : `${language}:${second}`;
          yield { type: 'input_transcript.delta', delta: blank + second, elapsed_ms };
          yield { type: 'output_transcript.delta', delta: blank + word, elapsed_ms };
        }
        yield { type: 'output_audio.delta', audio: frame, elapsed_ms };
        elapsed_ms += TRANSLATION_FRAME_MS;
      }
    },
  };
}
