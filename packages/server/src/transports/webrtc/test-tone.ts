// The sound of a test call: made by each side, and told from silence by the other.

import { CALL_HZ } from './codec.ts';

const TONE_HZ = 440;
const AMPLITUDE = 8000;
/** Far above the noise of a codec, far below the tone. */
const MIN_SOUND = 500;

/** PCM of a tone. */
export function testTone(ms: number): Uint8Array<ArrayBuffer> {
  const samples = new Int16Array(Math.round((ms * CALL_HZ) / 1000));
  for (let n = 0; n < samples.length; n += 1) {
    samples[n] = Math.round(AMPLITUDE * Math.sin((2 * Math.PI * TONE_HZ * n) / CALL_HZ));
  }
  return new Uint8Array(samples.buffer);
}

/** Whether a piece of PCM holds the tone. */
export function hasSound(pcm: Uint8Array): boolean {
  const view = new DataView(pcm.buffer, pcm.byteOffset, pcm.byteLength);
  for (let at = 0; at + 1 < pcm.length; at += 2) if (Math.abs(view.getInt16(at, true)) > MIN_SOUND) return true;
  return false;
}
