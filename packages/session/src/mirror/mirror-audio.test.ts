import { describe, expect, it } from 'vitest';
import { cutAudio } from './mirror-audio.ts';

const bytes = (from: number, length: number) => Buffer.from(Array.from({ length }, (_, i) => (from + i * 37) & 255));
const text = (buffer: Buffer) => buffer.toString('base64');

describe('cutAudio', () => {
  it('returns exactly the requested bytes as strict base64, at every length', () => {
    const chunks = [bytes(1, 9), bytes(2, 10), bytes(3, 11), bytes(4, 1)];
    const whole = Buffer.concat(chunks);
    for (let length = 0; length <= whole.length + 2; length++) {
      const rest = cutAudio(chunks.map(text), length).map((chunk) => Buffer.from(chunk, 'base64'));
      expect(Buffer.concat(rest)).toEqual(whole.subarray(0, length));
      expect(cutAudio(chunks.map(text), length)).toEqual(rest.map(text));
    }
  });

  it('does not throw on invalid base64', () => {
    expect(cutAudio(['@@@@', '', '='], 2)).toHaveLength(1);
    expect(cutAudio([], 5)).toEqual([]);
  });
});
