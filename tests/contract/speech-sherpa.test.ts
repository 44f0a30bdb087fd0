// sherpa-onnx, held to what every part of speech owes, with networks that a test wrote: see `tiny-networks.ts`.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { joined, silence } from '@support/parts.ts';
import { HIGH_HZ, HUM_HZ, HUM_SAMPLES, LOW_HZ, PITCH_HZ, tone, writeTinyModels } from '@support/tiny-networks.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Speaker, Transcriber } from '../../packages/server/src/speech/ports.ts';
import { openSherpaSpeaker, openSherpaTranscriber } from '../../packages/server/src/speech/sherpa/sherpa.ts';
import { findSherpaModels } from '../../packages/server/src/speech/sherpa/sherpa-models.ts';
import { speakerContract, transcriberContract } from './speech.ts';

const WORDS = 'good morning to you hello one two three four five six seven eight'.split(' ');

let folder = '';
let transcriber: Transcriber;
let speaker: Speaker;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'colloquy-tiny-'));
  writeTinyModels(folder, WORDS);
  const { transcribe, speak } = findSherpaModels(folder);
  [transcriber, speaker] = await Promise.all([openSherpaTranscriber(transcribe!), openSherpaSpeaker(speak!)]);
});
afterAll(async () => {
  await Promise.all([transcriber?.close(), speaker?.close()]);
  rmSync(folder, { recursive: true });
});
const forever = new AbortController().signal;

describe('a recogniser that sherpa-onnx runs', () => {
  transcriberContract(() => ({
    transcriber,
    utterances: [
      { speech: tone(LOW_HZ, 400), word: 'low' },
      { speech: tone(HIGH_HZ, 400), word: 'high' },
    ],
  }));

  it('tells the words while they are spoken, and waits for nothing but sound', async () => {
    const guesses: string[] = [];
    let next = () => {};
    const onGuess = (text: string) => {
      guesses.push(text);
      next();
    };
    const utterance = transcriber.open({ speaker: 'ann', signal: forever, onGuess });
    for (const hz of [LOW_HZ, HIGH_HZ, LOW_HZ]) {
      const received = new Promise<void>((resolve) => {
        next = resolve;
      });
      utterance.write(joined(tone(hz, 400), silence(100)));
      await received;
    }
    expect(guesses).toEqual(['low', 'low high', 'low high low']);
    expect((await utterance.finish()).transcript).toBe('low high low');
  });

  it('hears the last of an utterance that nothing follows', async () => {
    const utterance = transcriber.open({ speaker: 'ann', signal: forever });
    utterance.write(joined(tone(LOW_HZ, 400), tone(HIGH_HZ, 30)));
    expect((await utterance.finish()).transcript).toBe('low high');
  });
});

describe('a voice that sherpa-onnx runs', () => {
  speakerContract(() => ({ speaker, voice: '0' }));

  async function say(text: string, { voice = '0', speed = 1 } = {}) {
    const pieces: Int16Array[] = [];
    for await (const { samples, rateHz } of speaker.speak(text, { voice, speed, signal: forever })) {
      expect(rateHz).toBe(HUM_HZ);
      pieces.push(samples);
    }
    const samples = joined(...pieces);
    const cycles = samples.filter((sample, at) => at > 0 && samples[at - 1]! < 0 && sample >= 0).length;
    return { pieces: pieces.length, samples, hz: Math.round((cycles * HUM_HZ) / samples.length) };
  }

  it('speaks with the speaker and at the speed it is told', async () => {
    const plain = await say('hello');
    expect(plain.samples.length).toBe(HUM_SAMPLES);
    expect(Math.abs(plain.hz - PITCH_HZ)).toBeLessThan(6);
    expect(Math.abs((await say('hello', { voice: '1' })).hz - 2 * PITCH_HZ)).toBeLessThan(6);
    for (const speed of [0.25, 1.5]) {
      expect(Math.abs((await say('hello', { speed })).samples.length - HUM_SAMPLES / speed)).toBeLessThan(2);
    }
  });

  it('has no sound for words that it does not know, and goes on', async () => {
    expect((await say('xylophone')).pieces).toBe(0);
    expect((await say('42')).pieces).toBe(0);
    const known = await say('good morning');
    expect((await say('good xylophone morning')).samples).toEqual(known.samples);
  });
});
