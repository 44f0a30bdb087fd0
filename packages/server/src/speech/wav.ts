// What a WAV file of 16-bit mono samples holds.

import type { Sound } from './ports.ts';

const HEADER = 12;
const PCM = 1;

/** Samples and rate, or `undefined` when it is no such file. A length that goes beyond the end is cut. */
export function readWav(bytes: Uint8Array): Sound | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const word = (at: number) => (at + 4 <= bytes.length ? view.getUint32(at, false) : 0);
  if (word(0) !== 0x52494646 || word(8) !== 0x57415645) return undefined; // RIFF, WAVE
  let rateHz = 0;
  for (let at = HEADER; at + 8 <= bytes.length; ) {
    const body = at + 8;
    const size = view.getUint32(at + 4, true);
    if (word(at) === 0x666d7420 && body + 16 <= bytes.length) {
      // 'fmt '
      const isReadable =
        view.getUint16(body, true) === PCM &&
        view.getUint16(body + 2, true) === 1 &&
        view.getUint16(body + 14, true) === 16;
      if (!isReadable) return undefined;
      rateHz = view.getUint32(body + 4, true);
    }
    if (word(at) === 0x64617461 && rateHz > 0) {
      // 'data'
      const count = Math.floor(Math.min(size, bytes.length - body) / 2);
      const samples = Int16Array.from({ length: count }, (_, index) => view.getInt16(body + 2 * index, true));
      return { samples, rateHz };
    }
    at = body + size + (size % 2);
  }
  return undefined;
}
