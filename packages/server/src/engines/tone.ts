// A 440 Hz tone in any of the three audio formats: the voice of engines without speech synthesis.

import type { RealtimeAudioFormat } from '@colloquy/protocol';
import { encodeALaw, encodeMuLaw } from '../audio/g711.ts';
import type { EngineOutput } from './engine.ts';

/** Audio of one word, in milliseconds. */
const WORD_MS = 200;
const HERTZ = 440;
/** A third of full scale: audible, no clipping. */
const AMPLITUDE = 11_000;
/** Fade at both ends, so that consecutive tones do not click. */
const FADE_MS = 10;

function samples(rateHz: number, ms: number): Int16Array {
  const count = (rateHz * ms) / 1000;
  const fade = (rateHz * FADE_MS) / 1000;
  return Int16Array.from({ length: count }, (_, index) => {
    const loudness = Math.min(1, index / fade, (count - 1 - index) / fade);
    return Math.round(AMPLITUDE * loudness * Math.sin((2 * Math.PI * HERTZ * index) / rateHz));
  });
}

/**
 * Returns `ms` milliseconds of 440 Hz. `audio/pcm` is 16-bit little-endian at 24 kHz, G.711 one byte per sample at 8
 * kHz.
 */
export function tone(format: RealtimeAudioFormat['type'], ms: number): Uint8Array {
  if (format !== 'audio/pcm')
    return Uint8Array.from(samples(8000, ms), format === 'audio/pcmu' ? encodeMuLaw : encodeALaw);
  const pcm = samples(24_000, ms);
  const bytes = new DataView(new ArrayBuffer(pcm.byteLength));
  pcm.forEach((sample, index) => {
    bytes.setInt16(index * 2, sample, true);
  });
  return new Uint8Array(bytes.buffer);
}

/** One word of speech: 200 ms of the tone. */
export function speakWord({ type }: RealtimeAudioFormat): EngineOutput {
  return { type: 'audio.delta', audio: tone(type, WORD_MS) };
}
