import type { RealtimeAudioFormat } from '@colloquy/protocol';
import { beforeAll, describe, expect, it } from 'vitest';
import { bytesOf, inputConverter, samplesOf, speechOutput } from './convert.ts';
import { prepareResampler } from './resample.ts';

beforeAll(prepareResampler);

const FORMATS: RealtimeAudioFormat[] = [
  { type: 'audio/pcm', rate: 24_000 },
  { type: 'audio/pcmu' },
  { type: 'audio/pcma' },
];
const bytesPerMs = ({ type }: RealtimeAudioFormat) => (type === 'audio/pcm' ? 48 : 8);
const sine = (rateHz: number, count: number) =>
  Int16Array.from({ length: count }, (_, at) => Math.round(12_000 * Math.sin((2 * Math.PI * 500 * at) / rateHz)));

describe('samplesOf and bytesOf', () => {
  it.each(FORMATS)('[IB6] are inverse to each other: $type', (format) => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    const again = bytesOf(samplesOf(bytes, format), format);
    // µ-law has two zeros, which are one sample.
    const wanted = format.type === 'audio/pcmu' ? bytes.map((byte) => (byte === 0x7f ? 0xff : byte)) : bytes;
    expect(again).toEqual(wanted);
  });

  it('drop half a sample', () => {
    expect(samplesOf(Uint8Array.of(1, 2, 3), { type: 'audio/pcm', rate: 24_000 })).toEqual(Int16Array.of(513));
  });
});

describe('inputConverter', () => {
  it.each(FORMATS)('[VA26] returns 16 samples per millisecond: $type', (format) => {
    const input = inputConverter(format);
    const chunk = bytesOf(
      sine(bytesPerMs(format) === 48 ? 24_000 : 8000, bytesPerMs(format) === 48 ? 480 : 160),
      format,
    );
    let length = 0;
    for (let count = 0; count < 10; count += 1) length += input.write(chunk).length;
    length += input.flush().length;
    input.close();
    expect(length).toBe((10 * chunk.length * 16) / bytesPerMs(format));
  });
});

describe('speechOutput', () => {
  it.each(FORMATS)("[EN2] returns the session's format, exact to the sample: $type", (format) => {
    const output = speechOutput(format);
    let length = 0;
    for (let count = 0; count < 10; count += 1) {
      length += output.write({ samples: sine(16_000, 1600), rateHz: 16_000 }).length;
    }
    length += output.flush().length;
    expect(length).toBe(1000 * bytesPerMs(format));
    output.close();
  });

  it('keeps buffered samples when the rate changes', () => {
    const format = FORMATS[0] as RealtimeAudioFormat;
    const output = speechOutput(format);
    const length =
      output.write({ samples: sine(16_000, 1600), rateHz: 16_000 }).length +
      output.write({ samples: sine(8000, 800), rateHz: 8000 }).length +
      output.flush().length;
    output.close();
    expect(length).toBe(200 * 48);
  });
});
