// Sound from an endpoint, however it is cut; and what is no sound.

import {
  type Answer,
  bytewise,
  cut,
  empty,
  garbage,
  html,
  LONG_WAIT_MS,
  saying,
  slowly,
  stalling,
  status,
  tonePcm,
} from '@support/fake-endpoints.ts';
import { waitUntil } from '@support/wait-until.ts';
import { withEndpoints } from '@support/with-endpoints.ts';
import { describe, expect, it } from 'vitest';
import { pcmStream } from '../../audio/pcm-stream.ts';
import type { Sound, SpeakOptions } from '../ports.ts';
import { type OpenAiSpeakerOptions, openAiSpeaker } from './openai-speak.ts';

const fake = await withEndpoints();

const TONE = tonePcm();
const TONE_SAMPLES = Array.from({ length: TONE.length / 2 }, (_, i) => TONE.readInt16LE(i * 2));

/** A WAV file: mono, 16 bit, with a chunk nobody asked for before its sound and one behind it. */
function wavOf(samples: Buffer, rate: number, { size = samples.length, channels = 1 } = {}): Buffer {
  const head = Buffer.alloc(56);
  head.write('RIFF\0\0\0\0WAVEfmt ', 0, 'latin1');
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(channels, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt16LE(16, 34);
  head.write('LIST', 36, 'latin1');
  head.writeUInt32LE(3, 40);
  head.write('data', 48, 'latin1');
  head.writeUInt32LE(size, 52);
  return Buffer.concat([
    head,
    samples,
    size === samples.length ? Buffer.from('LIST\x02\0\0\0hi', 'latin1') : Buffer.alloc(0),
  ]);
}

function joined(sounds: readonly (Sound | undefined)[]): { samples: number[]; rates: number[] } {
  const chunks = sounds.filter((sound) => sound !== undefined);
  return {
    samples: chunks.flatMap((sound) => [...sound.samples]),
    rates: [...new Set(chunks.map(({ rateHz }) => rateHz))],
  };
}

describe('pcmStream', () => {
  const read = (bytes: Uint8Array, at: number) => {
    const stream = pcmStream(24_000);
    return joined([stream.push(bytes.subarray(0, at)), stream.push(bytes.subarray(at)), stream.end()]);
  };

  it('returns the same samples for every cut', () => {
    for (let at = 0; at <= 101; at++) {
      expect(read(TONE.subarray(0, 601), at), `cut at ${at}`).toEqual({
        samples: TONE_SAMPLES.slice(0, 300),
        rates: [24_000],
      });
    }
  });

  it('reads a WAV file at its own rate for every cut, without other chunks', () => {
    const wav = wavOf(TONE.subarray(0, 100), 16_000);
    for (let at = 0; at <= wav.length; at++) {
      expect(read(wav, at), `cut at ${at}`).toEqual({ samples: TONE_SAMPLES.slice(0, 50), rates: [16_000] });
    }
  });

  it.each([0, 0xffff_ffff])('reads a WAV file to its end when its length is %s', (size) => {
    expect(read(wavOf(TONE, 22_050, { size }), 77)).toEqual({ samples: TONE_SAMPLES, rates: [22_050] });
  });

  it('does not return single samples when bytes arrive one by one', () => {
    const stream = pcmStream(24_000);
    const sounds = [...TONE].map((byte) => stream.push(Uint8Array.of(byte)));
    expect(joined([...sounds, stream.end()]).samples).toEqual(TONE_SAMPLES);
    expect(sounds.filter((sound) => sound).length).toBeLessThanOrEqual(10);
  });

  it.each([
    ['stereo', wavOf(TONE, 24_000, { channels: 2 })],
    ['Ogg', Buffer.from('OggS\0\0\0\0 and so on')],
    ['MP3', Buffer.from('ID3\x04 and so on')],
    ['RIFF that is no WAV', Buffer.from('RIFF\0\0\0\0AVI LIST')],
    ['a WAV file without sound', wavOf(TONE, 24_000).subarray(0, 40)],
  ])('refuses %s', (_, bytes) => {
    expect(() => read(bytes, 5)).toThrow(RangeError);
  });
});

function speakerOf(options: Partial<OpenAiSpeakerOptions> = {}) {
  const waitMs = fake.patienceMs('speak');
  const budget = { firstByteMs: waitMs, idleMs: waitMs, totalMs: 60_000, retries: 1, pauseMs: 5 };
  const endpoint = { stage: 'speak' as const, url: `${fake.url}/audio/speech`, key: 'CANARY-KEY', budget };
  return openAiSpeaker({ endpoint, model: 'tts', rateHz: 24_000, speed: true, ...options });
}

async function speak(options: Partial<OpenAiSpeakerOptions> = {}, wanted: Partial<SpeakOptions> = {}, text = 'Hello.') {
  const sounds: Sound[] = [];
  const speakOptions = { voice: 'marin', speed: 1, signal: new AbortController().signal, ...wanted };
  for await (const sound of speakerOf(options).speak(text, speakOptions)) sounds.push(sound);
  return joined(sounds);
}
const bodyOf = (index = 0): Record<string, unknown> => JSON.parse(String(fake.requests[index]?.body));

describe('openAiSpeaker', () => {
  it('requests raw samples with voice and speed', async () => {
    expect(await speak({}, { speed: 1.25 })).toEqual({ samples: TONE_SAMPLES, rates: [24_000] });
    expect(bodyOf()).toEqual({ model: 'tts', input: 'Hello.', voice: 'marin', response_format: 'pcm', speed: 1.25 });
  });

  it('omits speed when it is 1 or not supported', async () => {
    await speak();
    await speak({ speed: false }, { speed: 1.5 });
    expect([bodyOf(0), bodyOf(1)].some((body) => 'speed' in body)).toBe(false);
  });

  it('speaks with the configured voice', async () => {
    await speak({ voice: 'af_sky' });
    expect(bodyOf()).toMatchObject({ voice: 'af_sky' });
  });

  it('rejects a voice that is not configured and names it', async () => {
    await expect(speak({ voices: ['one', 'two'] }, { voice: 'three' })).rejects.toMatchObject({
      code: 'invalid_value',
      message: "The voice 'three' is not one of one, two.",
    });
    expect(fake.requests).toEqual([]);
  });

  it('sends no request when there is nothing to speak', async () => {
    expect((await speak({}, {}, ' – … ')).samples).toEqual([]);
    expect(fake.requests).toEqual([]);
  });

  it.each<[string, Answer, number]>([
    ['one byte at a time', bytewise, 24_000],
    ['slowly', slowly(20, 7), 24_000],
    ['as a WAV file', saying(wavOf(TONE, 22_050), 'audio/wav'), 22_050],
    ['with its rate stated', saying(TONE, 'audio/pcm; rate=16000'), 16_000],
    ['with no type', saying(TONE, ''), 24_000],
  ])('takes sound that comes %s', async (_, answer, rate) => {
    fake.next('speak', answer);
    expect(await speak()).toEqual({ samples: TONE_SAMPLES, rates: [rate] });
  });

  it.each<[string, Answer, string]>([
    ['other audio', garbage, 'sent other audio than 16-bit mono samples'],
    ['audio stated to be another', saying(TONE, 'audio/mpeg'), 'sent other audio than 16-bit mono samples'],
    ['a web page', html, 'answered with text instead of audio'],
    ['JSON', saying('{"error":"CANARY"}', 'application/json'), 'answered with text instead of audio'],
    ['nothing', empty, 'answered with no audio'],
    ['a connection cut midway', cut, 'broke off its answer'],
    ['silence midway', stalling, 'took too long: no further data within 0.3 s'],
    ['500, twice', status(500), 'answered 500'],
  ])('fails over %s', async (_, answer, what) => {
    fake.next('speak', answer, answer);
    await expect(speak()).rejects.toThrow(`The speak endpoint ${what}.`);
  });

  it('[EN3] closes the connection on abort and on close', async () => {
    fake.next('speak', stalling, stalling);
    const abort = new AbortController();
    const speaker = speakerOf({ endpoint: { ...endpointOf(), budget: PATIENT } });
    const readFirst = async (signal: AbortSignal) => {
      for await (const _ of speaker.speak('Hello.', { voice: 'marin', speed: 1, signal })) abort.abort();
    };
    await readFirst(abort.signal);
    await fake.hungUp('speak', 1);
    const second = readFirst(new AbortController().signal);
    await waitUntil('the second request', () => fake.of('speak').length === 2);
    void speaker.close();
    await second;
    await fake.hungUp('speak', 2);
  });
});

const PATIENT = { firstByteMs: LONG_WAIT_MS, idleMs: LONG_WAIT_MS, totalMs: 60_000, retries: 1, pauseMs: 5 };
const endpointOf = () => ({
  stage: 'speak' as const,
  url: `${fake.url}/audio/speech`,
  key: undefined,
  budget: PATIENT,
});
