// Noise reduction with RNNoise, a small neural network compiled to WebAssembly. 16-bit mono at 16 kHz, chunk by chunk.
// docs/benchmarks.md has its effect on turns and transcripts. https://github.com/xiph/rnnoise

import type { NoiseReduction } from '@colloquy/protocol';
import { openResampler, prepareResampler } from './resample.ts';

/** Removes noise from a stream of samples. Holds WebAssembly memory until `close`. */
export interface Denoiser {
  /** Returns the samples that are ready. Up to 30 ms stay buffered until the next chunk or `flush`. */
  process(samples: Int16Array): Int16Array;
  /**
   * Returns the rest and starts a new stream. The output is then exactly as long as the input, with no shift in time.
   */
  flush(): Int16Array;
  /** Frees the memory. Call nothing but `close` afterwards. */
  close(): void;
}

/**
 * Share of the unfiltered sound in the output. A near-field microphone picks up little noise, so all of the voice is
 * kept and the noise falls by at most 12 dB; a far-field microphone picks up as much noise as voice.
 */
const DRY_MIX: Record<NoiseReduction['type'], number> = { near_field: 0.25, far_field: 0 };

const SPEECH_HZ = 16_000;
/** The network's only sample rate, the samples of one frame, and the delay of its output in samples. */
const NETWORK_HZ = 48_000;
const FRAME_SAMPLES = 480;
const DELAY_SAMPLES = FRAME_SAMPLES;

/** RNNoise's functions as Emscripten exports them. Pointers are byte offsets into the WebAssembly memory. */
interface RnNoise {
  /** Emscripten replaces this view when the memory grows. */
  readonly HEAPF32: Float32Array;
  _malloc(bytes: number): number;
  _rnnoise_create(model: number): number;
  _rnnoise_destroy(state: number): void;
  _rnnoise_process_frame(state: number, output: number, input: number): number;
}

interface Loaded {
  readonly network: RnNoise;
  /** Buffer of one frame, shared by all streams: each call writes and reads it synchronously. */
  readonly frame: number;
}

/** Loads the module when the first session asks for noise reduction. */
async function load(): Promise<RnNoise> {
  // @ts-expect-error the package has no types; what we use of it is `RnNoise` above
  const { default: open } = await import('@echogarden/rnnoise-wasm');
  return (open as () => Promise<RnNoise>)();
}

let loaded: Loaded | undefined;
let loading: Promise<RnNoise> | undefined;

/** Compiles the network once per process. Await it before `openDenoiser`. */
export async function prepareDenoiser(): Promise<void> {
  loading ??= load();
  const [network] = await Promise.all([loading, prepareResampler()]);
  loaded ??= { network, frame: network._malloc(4 * FRAME_SAMPLES) };
}

/** Opens a new stream. Throws if `prepareDenoiser` has not been awaited. */
export function openDenoiser({ type }: NoiseReduction): Denoiser {
  if (!loaded) throw new Error('prepareDenoiser must be awaited first');
  const { network, frame } = loaded;
  const dryMix = DRY_MIX[type];
  const up = openResampler(SPEECH_HZ, NETWORK_HZ);
  const down = openResampler(NETWORK_HZ, SPEECH_HZ);
  /** The samples of the next frame, after the `DELAY_SAMPLES` before them, which the network's output belongs to. */
  const window = new Float32Array(DELAY_SAMPLES + FRAME_SAMPLES);
  let state = network._rnnoise_create(0);
  let filled = 0;
  /** Samples still to drop, at the network's rate: the output for the time before the first sample. */
  let samplesToSkip = DELAY_SAMPLES;
  let samplesIn = 0;
  let samplesOut = 0;

  function reset(): void {
    network._rnnoise_destroy(state);
    state = network._rnnoise_create(0);
    window.fill(0);
    [filled, samplesToSkip, samplesIn, samplesOut] = [0, DELAY_SAMPLES, 0, 0];
  }

  /** Runs the network on one frame and writes the result to `out`, starting at index `to`. */
  function processFrame(out: Int16Array, to: number): void {
    const at = frame >> 2;
    network.HEAPF32.set(window.subarray(DELAY_SAMPLES), at);
    network._rnnoise_process_frame(state, frame, frame);
    const voice = network.HEAPF32.subarray(at, at + FRAME_SAMPLES);
    for (let each = 0; each < FRAME_SAMPLES; each += 1) {
      const sample = dryMix * (window[each] as number) + (1 - dryMix) * (voice[each] as number);
      out[to + each] = Math.max(-32_768, Math.min(32_767, Math.round(sample)));
    }
    window.copyWithin(0, FRAME_SAMPLES);
  }

  /** Filters samples at 48 kHz. */
  function filter(samples: Int16Array): Int16Array {
    const made = new Int16Array(samples.length + FRAME_SAMPLES);
    let length = 0;
    for (let from = 0; from < samples.length; ) {
      const piece = samples.subarray(from, from + FRAME_SAMPLES - filled);
      window.set(piece, DELAY_SAMPLES + filled);
      filled += piece.length;
      from += piece.length;
      if (filled < FRAME_SAMPLES) break;
      processFrame(made, length);
      length += FRAME_SAMPLES;
      filled = 0;
    }
    const skipped = Math.min(samplesToSkip, length);
    samplesToSkip -= skipped;
    return made.subarray(skipped, length);
  }

  return {
    process(samples) {
      const made = down.process(filter(up.process(samples)));
      samplesIn += samples.length;
      samplesOut += made.length;
      return made;
    },
    flush() {
      const rest = new Int16Array(samplesIn - samplesOut);
      let length = 0;
      const add = (samples: Int16Array) => {
        const piece = samples.subarray(0, rest.length - length);
        rest.set(piece, length);
        length += piece.length;
      };
      add(down.process(filter(up.flush())));
      // Feeds silence so that the delayed output of the last samples comes out.
      add(down.process(filter(new Int16Array(DELAY_SAMPLES + FRAME_SAMPLES))));
      add(down.flush());
      reset();
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
