import { describe, expect, it } from 'vitest';
import { BYTES_PER_MS, BYTES_PER_SAMPLE, bytesToMs, msToBytes } from './audio-format.ts';

const pcm = { type: 'audio/pcm', rate: 24000 } as const;
const pcmu = { type: 'audio/pcmu' } as const;
const pcma = { type: 'audio/pcma' } as const;

describe('audio formats', () => {
  it('[IB6] pcm is 48 bytes per millisecond, pcmu and pcma are 8', () => {
    expect(BYTES_PER_MS).toEqual({ 'audio/pcm': 48, 'audio/pcmu': 8, 'audio/pcma': 8 });
    expect(bytesToMs(48_000, pcm)).toBe(1000);
    expect(bytesToMs(8000, pcmu)).toBe(1000);
    expect(bytesToMs(8000, pcma)).toBe(1000);
    expect(msToBytes(200, pcm)).toBe(9600);
    expect(msToBytes(200, pcmu)).toBe(1600);
  });

  it('[IB6] durations are exact, and bytes are whole samples', () => {
    expect(bytesToMs(24, pcm)).toBe(0.5);
    expect(bytesToMs(0, pcm)).toBe(0);
    expect(BYTES_PER_SAMPLE[pcm.type]).toBe(2);
    for (let ms = 0; ms < 3; ms += 0.01) {
      expect(msToBytes(ms, pcm) % 2).toBe(0);
      expect(msToBytes(ms, pcm)).toBeLessThanOrEqual(ms * 48);
      expect(Number.isInteger(msToBytes(ms, pcma))).toBe(true);
    }
  });
});
