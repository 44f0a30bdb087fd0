// Converts sample rates chunk by chunk with Speex's windowed-sinc filter, compiled to WebAssembly. 16-bit mono. G.711:
// `g711.ts`; the session's formats: `convert.ts`.

import { joinSamples } from './join-samples.ts';

/** Converts a stream of 16-bit mono samples to another rate. Holds WebAssembly memory until `close`. */
export interface Resampler {
  readonly fromHz: number;
  readonly toHz: number;
  /** Returns the samples that are ready. A few milliseconds stay buffered until the next chunk or `flush`. */
  process(samples: Int16Array): Int16Array;
  /**
   * Returns the rest and starts a new stream. The output is then exactly `ceil(samples in × toHz / fromHz)` samples
   * long.
   */
  flush(): Int16Array;
  /** Frees the memory. Call nothing but `close` afterwards. */
  close(): void;
}

/**
 * Speex's scale goes from 0 to 10. At 5 a tone is more than 70 dB above all distortion after rounding to 16 bit, and
 * aliasing is more than 70 dB down (see the tests).
 */
const QUALITY = 5;
/** Samples per call of the filter. */
const BLOCK = 4096;

/** SpeexDSP's functions as Emscripten exports them. Pointers are byte offsets into the WebAssembly memory. */
interface Speex {
  /** Emscripten replaces this view when the memory grows. */
  readonly HEAP16: Int16Array;
  readonly HEAPU32: Uint32Array;
  _malloc(bytes: number): number;
  _free(pointer: number): void;
  _speex_resampler_init(channels: number, fromRate: number, toRate: number, quality: number, error: number): number;
  _speex_resampler_skip_zeros(state: number): number;
  _speex_resampler_reset_mem(state: number): number;
  _speex_resampler_get_input_latency(state: number): number;
  _speex_resampler_process_int(
    state: number,
    channel: number,
    input: number,
    inputCount: number,
    output: number,
    outputCount: number,
  ): number;
  _speex_resampler_destroy(state: number): void;
}

/** Loads the module when the first sound arrives. */
async function loadSpeex(): Promise<Speex> {
  // @ts-expect-error the package has no types; what we use of it is `Speex` above
  const { default: open } = await import('@echogarden/speex-resampler-wasm');
  return (open as () => Promise<Speex>)();
}

let loaded: Speex | undefined;
let loading: Promise<Speex> | undefined;

/** Compiles the filter once per process. Await it before `openResampler`. */
export async function prepareResampler(): Promise<void> {
  loading ??= loadSpeex();
  loaded = await loading;
}

const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));

/** Opens a new stream. Rates are whole numbers in hertz. Throws if `prepareResampler` has not been awaited. */
export function openResampler(fromHz: number, toHz: number): Resampler {
  if (fromHz === toHz) return sameRate(fromHz);
  if (!loaded) throw new Error('prepareResampler must be awaited first');
  return openSpeex(loaded, fromHz, toHz);
}

function sameRate(hertz: number): Resampler {
  return { fromHz: hertz, toHz: hertz, process: (samples) => samples, flush: () => new Int16Array(), close: () => {} };
}

function openSpeex(speex: Speex, fromHz: number, toHz: number): Resampler {
  const ratio = divisor(fromHz, toHz);
  const outBlock = Math.ceil((BLOCK * toHz) / fromHz) + 64;
  // One allocation: error code, two counters, samples in, samples out.
  const memory = speex._malloc(12 + 2 * (BLOCK + outBlock));
  const [inCount, outCount] = [memory + 4, memory + 8];
  const input = memory + 12;
  const output = input + 2 * BLOCK;
  let state = speex._speex_resampler_init(1, fromHz / ratio, toHz / ratio, QUALITY, memory);
  if (state === 0) throw new Error(`no resampler from ${fromHz} to ${toHz} Hz`);
  speex._speex_resampler_skip_zeros(state);
  let samplesIn = 0;
  let samplesOut = 0;

  function filter(samples: Int16Array): Int16Array {
    const made = new Int16Array(Math.ceil(((samples.length + BLOCK) * toHz) / fromHz) + 64);
    let length = 0;
    for (let at = 0; at < samples.length; ) {
      const block = samples.subarray(at, at + BLOCK);
      // Read the view each time: growing memory detaches it.
      speex.HEAP16.set(block, input >> 1);
      speex.HEAPU32[inCount >> 2] = block.length;
      speex.HEAPU32[outCount >> 2] = outBlock;
      speex._speex_resampler_process_int(state, 0, input, inCount, output, outCount);
      const out = speex.HEAPU32[outCount >> 2] as number;
      made.set(speex.HEAP16.subarray(output >> 1, (output >> 1) + out), length);
      length += out;
      at += speex.HEAPU32[inCount >> 2] as number;
    }
    return made.slice(0, length);
  }

  return {
    fromHz,
    toHz,
    process(samples) {
      const made = filter(samples);
      samplesIn += samples.length;
      samplesOut += made.length;
      return made;
    },
    flush() {
      const missing = Math.ceil((samplesIn * toHz) / fromHz) - samplesOut;
      const latency = speex._speex_resampler_get_input_latency(state);
      const rest = filter(new Int16Array(latency + Math.ceil(fromHz / toHz) + 1)).slice(0, Math.max(0, missing));
      speex._speex_resampler_reset_mem(state);
      speex._speex_resampler_skip_zeros(state);
      samplesIn = 0;
      samplesOut = 0;
      return rest;
    },
    close() {
      if (state === 0) return;
      speex._speex_resampler_destroy(state);
      speex._free(memory);
      state = 0;
    },
  };
}

/** Converts one whole recording to another rate: exactly `ceil(length × toHz / fromHz)` samples. */
export function resampleAll(samples: Int16Array, fromHz: number, toHz: number): Int16Array {
  const resampler = openResampler(fromHz, toHz);
  const head = resampler.process(samples);
  const tail = resampler.flush();
  resampler.close();
  return tail.length === 0 ? head : joinSamples([head, tail]);
}
