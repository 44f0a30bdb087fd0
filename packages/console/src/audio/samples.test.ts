import { decodeBase64, encodeBase64 } from '@colloquy/protocol';
import { describe, expect, it } from 'vitest';
import type { PartAudio } from '../log/audio-index.ts';
import { durationOf, PEAK_MS, pcmBase64, peaksOf, samplesOf, samplesOfPart } from './samples.ts';

const chunk = (samples: number[]) => {
  const audio = pcmBase64(Float32Array.from(samples));
  return { row: 0, audio, bytes: samples.length * 2 };
};
const part = (chunks: PartAudio['chunks'], from = 0, to?: number): PartAudio => ({
  ...{ format: { type: 'audio/pcm', rate: 24_000 }, chunks, from },
  to,
});

it('samples become 16 bit PCM and are the same again, too loud ones cut', () => {
  const samples = Float32Array.from([0, 0.5, -0.5, 0.999, -1, 2, -2]);
  const bytes = decodeBase64(pcmBase64(samples)) as Uint8Array;
  const back = samplesOf(bytes, 'audio/pcm');
  for (const [i, expected] of [0, 0.5, -0.5, 0.999, -1, 1, -1].entries()) expect(back[i]).toBeCloseTo(expected, 3);
});

it('G.711 is read as ITU-T has it', () => {
  const ulaw = samplesOf(Uint8Array.from([0xff, 0x7f, 0x80, 0x00, 0xf0]), 'audio/pcmu');
  expect([...ulaw].map((x) => Math.round(x * 32_768))).toEqual([0, 0, 32_124, -32_124, 120]);
  const alaw = samplesOf(Uint8Array.from([0xd5, 0x55, 0xaa, 0x2a]), 'audio/pcma');
  expect([...alaw].map((x) => Math.round(x * 32_768))).toEqual([8, -8, 32_256, -32_256]);
});

describe('the audio of a part', () => {
  it('is the stretch of the chunks that belongs to it', () => {
    const chunks = [chunk([0.1, 0.2, 0.3]), chunk([0.4, 0.5])];
    const samples = samplesOfPart(part(chunks, 2, 8));
    expect([...samples].map((x) => Math.round(x * 10) / 10)).toEqual([0.2, 0.3, 0.4]);
    expect(durationOf(part(chunks, 2, 8))).toBeCloseTo(3 / 24, 5);
  });

  it('is as loud as its loudest samples', () => {
    const quiet = Array.from({ length: 24 * PEAK_MS }, () => 0.1);
    const loud = quiet.map((_, i) => (i === 7 ? -0.8 : 0));
    expect(peaksOf(part([chunk([...quiet, ...loud]), chunk(quiet)])).map((x) => Math.round(x * 10) / 10)).toEqual([
      0.1, 0.8, 0.1,
    ]);
  });

  it('that is no base64 is silence, not a fault', () => {
    const broken = { row: 0, audio: '???', bytes: 2 };
    expect(samplesOfPart(part([broken])).length).toBe(0);
    expect(peaksOf(part([broken]))).toEqual([]);
    expect(encodeBase64(new Uint8Array())).toBe('');
  });
});
