// The audio of a call in a session whose formats are not the call's.

import type { RealtimeAudioFormat } from '@colloquy/protocol';
import { beforeAll, describe, expect, it } from 'vitest';
import { bytesOf, samplesOf } from '../audio/convert.ts';
import { prepareResampler, resampleAll } from '../audio/resample.ts';
import type { AudioPart } from '../calls/call-audio.ts';
import { MemoryCallAudio } from '../calls/memory-call-audio.ts';
import { createAudioText } from './audio-text.ts';
import { CallPlayback } from './call-playback.ts';

const PCM: RealtimeAudioFormat = { type: 'audio/pcm', rate: 24_000 };
const MS = 100;
const PART = { response_id: 'resp_1', item_id: 'item_1', content_index: 0 };
const FORMATS = ['audio/pcmu', 'audio/pcma'] as const;

/** A call that keeps what it is given to play. */
class KeepingCallAudio extends MemoryCallAudio {
  readonly pieces: [part: AudioPart, audio: Uint8Array][] = [];

  override play(part: AudioPart, audio: Uint8Array): void {
    this.pieces.push([part, audio]);
    super.play(part, audio);
  }
}

const tone = (rateHz: number) =>
  Int16Array.from({ length: (MS * rateHz) / 1000 }, (_, at) => 8000 * Math.sin((2 * Math.PI * 440 * at) / rateHz));

/** The largest difference of two sounds of one length, between 0 and 2. */
function difference(one: Int16Array, other: Int16Array): number {
  expect(one.length).toBe(other.length);
  return one.reduce((worst, sample, at) => Math.max(worst, Math.abs(sample - (other[at] as number))), 0) / 8000;
}

beforeAll(prepareResampler);

describe('playback of a call', () => {
  it.each(FORMATS)('gives all audio of a response in %s to the call, the last sample too', (type) => {
    const audioText = createAudioText();
    const call = new KeepingCallAudio();
    const playback = new CallPlayback(call);
    const sound = bytesOf(tone(8000), { type });
    for (let at = 0; at < sound.length; at += 160) {
      const audio = audioText.encode(sound.slice(at, at + 160));
      playback.perform({ do: 'play_audio', ...PART, format: { type }, audio }, audioText);
    }
    const [first] = call.pieces;
    expect(playback.played()).toMatchObject({ type: 'played', item_id: 'item_1' });
    playback.perform({ do: 'end_playback', response_id: 'resp_1' }, audioText);
    const played = Buffer.concat(call.pieces.map(([, audio]) => audio));
    expect(first?.[0]).toEqual(PART);
    expect(difference(samplesOf(played, PCM), resampleAll(samplesOf(sound, { type }), 8000, 24_000))).toBe(0);
    playback.close();
  });

  it('counts what was played in the format of the session', () => {
    const audioText = createAudioText();
    const playback = new CallPlayback(new MemoryCallAudio());
    const format = { type: 'audio/pcmu' } as const;
    const audio = audioText.encode(bytesOf(tone(8000), format));
    playback.perform({ do: 'play_audio', ...PART, format, audio }, audioText);
    const played = playback.played();
    // The resampler holds a few samples back.
    expect(played).toMatchObject({ bytes: expect.any(Number) });
    expect((played as { bytes: number }).bytes).toBeLessThanOrEqual(800);
    expect((played as { bytes: number }).bytes).toBeGreaterThan(700);
    playback.close();
  });

  it.each(FORMATS)('gives the microphone to the session in %s', (type) => {
    const playback = new CallPlayback(new MemoryCallAudio());
    const pcm = bytesOf(tone(24_000), PCM);
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < pcm.length; at += 960) pieces.push(playback.toSession(pcm.slice(at, at + 960), { type }));
    const samples = samplesOf(Buffer.concat(pieces), { type });
    expect(samples.length).toBeGreaterThan(700);
    expect(difference(samples, tone(8000).slice(0, samples.length))).toBeLessThan(0.1);
    expect(playback.toSession(pcm, PCM)).toBe(pcm);
    playback.close();
  });
});
