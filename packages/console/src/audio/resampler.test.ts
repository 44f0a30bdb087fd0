import { describe, expect, it } from 'vitest';
import { createResampler } from './resampler.ts';

const tone = (hz: number, rateHz: number, seconds = 0.5) =>
  Float32Array.from({ length: rateHz * seconds }, (_, i) => 0.5 * Math.sin((2 * Math.PI * hz * i) / rateHz));
const loudness = (samples: Float32Array) => Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length);
/** How many times a second it crosses zero upwards. */
const pitch = (samples: Float32Array, rateHz: number) =>
  samples.filter((x, i) => i > 0 && x >= 0 && (samples[i - 1] as number) < 0).length / (samples.length / rateHz);

function resampled(samples: Float32Array, fromHz: number, toHz: number, pieces: number): Float32Array {
  const resampler = createResampler(fromHz, toHz);
  const made: number[] = [];
  const size = Math.ceil(samples.length / pieces);
  for (let from = 0; from < samples.length; from += size)
    made.push(...resampler.push(samples.subarray(from, from + size)));
  return Float32Array.from(made);
}

describe.each([48_000, 44_100, 16_000, 24_000])('from %i Hz to 24 kHz', (rateHz) => {
  it('keeps pitch, loudness and length', () => {
    const made = resampled(tone(440, rateHz), rateHz, 24_000, 1);
    expect(Math.abs(made.length - 12_000)).toBeLessThan(40);
    expect(pitch(made.subarray(200, -200), 24_000)).toBeCloseTo(440, -1);
    expect(loudness(made.subarray(200, -200))).toBeCloseTo(0.3536, 2);
  });

  it('gives the same whatever the pieces it comes in', () => {
    const whole = resampled(tone(440, rateHz), rateHz, 24_000, 1);
    const cut = resampled(tone(440, rateHz), rateHz, 24_000, 187);
    expect(cut).toEqual(whole);
  });
});

it('lets nothing through that 24 kHz cannot hold', () => {
  expect(loudness(resampled(tone(15_000, 48_000), 48_000, 24_000, 3).subarray(200, -200))).toBeLessThan(0.002);
  expect(loudness(resampled(tone(10_000, 48_000), 48_000, 24_000, 3).subarray(200, -200))).toBeGreaterThan(0.33);
});
