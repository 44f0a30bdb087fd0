// Resamples streamed audio with a windowed sinc, one set of weights per output phase.

/** How far the filter reaches to each side, in samples of the lower of the two rates. */
const REACH = 16;
/** The highest frequency that passes, as a share of what the lower rate can hold; beyond it there would be false tones. */
const PASS = 0.92;

export interface Resampler {
  /** Takes the next samples and answers those that can be told by now. */
  push(samples: Float32Array): Float32Array;
}

const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));

/** The weights of every phase: `up` of them, each for the input samples around a place of `phase / up`. */
function weightsOf(up: number, cutoff: number, half: number): Float32Array[] {
  return Array.from({ length: up }, (_, phase) => {
    const weights = Float32Array.from({ length: 2 * half }, (_, tap) => {
      const x = tap - half + 1 - phase / up;
      const window = 0.42 + 0.5 * Math.cos((Math.PI * x) / half) + 0.08 * Math.cos((2 * Math.PI * x) / half);
      const sinc = x === 0 ? cutoff : Math.sin(Math.PI * cutoff * x) / (Math.PI * x);
      return Math.abs(x) >= half ? 0 : sinc * window;
    });
    // What is even stays as loud as it was, whatever the phase.
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return weights.map((weight) => weight / sum);
  });
}

export function createResampler(fromHz: number, toHz: number): Resampler {
  if (fromHz === toHz) return { push: (samples) => samples };
  const common = divisor(fromHz, toHz);
  const up = toHz / common;
  const down = fromHz / common;
  const cutoff = PASS * Math.min(1, toHz / fromHz);
  const half = Math.ceil(REACH / Math.min(1, toHz / fromHz));
  const weights = weightsOf(up, cutoff, half);
  /** Begins with silence, so that the first sample has neighbours. */
  let held: Float32Array = new Float32Array(half - 1);
  /** Of the next output sample, in steps of `1 / up` input samples from the first one held that it needs. */
  let place = 0;

  return {
    push(samples) {
      const all = new Float32Array(held.length + samples.length);
      all.set(held);
      all.set(samples, held.length);
      const made: number[] = [];
      let first = Math.floor(place / up);
      while (first + 2 * half <= all.length) {
        const phase = weights[place % up] as Float32Array;
        let sum = 0;
        for (let tap = 0; tap < phase.length; tap++) sum += (phase[tap] as number) * (all[first + tap] as number);
        made.push(sum);
        place += down;
        first = Math.floor(place / up);
      }
      const passed = Math.min(first, all.length);
      held = all.slice(passed);
      place -= passed * up;
      return Float32Array.from(made);
    },
  };
}
