// Bytes and milliseconds of the three audio formats.

import type { RealtimeAudioFormat } from '../wire/realtime-session.ts';

/** Bytes of one millisecond: pcm 24 kHz × 16 bit mono = 48; G.711 8 kHz × 8 bit mono = 8 [IB6]. */
export const BYTES_PER_MS: Readonly<Record<RealtimeAudioFormat['type'], number>> = {
  'audio/pcm': 48,
  'audio/pcmu': 8,
  'audio/pcma': 8,
};

/** Bytes of one sample. */
export const BYTES_PER_SAMPLE: Readonly<Record<RealtimeAudioFormat['type'], number>> = {
  'audio/pcm': 2,
  'audio/pcmu': 1,
  'audio/pcma': 1,
};

/** Duration of so many bytes, in milliseconds; fractional when they are no whole number of them. */
export const bytesToMs = (bytes: number, format: RealtimeAudioFormat): number => bytes / BYTES_PER_MS[format.type];

/** Bytes of so many milliseconds, cut down to whole samples. */
export function msToBytes(ms: number, format: RealtimeAudioFormat): number {
  const sample = BYTES_PER_SAMPLE[format.type];
  return Math.floor((ms * BYTES_PER_MS[format.type]) / sample) * sample;
}
