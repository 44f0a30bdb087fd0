// The smallest translator: gives back the audio it is given, and counts the seconds of it for words. The same frames give the
// same pieces, always. For tests and first steps.

import { TRANSLATION_FRAME_MS } from '@colloquy/session';
import type { Translator } from './translator.ts';

/** Milliseconds of audio for a word. */
const WORD_MS = 1000;

/**
 * Each frame comes back as it is. The first frame of every second is a word: the number of the second, behind the language if one
 * is set (`1 2 3`, `es:1 es:2`); the speaker said the bare number.
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
