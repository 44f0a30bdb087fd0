// Converts audio bytes to samples and back: 16-bit PCM at 24 kHz, G.711 at 8 kHz.

import { decodeBase64, encodeBase64, type RealtimeAudioFormat } from '@colloquy/protocol';
import type { AudioChunk, PartAudio } from '../log/audio-index.ts';

type Format = RealtimeAudioFormat['type'];

export const RATE_HZ: Readonly<Record<Format, number>> = {
  'audio/pcm': 24_000,
  'audio/pcmu': 8000,
  'audio/pcma': 8000,
};

/** Samples from -1 to 1. An odd byte at the end is left out. */
export function samplesOf(bytes: Uint8Array, format: Format): Float32Array {
  // Loops, as ways that are shorter to write take many times as long.
  if (format === 'audio/pcm') {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const samples = new Float32Array(bytes.length >> 1);
    for (let i = 0; i < samples.length; i++) samples[i] = view.getInt16(2 * i, true) / 32_768;
    return samples;
  }
  const value = format === 'audio/pcmu' ? muLaw : aLaw;
  const samples = new Float32Array(bytes.length);
  for (let i = 0; i < samples.length; i++) samples[i] = value(bytes[i] as number) / 32_768;
  return samples;
}

/** ITU-T G.711, µ-law. */
function muLaw(byte: number): number {
  const bits = ~byte & 0xff;
  const value = (((bits & 0x0f) << 3) + 0x84) << ((bits & 0x70) >> 4);
  return bits & 0x80 ? 0x84 - value : value - 0x84;
}

/** ITU-T G.711, A-law. */
function aLaw(byte: number): number {
  const bits = byte ^ 0x55;
  const exponent = (bits & 0x70) >> 4;
  const mantissa = ((bits & 0x0f) << 4) + 8;
  const value = exponent === 0 ? mantissa : (mantissa + 0x100) << (exponent - 1);
  return bits & 0x80 ? value : -value;
}

/** Base64 of 16 bit PCM. What is louder than 1 is cut. */
export function pcmBase64(samples: Float32Array): string {
  const bytes = new Uint8Array(samples.length * 2);
  const view = new DataView(bytes.buffer);
  for (const [i, sample] of samples.entries()) {
    view.setInt16(2 * i, Math.round(Math.max(-1, Math.min(1, sample)) * 32_767), true);
  }
  return encodeBase64(bytes);
}

/** The samples of a part, as far as its audio is base64 at all. */
export function samplesOfPart({ chunks, format, from, to }: PartAudio): Float32Array {
  const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.bytes, 0));
  let at = 0;
  for (const { audio } of chunks) {
    const decoded = decodeBase64(audio);
    if (!decoded) continue;
    bytes.set(decoded.subarray(0, bytes.length - at), at);
    at += decoded.length;
  }
  return samplesOf(bytes.subarray(from, Math.min(at, to ?? at)), format.type);
}

// ---- Peaks ----

/** How much audio one peak stands for, in milliseconds. */
export const PEAK_MS = 20;

/** Each chunk is decoded once for all pictures of it. */
const known = new WeakMap<AudioChunk, readonly number[]>();

function peaksOfChunk(chunk: AudioChunk, format: Format): readonly number[] {
  const before = known.get(chunk);
  if (before) return before;
  const bytes = decodeBase64(chunk.audio);
  const samples = bytes ? samplesOf(bytes.subarray(chunk.continued ?? 0), format) : new Float32Array();
  const stride = (RATE_HZ[format] * PEAK_MS) / 1000;
  const peaks: number[] = [];
  for (let from = 0; from < samples.length; from += stride) {
    let peak = 0;
    for (let i = from; i < Math.min(from + stride, samples.length); i++)
      peak = Math.max(peak, Math.abs(samples[i] as number));
    peaks.push(peak);
  }
  known.set(chunk, peaks);
  return peaks;
}

/** How loud a part is, one number from 0 to 1 for about every 20 ms. Cheap to ask again when more has come. */
export function peaksOf({ chunks, format, from, to }: PartAudio): number[] {
  const peaks = chunks.flatMap((chunk) => peaksOfChunk(chunk, format.type));
  const bytesPerPeak = chunks.reduce((sum, { bytes }) => sum + bytes, 0) / Math.max(1, peaks.length);
  const first = Math.floor(from / bytesPerPeak);
  return peaks.slice(first, to === undefined ? undefined : Math.ceil(to / bytesPerPeak));
}

/** Milliseconds of a part's audio. */
export function durationOf({ chunks, format, from, to }: PartAudio): number {
  const bytes = chunks.reduce((sum, chunk) => sum + chunk.bytes, 0);
  const perMs = (RATE_HZ[format.type] * (format.type === 'audio/pcm' ? 2 : 1)) / 1000;
  return (Math.min(bytes, to ?? bytes) - from) / perMs;
}
