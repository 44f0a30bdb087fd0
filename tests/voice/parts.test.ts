// Real speech through the parts alone: Flite speaks, Silero hears when, PocketSphinx hears what.

import { allOf, closeParts, joined, mixed, noise, openParts, silence, spoken } from '@support/parts.ts';
import { waitUntil } from '@support/wait-until.ts';
import { afterAll, describe, expect, it } from 'vitest';
import { openPocketSphinx } from '../../packages/server/src/speech/offline/pocketsphinx.ts';
import type { Transcriber, TurnEdge } from '../../packages/server/src/speech/ports.ts';

const opened = await openParts();
const { parts, missing } = allOf(opened);

afterAll(() => closeParts(opened));

const WEATHER = 'What is the weather like in Paris today?';
const HELLO = 'Hello! How are you doing today?';
const APPOINTMENT =
  'Sure, I can help you with that. Your appointment is confirmed for Tuesday at three thirty in the afternoon.';

async function wordsOf(transcriber: Transcriber, samples: Int16Array, speaker = 'test') {
  const deltas: string[] = [];
  const utterance = transcriber.open({
    speaker,
    signal: new AbortController().signal,
    onDelta: (delta) => deltas.push(delta),
  });
  for (let at = 0; at < samples.length; at += 1600) utterance.write(samples.subarray(at, at + 1600));
  const { transcript, usage } = await utterance.finish();
  return { transcript, usage, deltas };
}

describe.skipIf(!parts)(parts ? 'spoken words' : `spoken words (${missing})`, () => {
  // Run even when the tests are skipped, to learn their names.
  const { detector, transcriber, speaker } = parts ?? ({} as NonNullable<typeof parts>);

  /** With silence around it, as a turn has. */
  const turn = async (text: string, voice: string) =>
    joined(silence(480), await spoken(speaker, text, voice), silence(30));

  it.each([
    ['rms', WEATHER, 'what is the weather like in paris today'],
    ['awb', WEATHER, 'what is the weather like in paris today'],
    ['slt', WEATHER, 'what is the weather like in paris today'],
    ['rms', HELLO, 'hello how are you doing today'],
    ['awb', HELLO, 'hello how are you doing today'],
    ['kal16', HELLO, 'hello how are you doing today'],
    [
      'rms',
      APPOINTMENT,
      'sure i can help you with that your appointment is confirmed for tuesday at three thirty in the afternoon',
    ],
  ])('are understood: %s, %s', async (voice, text, expected) => {
    const { transcript, usage } = await wordsOf(transcriber, await turn(text, voice));
    expect(transcript).toBe(expected);
    expect(usage).toMatchObject({ type: 'duration' });
  });

  it('[TX4] come while they are being spoken, once the voice is known and nothing is decoded twice', async () => {
    const once = await openPocketSphinx();
    if (!once.ok) return expect.unreachable();
    try {
      await wordsOf(once.component, await turn(HELLO, 'rms'), 'ann');
      const deltas: string[] = [];
      const { signal } = new AbortController();
      const utterance = once.component.open({ speaker: 'ann', signal, onDelta: (delta) => deltas.push(delta) });
      const samples = await turn(APPOINTMENT, 'rms');
      for (let at = 0; at < samples.length; at += 1600) utterance.write(samples.subarray(at, at + 1600));
      await waitUntil('three deltas', () => deltas.length >= 3);
      const { transcript } = await utterance.finish();
      expect(transcript).toMatch(/^sure i can help you with that/);
      expect(deltas.join('')).toBe(transcript);
    } finally {
      await once.component.close();
    }
  });

  it('are the same whoever spoke before', async () => {
    const weather = await turn(WEATHER, 'rms');
    const alone = await wordsOf(transcriber, weather, 'eve');
    await wordsOf(transcriber, await spoken(speaker, APPOINTMENT, 'slt'), 'fay');
    const after = await wordsOf(transcriber, weather, 'eve');
    transcriber.forget('eve');
    expect((await wordsOf(transcriber, weather, 'eve')).transcript).toBe(alone.transcript);
    expect(after.transcript).toBe(alone.transcript);
  });

  it('[VA14] are told from noise, and noise from words', async () => {
    const weather = await spoken(speaker, WEATHER);
    const audio = joined(silence(3000), weather, silence(3000));
    const edges: TurnEdge[] = [];
    const detection = detector.listen({
      turnDetection: { type: 'server_vad', silence_duration_ms: 500 },
      atMs: 0,
      onEdge: (edge) => edges.push(edge),
    });
    const noisy = mixed(audio, noise(audio.length / 16, 60, 'pink'));
    for (let at = 0; at < noisy.length; at += 1600) await detection.write(noisy.subarray(at, at + 1600));
    detection.close();
    expect(edges.map(({ type }) => type)).toEqual(['started', 'stopped']);
    const [started, stopped] = edges.map(({ audio_ms }) => audio_ms) as [number, number];
    const { transcript } = await wordsOf(transcriber, noisy.subarray((started - 300) * 16, stopped * 16));
    expect(transcript).toMatch(/weather.*paris/);
  });
});
