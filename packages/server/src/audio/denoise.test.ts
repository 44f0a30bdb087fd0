import type { NoiseReduction } from '@colloquy/protocol';
import { beforeAll, describe, expect, it } from 'vitest';
import { openDenoiser, prepareDenoiser } from './denoise.ts';

beforeAll(prepareDenoiser);

const NEAR: NoiseReduction = { type: 'near_field' };
const FAR: NoiseReduction = { type: 'far_field' };

/** The same for the same seed. */
function noise(count: number, amplitude: number, seed = 1): Int16Array {
  let state = seed;
  return Int16Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return Math.round(((state / 0x7fff_ffff) * 2 - 1) * amplitude);
  });
}
/** Syllables: a tone with overtones, four times a second for an eighth of a second. */
const voice = (count: number) =>
  Int16Array.from({ length: count }, (_, at) => {
    const isSpoken = at % 4000 < 2000;
    const sum = [150, 300, 450, 900, 1500].reduce(
      (all, hertz) => all + Math.sin((2 * Math.PI * hertz * at) / 16_000),
      0,
    );
    return isSpoken ? Math.round(2000 * sum) : 0;
  });
const mixed = (a: Int16Array, b: Int16Array) => a.map((sample, at) => sample + (b[at] ?? 0));
const decibels = (samples: Int16Array) =>
  10 * Math.log10(samples.reduce((sum, each) => sum + each ** 2, 0) / samples.length);

function reduced(samples: Int16Array, strength: NoiseReduction, sizes = [samples.length]): Int16Array {
  const denoiser = openDenoiser(strength);
  const pieces: number[] = [];
  for (let at = 0, turn = 0; at < samples.length; turn += 1) {
    const size = sizes[turn % sizes.length] as number;
    pieces.push(...denoiser.process(samples.subarray(at, at + size)));
    at += size;
  }
  pieces.push(...denoiser.flush());
  denoiser.close();
  return Int16Array.from(pieces);
}

describe('denoise', () => {
  it.each([0, 1, 127, 128, 129, 5001])('[IB21] returns as many samples as it receives for any chunks: %i', (count) => {
    const samples = noise(count, 3000);
    const whole = reduced(samples, NEAR);
    expect(whole.length).toBe(count);
    expect(reduced(samples, NEAR, [1, 480, 37])).toEqual(whole);
  });

  it('[IB21] buffers at most 30 ms', () => {
    const denoiser = openDenoiser(FAR);
    let samplesIn = 0;
    for (let taken = 100; taken <= 5000; taken += 100) {
      samplesIn += denoiser.process(noise(100, 100)).length;
      expect(taken - samplesIn).toBeLessThanOrEqual(480);
    }
  });

  it('[IB21] reduces steady noise, far_field more than near_field', () => {
    const hiss = noise(48_000, 1000);
    const end = (samples: Int16Array) => decibels(samples.subarray(16_000));
    const [none, near, far] = [hiss, reduced(hiss, NEAR), reduced(hiss, FAR)].map(end) as [number, number, number];
    expect(none - near).toBeGreaterThan(6);
    expect(near - far).toBeGreaterThan(4);
  });

  it.each([NEAR, FAR])('[IB21] keeps timing and level of a voice and reduces the noise: $type', (strength) => {
    const clean = voice(48_000);
    const noisy = mixed(clean, noise(48_000, 800));
    const after = reduced(noisy, strength);
    const rest = (samples: Int16Array) =>
      decibels(samples.map((sample, at) => sample - (clean[at] ?? 0)).subarray(16_000));
    expect(rest(noisy) - rest(after)).toBeGreaterThan(2);
    expect(Math.abs(decibels(reduced(clean, strength)) - decibels(clean))).toBeLessThan(0.5);
  });

  it('[IB21] adapts when noise becomes louder or digital silence ends', () => {
    const samples = Int16Array.from([...new Int16Array(16_000), ...noise(32_000, 200), ...noise(48_000, 2000)]);
    const after = reduced(samples, FAR);
    const gain = (from: number, to: number) =>
      decibels(samples.subarray(from, to)) - decibels(after.subarray(from, to));
    expect(gain(40_000, 48_000)).toBeGreaterThan(10);
    expect(gain(88_000, 96_000)).toBeGreaterThan(10);
  });

  it('starts a new stream after a flush', () => {
    const samples = noise(3000, 2000);
    const denoiser = openDenoiser(NEAR);
    const first = [...denoiser.process(samples), ...denoiser.flush()];
    expect([...denoiser.process(samples), ...denoiser.flush()]).toEqual(first);
  });

  it('clips the loudest samples without overflow', () => {
    const square = Int16Array.from({ length: 4800 }, (_, at) => (at % 100 < 50 ? 32_767 : -32_768));
    const after = reduced(square, NEAR).subarray(480, 4320);
    for (const [at, sample] of after.entries())
      if (at % 50 > 10 && at % 50 < 40) expect(Math.sign(sample)).toBe(Math.sign(square[at + 480] as number));
  });
});
