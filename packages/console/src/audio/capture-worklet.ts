// Audio worklet of the microphone: resamples its input to 24 kHz and posts chunks of 40 ms.

import { createResampler } from './resampler.ts';

const RATE_HZ = 24_000;
const CHUNK_SAMPLES = (RATE_HZ * 40) / 1000;

class Capture extends AudioWorkletProcessor implements Processor {
  readonly #resampler = createResampler(sampleRate, RATE_HZ);
  #piece = new Float32Array(CHUNK_SAMPLES);
  #length = 0;

  process([channels]: Float32Array[][]): boolean {
    const [samples] = channels ?? [];
    // A microphone that is switched off hears nothing, which is not the same as silence.
    if (!samples) return true;
    for (const sample of this.#resampler.push(samples)) {
      this.#piece[this.#length++] = sample;
      if (this.#length < CHUNK_SAMPLES) continue;
      this.port.postMessage(this.#piece, [this.#piece.buffer]);
      this.#piece = new Float32Array(CHUNK_SAMPLES);
      this.#length = 0;
    }
    return true;
  }
}

registerProcessor('capture', Capture);
