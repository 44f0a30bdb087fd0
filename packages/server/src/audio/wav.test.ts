import { describe, expect, it } from 'vitest';
import { readWav, writeWav } from './wav.ts';

/** A file with one chunk that nobody knows before the data, and `claimed` bytes said to be in it. */
function wav(samples: number[], options: { rateHz?: number; channels?: number; claimed?: number } = {}): Uint8Array {
  const { rateHz = 16_000, channels = 1, claimed = samples.length * 2 } = options;
  const file = Buffer.alloc(12 + 24 + 8 + 4 + 8 + samples.length * 2);
  file.write('RIFF', 0);
  file.writeUInt32LE(file.length - 8, 4);
  file.write('WAVEfmt ', 8);
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(channels, 22);
  file.writeUInt32LE(rateHz, 24);
  file.writeUInt16LE(16, 34);
  file.write('LIST', 36);
  file.writeUInt32LE(3, 40); // an odd length is followed by a byte of padding
  file.write('data', 48);
  file.writeUInt32LE(claimed, 52);
  for (const [index, sample] of samples.entries()) file.writeInt16LE(sample, 56 + 2 * index);
  return file;
}

describe('readWav', () => {
  it('reads rate and samples when other chunks come first', () => {
    expect(readWav(wav([1, -2, 32_767], { rateHz: 8000 }))).toEqual({
      samples: Int16Array.of(1, -2, 32_767),
      rateHz: 8000,
    });
  });

  it('reads the available samples when the header states more', () => {
    expect(readWav(wav([5, 6], { claimed: 0xffff_fff0 }))?.samples).toEqual(Int16Array.of(5, 6));
  });

  it('mixes channels to one', () => {
    expect(readWav(wav([100, 300, -7, -9], { channels: 2 }))?.samples).toEqual(Int16Array.of(200, -8));
  });

  it('rejects a file without channels, and other files', () => {
    expect(readWav(wav([1], { channels: 0 }))).toBeUndefined();
    expect(readWav(new Uint8Array())).toBeUndefined();
    expect(readWav(Buffer.from('RIFF    WAVE'))).toBeUndefined();
  });
});

describe('writeWav', () => {
  it('writes a file from pieces that reads back equal', () => {
    const pieces = [Int16Array.of(1, -2), new Int16Array(), Int16Array.of(32_767, -32_768)];
    const file = writeWav(pieces, 22_050);
    expect(file.length).toBe(44 + 8);
    expect(readWav(file)).toEqual({ samples: Int16Array.of(1, -2, 32_767, -32_768), rateHz: 22_050 });
  });
});
