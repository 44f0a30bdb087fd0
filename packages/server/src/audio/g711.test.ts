// Known values of ITU-T G.711, and that coding what was decoded changes nothing.

import { describe, expect, it } from 'vitest';
import { decodeALaw, decodeMuLaw, encodeALaw, encodeMuLaw } from './g711.ts';

const BYTES = Array.from({ length: 256 }, (_, byte) => byte);

describe('G.711', () => {
  it('encodes silence and the extremes as in the standard', () => {
    expect([0, 32_767, -32_768].map(encodeMuLaw)).toEqual([0xff, 0x80, 0x00]);
    expect([0, 32_767, -32_768].map(encodeALaw)).toEqual([0xd5, 0xaa, 0x2a]);
    expect([0xff, 0x80, 0x00].map(decodeMuLaw)).toEqual([0, 32_124, -32_124]);
    expect([0xd5, 0xaa, 0x2a].map(decodeALaw)).toEqual([8, 32_256, -32_256]);
  });

  it('encodes every decoded byte to itself', () => {
    const negativeZero = 0x7f; // µ-law has two zeros; 16-bit samples have one
    expect(BYTES.map((byte) => encodeMuLaw(decodeMuLaw(byte)))).toEqual(
      BYTES.map((byte) => (byte === negativeZero ? 0xff : byte)),
    );
    expect(BYTES.map((byte) => encodeALaw(decodeALaw(byte)))).toEqual(BYTES);
  });

  it('has an error of at most a sixteenth of the sample', () => {
    for (let sample = -32_000; sample <= 32_000; sample += 61) {
      const allowed = Math.max(16, Math.abs(sample) / 16);
      expect(Math.abs(decodeMuLaw(encodeMuLaw(sample)) - sample)).toBeLessThanOrEqual(allowed);
      expect(Math.abs(decodeALaw(encodeALaw(sample)) - sample)).toBeLessThanOrEqual(allowed);
    }
  });
});
