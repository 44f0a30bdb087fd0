// Noise taken out of speech, chunk by chunk: RNNoise, a small network that tells voice from everything else, compiled to
// WebAssembly. 16-bit mono at 16 kHz. What it does for turns and words is measured in docs/benchmarks.md.
// https://github.com/xiph/rnnoise

import type { NoiseReduction } from '@colloquy/protocol';
import { openResampler, prepareResampler } from './resample.ts';

/** Takes the noise out of a stream of samples. Owns memory outside the heap until it is closed. */
export interface Denoiser {
  /** The samples that are ready; up to 30 ms stay behind until more comes, or `flush`. */
  process(samples: Int16Array): Int16Array;
  /** The rest. All that was returned until then is as long as what came in, and where it was in time; a new stream begins. */
  flush(): Int16Array;
  /** Frees its memory. Nothing may be called afterwards but `close`. */
  close(): void;
}

/**
 * How much of the sound is let by as it is, and with it of the noise: a microphone at the mouth hears little noise and is to
 * keep all of the voice; one in the room hears as much noise as voice. The first leaves the noise 12 dB down at most.
 */
const UNTOUCHED: Record<NoiseReduction['type'], number> = { near_field: 0.25, far_field: 0 };

const SPEECH_HZ = 16_000;
/** The only rate it takes, samples of one frame, and by how many its answer is late. */
const NETWORK_HZ = 48_000;
const FRAME = 480;
const DELAY = FRAME;

/** RNNoise's functions as Emscripten exports them; pointers are offsets into the one memory, in bytes. */
interface RnNoise {
  /** Replaced whenever the memory grows. */
  readonly HEAPF32: Float32Array;
  _malloc(bytes: number): number;
  _rnnoise_create(model: number): number;
  _rnnoise_destroy(state: number): void;
  _rnnoise_process_frame(state: number, output: number, input: number): number;
}

interface Loaded {
  readonly network: RnNoise;
  /** One frame, for whoever is at work. */
  readonly frame: number;
}

/** Loaded with the first session that asks for noise reduction. */
async function load(): Promise<RnNoise> {
  // @ts-expect-error the package has no types; what we use of it is `RnNoise` above
  const { default: open } = await import('@echogarden/rnnoise-wasm');
  return (open as () => Promise<RnNoise>)();
}

let loaded: Loaded | undefined;
let loading: Promise<RnNoise> | undefined;

/** Compiles the network, once per process; `openDenoiser` works afterwards. */
export async function prepareDenoiser(): Promise<void> {
  loading ??= load();
  const [network] = await Promise.all([loading, prepareResampler()]);
  loaded ??= { network, frame: network._malloc(4 * FRAME) };
}

/** A new stream. Throws when `prepareDenoiser` has not been awaited. */
export function openDenoiser({ type }: NoiseReduction): Denoiser {
  if (!loaded) throw new Error('prepareDenoiser must be awaited first');
  const { network, frame } = loaded;
  const untouched = UNTOUCHED[type];
  const up = openResampler(SPEECH_HZ, NETWORK_HZ);
  const down = openResampler(NETWORK_HZ, SPEECH_HZ);
  /** The samples of the next frame, and those before them, which the network answers to. */
  const heard = new Float32Array(DELAY + FRAME);
  let state = network._rnnoise_create(0);
  let filled = 0;
  /** Samples at the network's rate that are still to be left out: its answer to what came before the first. */
  let early = DELAY;
  let taken = 0;
  let given = 0;

  function renew(): void {
    network._rnnoise_destroy(state);
    state = network._rnnoise_create(0);
    heard.fill(0);
    [filled, early, taken, given] = [0, DELAY, 0, 0];
  }

  /** One frame's answer, from `to` on in `out`. */
  function answer(out: Int16Array, to: number): void {
    const at = frame >> 2;
    network.HEAPF32.set(heard.subarray(DELAY), at);
    network._rnnoise_process_frame(state, frame, frame);
    const voice = network.HEAPF32.subarray(at, at + FRAME);
    for (let each = 0; each < FRAME; each += 1) {
      const sample = untouched * (heard[each] as number) + (1 - untouched) * (voice[each] as number);
      out[to + each] = Math.max(-32_768, Math.min(32_767, Math.round(sample)));
    }
    heard.copyWithin(0, FRAME);
  }

  /** At the network's rate. */
  function filter(samples: Int16Array): Int16Array {
    const made = new Int16Array(samples.length + FRAME);
    let length = 0;
    for (let from = 0; from < samples.length; ) {
      const piece = samples.subarray(from, from + FRAME - filled);
      heard.set(piece, DELAY + filled);
      filled += piece.length;
      from += piece.length;
      if (filled < FRAME) break;
      answer(made, length);
      length += FRAME;
      filled = 0;
    }
    const left = Math.min(early, length);
    early -= left;
    return made.subarray(left, length);
  }

  return {
    process(samples) {
      const made = down.process(filter(up.process(samples)));
      taken += samples.length;
      given += made.length;
      return made;
    },
    flush() {
      const rest = new Int16Array(taken - given);
      let length = 0;
      const add = (samples: Int16Array) => {
        const piece = samples.subarray(0, rest.length - length);
        rest.set(piece, length);
        length += piece.length;
      };
      add(down.process(filter(up.flush())));
      // What comes after the last sample is silence, and nobody's.
      add(down.process(filter(new Int16Array(DELAY + FRAME))));
      add(down.flush());
      renew();
      return rest;
    },
    close() {
      if (state === 0) return;
      network._rnnoise_destroy(state);
      state = 0;
      up.close();
      down.close();
    },
  };
}
