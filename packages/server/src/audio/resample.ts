// From one sample rate to another, chunk by chunk: Speex's windowed-sinc filter, compiled to WebAssembly. 16-bit mono.
//
// G.711 is `g711.ts`; the session's formats are joined with both in `convert.ts`.

/** Turns a stream of 16-bit mono samples into one of another rate. Owns memory outside the heap until it is closed. */
export interface Resampler {
  readonly fromHz: number;
  readonly toHz: number;
  /** The samples that are ready; some milliseconds stay behind until more comes, or `flush`. */
  process(samples: Int16Array): Int16Array;
  /** The rest. All that was returned until then is exactly `ceil(samples in × toHz / fromHz)` long; a new stream begins. */
  flush(): Int16Array;
  /** Frees its memory. Nothing may be called afterwards but `close`. */
  close(): void;
}

/**
 * Speex's scale reaches from 0 to 10. At 5 a tone keeps more than 70 dB to everything else once rounded to 16 bit, and what
 * could fold back from above the new band is more than 70 dB down; see the tests.
 */
const QUALITY = 5;
/** Samples handed to the filter at once. */
const BLOCK = 4096;

/** SpeexDSP's functions as Emscripten exports them; pointers are offsets into the one memory, in bytes. */
interface Speex {
  /** Replaced whenever the memory grows. */
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

/** Loaded with the first sound. */
async function loadSpeex(): Promise<Speex> {
  // @ts-expect-error the package has no types; what we use of it is `Speex` above
  const { default: open } = await import('@echogarden/speex-resampler-wasm');
  return (open as () => Promise<Speex>)();
}

let loaded: Speex | undefined;
let loading: Promise<Speex> | undefined;

/** Compiles the filter, once per process; `openResampler` works afterwards. */
export async function prepareResampler(): Promise<void> {
  loading ??= loadSpeex();
  loaded = await loading;
}

const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));

/** A new stream. Rates in hertz, whole numbers. Throws when `prepareResampler` has not been awaited. */
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
  let taken = 0;
  let given = 0;

  function filter(samples: Int16Array): Int16Array {
    const made = new Int16Array(Math.ceil(((samples.length + BLOCK) * toHz) / fromHz) + 64);
    let length = 0;
    for (let at = 0; at < samples.length; ) {
      const block = samples.subarray(at, at + BLOCK);
      // Views are made anew each time: growing memory detaches them.
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
      taken += samples.length;
      given += made.length;
      return made;
    },
    flush() {
      const owed = Math.ceil((taken * toHz) / fromHz) - given;
      const latency = speex._speex_resampler_get_input_latency(state);
      const rest = filter(new Int16Array(latency + Math.ceil(fromHz / toHz) + 1)).slice(0, Math.max(0, owed));
      speex._speex_resampler_reset_mem(state);
      speex._speex_resampler_skip_zeros(state);
      taken = 0;
      given = 0;
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

/** All samples of one recording at another rate, exactly `ceil(length × toHz / fromHz)` of them. */
export function resampleAll(samples: Int16Array, fromHz: number, toHz: number): Int16Array {
  const resampler = openResampler(fromHz, toHz);
  const head = resampler.process(samples);
  const tail = resampler.flush();
  resampler.close();
  if (tail.length === 0) return head;
  const all = new Int16Array(head.length + tail.length);
  all.set(head);
  all.set(tail, head.length);
  return all;
}
