import { describe, expect, it } from 'vitest';
import { CALL_HZ, type CallCodec, pcmBytes } from './codec.ts';
import { openG711 } from './g711-codec.ts';
import { openOpus, opusDurationMs } from './opus.ts';

const FRAME = pcmBytes(20);
const AMPLITUDE = 8000;

/** 20 ms of a tone of 440 Hz, by the number of the frame. */
function tone(frame: number): Uint8Array {
  const samples = Int16Array.from({ length: FRAME / 2 }, (_, index) =>
    Math.round(AMPLITUDE * Math.sin((2 * Math.PI * 440 * (frame * (FRAME / 2) + index)) / CALL_HZ)),
  );
  return new Uint8Array(samples.buffer);
}

/** Root mean square of PCM, relative to that of the tone. */
function loudness(pcm: Uint8Array): number {
  const samples = new Int16Array(pcm.buffer, pcm.byteOffset, pcm.byteLength >> 1);
  const power = samples.reduce((sum, sample) => sum + sample ** 2, 0) / samples.length;
  return Math.sqrt(power) / (AMPLITUDE / Math.SQRT2);
}

const CODECS: [string, () => Promise<CallCodec>][] = [
  ['opus', openOpus],
  ['pcmu', () => openG711('audio/pcmu')],
  ['pcma', () => openG711('audio/pcma')],
];

describe.each(CODECS)('%s', (_, open) => {
  it('keeps the loudness of a tone within 3 dB, and the duration of each frame', async () => {
    const codec = await open();
    const decoded = Array.from({ length: 50 }, (_, frame) => {
      const payload = codec.encode(tone(frame)).slice();
      expect(codec.durationMs(payload)).toBe(20);
      return codec.decode({ make: 'decode', payload });
    });
    const last = decoded.slice(10).map(loudness);
    expect(Math.min(...last)).toBeGreaterThan(0.71);
    expect(Math.max(...last)).toBeLessThan(1.41);
    expect(decoded.slice(10).every(({ length }) => length === FRAME)).toBe(true);
    codec.close();
  });

  it('encodes silence as silence of a frame', async () => {
    const codec = await open();
    const payload = codec.encode(undefined);
    expect(codec.durationMs(payload)).toBe(20);
    expect(loudness(codec.decode({ make: 'decode', payload }))).toBeLessThan(0.002);
    codec.close();
  });

  it('fills each kind of gap with its duration', async () => {
    const codec = await open();
    const payload = codec.encode(tone(0)).slice();
    codec.decode({ make: 'decode', payload });
    const lengths = [
      codec.decode({ make: 'conceal', ms: 60 }),
      codec.decode({ make: 'recover', payload, ms: 20 }),
      codec.decode({ make: 'silence', ms: 37 }),
      codec.decode({ make: 'conceal', ms: 7 }),
    ].map(({ length }) => length);
    expect(lengths).toEqual([60, 20, 37, 7].map(pcmBytes));
    codec.close();
  });
});

describe('opus', () => {
  it('recovers a lost frame of the tone from the next packet', async () => {
    const codec = await openOpus();
    const payloads = Array.from({ length: 30 }, (_, frame) => codec.encode(tone(frame)).slice());
    for (const payload of payloads.slice(0, 28)) codec.decode({ make: 'decode', payload });
    const recovered = codec.decode({ make: 'recover', payload: payloads[29] as Uint8Array, ms: 20 });
    expect(loudness(recovered)).toBeGreaterThan(0.5);
    codec.close();
  });

  it('makes silence of a packet that cannot be decoded', async () => {
    const codec = await openOpus();
    // Two frames of 20 ms, the first longer than the packet.
    const pcm = codec.decode({ make: 'decode', payload: Uint8Array.of(0x0a, 0xfb, 0xff) });
    expect(pcm).toHaveLength(pcmBytes(40));
    codec.close();
  });

  it.each([
    [[], 0],
    [[0xf8], 20],
    [[0x78, 1], 20],
    [[0x08], 20],
    [[0x1b, 2], 120],
    [[0x1b, 3], 0],
    [[0x1b], 0],
    [[0xe3, 0], 0],
    [[0xe1, 0], 5],
  ])('reads the duration of packet %j as %i ms', (bytes, ms) => {
    expect(opusDurationMs(Uint8Array.from(bytes))).toBe(ms);
  });
});
