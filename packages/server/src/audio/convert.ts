// Converts between the session's audio (24 kHz PCM or G.711) and samples at the rates of the speech components.

import { BYTES_PER_SAMPLE, type NoiseReduction, type RealtimeAudioFormat } from '@colloquy/protocol';
import { type Sound, SPEECH_HZ } from '../speech/ports.ts';
import { type Denoiser, openDenoiser } from './denoise.ts';
import { decodeALaw, decodeMuLaw, encodeALaw, encodeMuLaw } from './g711.ts';
import { joinSamples } from './join-samples.ts';
import { openResampler } from './resample.ts';

/** Samples per second of a format. */
export const rateOf = ({ type }: RealtimeAudioFormat): number => (type === 'audio/pcm' ? 24_000 : 8000);

const table = (decode: (byte: number) => number) => Int16Array.from({ length: 256 }, (_, byte) => decode(byte));
const FROM_G711 = { 'audio/pcmu': table(decodeMuLaw), 'audio/pcma': table(decodeALaw) };
const TO_G711 = { 'audio/pcmu': encodeMuLaw, 'audio/pcma': encodeALaw };

/** Decodes the session's bytes to samples at the format's own rate. Half a sample at the end is dropped. */
export function samplesOf(bytes: Uint8Array, { type }: RealtimeAudioFormat): Int16Array {
  if (type !== 'audio/pcm') {
    const decoded = FROM_G711[type];
    return Int16Array.from(bytes, (byte) => decoded[byte] as number);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Int16Array.from({ length: bytes.length >> 1 }, (_, index) => view.getInt16(2 * index, true));
}

/** Encodes samples at the format's own rate as the session's bytes. */
export function bytesOf(samples: Int16Array, { type }: RealtimeAudioFormat): Uint8Array {
  if (type !== 'audio/pcm') return Uint8Array.from(samples, TO_G711[type]);
  const bytes = new Uint8Array(samples.length * BYTES_PER_SAMPLE[type]);
  const view = new DataView(bytes.buffer);
  for (const [index, sample] of samples.entries()) view.setInt16(2 * index, sample, true);
  return bytes;
}

/** Cuts a stream of bytes into whole samples. The rest of a sample stays in the buffer until the next chunk. */
export function wholeSamples() {
  let partial = new Uint8Array();
  return {
    push(piece: Uint8Array, { type }: RealtimeAudioFormat): Uint8Array {
      const bytes = partial.length === 0 ? piece : Buffer.concat([partial, piece]);
      const whole = bytes.length - (bytes.length % BYTES_PER_SAMPLE[type]);
      partial = bytes.slice(whole);
      return bytes.subarray(0, whole);
    },
    clear(): void {
      partial = new Uint8Array();
    },
  };
}

/**
 * Converts an input stream: the session's bytes to 16 kHz samples. Await `prepareResampler` and `prepareDenoiser`
 * first.
 */
export function inputConverter(format: RealtimeAudioFormat) {
  const resampler = openResampler(rateOf(format), SPEECH_HZ);
  let denoiser: Denoiser | undefined;
  let reduction: NoiseReduction['type'] | undefined;
  /** Samples that a replaced denoiser had still buffered. */
  let pending = new Int16Array();

  const denoise = (samples: Int16Array): Int16Array => {
    const now = denoiser ? denoiser.process(samples) : samples;
    if (pending.length === 0) return now;
    const all = joinSamples([pending, now]);
    pending = new Int16Array();
    return all;
  };
  return {
    /** Sets the noise reduction for the audio written from now on. A change loses no sample and adds none. */
    reduceNoise(setting: NoiseReduction | null): void {
      if (setting?.type === reduction) return;
      if (denoiser) pending = joinSamples([pending, denoiser.flush()]);
      denoiser?.close();
      reduction = setting?.type;
      denoiser = setting ? openDenoiser(setting) : undefined;
    },
    write: (bytes: Uint8Array): Int16Array => denoise(resampler.process(samplesOf(bytes, format))),
    /** Returns the samples that the filters still hold: a few milliseconds. */
    flush(): Int16Array {
      const rest = denoise(resampler.flush());
      return denoiser ? joinSamples([rest, denoiser.flush()]) : rest;
    },
    close(): void {
      resampler.close();
      denoiser?.close();
    },
  };
}

/** Converts an output stream: samples of any rate to the session's bytes. Await `prepareResampler` first. */
export function speechOutput(format: RealtimeAudioFormat) {
  const toHz = rateOf(format);
  let resampler = openResampler(toHz, toHz);

  const flush = (): Uint8Array => bytesOf(resampler.flush(), format);
  return {
    write({ samples, rateHz }: Sound): Uint8Array {
      if (rateHz === resampler.fromHz) return bytesOf(resampler.process(samples), format);
      const before = flush();
      resampler.close();
      resampler = openResampler(rateHz, toHz);
      const now = bytesOf(resampler.process(samples), format);
      return before.length === 0 ? now : Buffer.concat([before, now]);
    },
    /** Returns the rest of what was written; the next sound starts a new stream. */
    flush,
    close: (): void => resampler.close(),
  };
}
