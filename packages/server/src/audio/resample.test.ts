import { beforeAll, describe, expect, it } from 'vitest';
import { openResampler, prepareResampler, resampleAll } from './resample.ts';

beforeAll(prepareResampler);

const RATES = [
  [24_000, 16_000],
  [8000, 16_000],
  [16_000, 24_000],
  [16_000, 8000],
  [8000, 24_000],
  [22_050, 24_000],
] as const;
const AMPLITUDE = 16_000;

const sine = (hertz: number, rateHz: number, count: number) =>
  Int16Array.from({ length: count }, (_, at) => Math.round(AMPLITUDE * Math.sin((2 * Math.PI * hertz * at) / rateHz)));

/** Decibels from the tone to all that is not it, by the best fit of a sine of that frequency; the ends are left out. */
function toneToRest(samples: Int16Array, hertz: number, rateHz: number): number {
  const middle = samples.subarray(400, samples.length - 400);
  let [s, c] = [0, 0];
  middle.forEach((value, at) => {
    s += value * Math.sin((2 * Math.PI * hertz * at) / rateHz);
    c += value * Math.cos((2 * Math.PI * hertz * at) / rateHz);
  });
  [s, c] = [(2 * s) / middle.length, (2 * c) / middle.length];
  let [tone, rest] = [0, 0];
  middle.forEach((value, at) => {
    const phase = (2 * Math.PI * hertz * at) / rateHz;
    const wanted = s * Math.sin(phase) + c * Math.cos(phase);
    tone += wanted ** 2;
    rest += (value - wanted) ** 2;
  });
  return 10 * Math.log10(tone / rest);
}

/** Streams in chunks of uneven sizes, flush included. */
function stream(samples: Int16Array, fromHz: number, toHz: number, sizes: number[]): number[] {
  const resampler = openResampler(fromHz, toHz);
  const all: number[] = [];
  for (let at = 0, turn = 0; at < samples.length; turn += 1) {
    const size = sizes[turn % sizes.length] as number;
    all.push(...resampler.process(samples.subarray(at, at + size)));
    at += size;
  }
  all.push(...resampler.flush());
  resampler.close();
  return all;
}

describe('resample', () => {
  it.each(RATES)('resamples a tone without distortion from %i to %i Hz', (fromHz, toHz) => {
    // A whole number of periods within the part that is measured.
    const samples = resampleAll(sine(1000, fromHz, fromHz), fromHz, toHz);
    expect(toneToRest(samples.subarray(0, toHz), 1000, toHz)).toBeGreaterThan(70);
  });

  it('does not alias when the new rate is lower', () => {
    const loudness = (samples: Int16Array) =>
      Math.sqrt(samples.reduce((sum, each) => sum + each ** 2, 0) / samples.length);
    const before = sine(6000, 16_000, 16_000);
    const after = resampleAll(before, 16_000, 8000).subarray(200, 7800);
    expect(20 * Math.log10(loudness(before) / Math.max(loudness(after), 0.01))).toBeGreaterThan(70);
  });

  it.each(RATES)('returns the exact number of samples from %i to %i Hz for any chunks', (fromHz, toHz) => {
    const samples = sine(440, fromHz, 10_007);
    const whole = [...resampleAll(samples, fromHz, toHz)];
    expect(whole.length).toBe(Math.ceil((10_007 * toHz) / fromHz));
    expect(stream(samples, fromHz, toHz, [1, 480, 37, 5000])).toEqual(whole);
  });

  it('adds no delay', () => {
    const click = new Int16Array(4800);
    click[2400] = 20_000;
    const at = (samples: Int16Array) => samples.indexOf(Math.max(...samples));
    expect(at(resampleAll(click, 24_000, 16_000))).toBe(1600);
    expect(at(resampleAll(click, 8000, 16_000))).toBe(4800);
  });

  it('starts a new stream after a flush', () => {
    const samples = sine(300, 24_000, 2000);
    const resampler = openResampler(24_000, 16_000);
    const first = [...resampler.process(samples), ...resampler.flush()];
    const second = [...resampler.process(samples), ...resampler.flush()];
    resampler.close();
    resampler.close();
    expect(second).toEqual(first);
  });

  it('returns samples unchanged when the rates are equal', () => {
    const samples = sine(300, 16_000, 100);
    expect(openResampler(16_000, 16_000).process(samples)).toBe(samples);
  });

  it('frees the memory of closed streams', { tags: 'long' }, () => {
    const samples = new Int16Array(100);
    for (let count = 0; count < 20_000; count += 1) resampleAll(samples, 24_000, 16_000); // 2^31 bytes, were they kept
    expect(resampleAll(samples, 24_000, 16_000).length).toBe(67);
  });
});
