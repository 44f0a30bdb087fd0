// Reads WAV files of 16-bit samples and writes WAV files of one channel.

import type { Sound } from '../speech/ports.ts';

const HEADER = 12;
/** Bytes of a chunk's name and length, of the file header, and of the whole `fmt ` chunk. */
const CHUNK = 8;
const FORMAT = CHUNK + 16;
const PCM = 1;

/**
 * Returns samples and rate, with channels mixed to one, or `undefined` if it is no 16-bit PCM WAV file. A length beyond
 * the end is cut.
 */
export function readWav(bytes: Uint8Array): Sound | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const word = (at: number) => (at + 4 <= bytes.length ? view.getUint32(at, false) : 0);
  if (word(0) !== 0x52494646 || word(8) !== 0x57415645) return undefined; // RIFF, WAVE
  let rateHz = 0;
  let channels = 1;
  for (let at = HEADER; at + 8 <= bytes.length; ) {
    const body = at + 8;
    const size = view.getUint32(at + 4, true);
    if (word(at) === 0x666d7420 && body + 16 <= bytes.length) {
      // 'fmt '
      channels = view.getUint16(body + 2, true);
      const isReadable = view.getUint16(body, true) === PCM && channels > 0 && view.getUint16(body + 14, true) === 16;
      if (!isReadable) return undefined;
      rateHz = view.getUint32(body + 4, true);
    }
    if (word(at) === 0x64617461 && rateHz > 0) {
      // 'data'
      const count = Math.floor(Math.min(size, bytes.length - body) / (2 * channels));
      const samples = new Int16Array(count);
      for (let index = 0; index < count; index += 1) {
        let sum = 0;
        for (let channel = 0; channel < channels; channel += 1) {
          sum += view.getInt16(body + 2 * (index * channels + channel), true);
        }
        samples[index] = Math.round(sum / channels);
      }
      return { samples, rateHz };
    }
    at = body + size + (size % 2);
  }
  return undefined;
}

/** Returns a WAV file of one channel, from samples in any number of chunks. */
export function writeWav(pieces: readonly Int16Array[], rateHz: number): Uint8Array<ArrayBuffer> {
  const length = pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
  const bytes = new Uint8Array(HEADER + FORMAT + CHUNK + length);
  const view = new DataView(bytes.buffer);
  const name = (at: number, letters: string) => bytes.set(new TextEncoder().encode(letters), at);
  name(0, 'RIFF');
  view.setUint32(4, bytes.length - CHUNK, true);
  name(8, 'WAVEfmt ');
  view.setUint32(16, FORMAT - CHUNK, true);
  view.setUint16(20, PCM, true);
  view.setUint16(22, 1, true); // channels
  view.setUint32(24, rateHz, true);
  view.setUint32(28, 2 * rateHz, true); // // bytes per second
  view.setUint16(32, 2, true); // // bytes of one sample on all channels
  view.setUint16(34, 16, true); // bits
  name(36, 'data');
  view.setUint32(40, length, true);
  let at = HEADER + FORMAT + CHUNK;
  for (const piece of pieces) {
    for (const sample of piece) {
      view.setInt16(at, sample, true);
      at += 2;
    }
  }
  return bytes;
}
