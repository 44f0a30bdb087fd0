import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sound, Speaker } from '../ports.ts';
import { openFlite } from './flite.ts';

const opened = await openFlite();

describe.skipIf(!opened.ok)(opened.ok ? 'flite' : `flite (${opened.missing})`, () => {
  let speaker: Speaker;
  beforeAll(() => {
    if (opened.ok) speaker = opened.component;
  });
  afterAll(() => speaker.close());

  async function say(text: string, options: { voice?: string; speed?: number } = {}): Promise<Sound[]> {
    const { voice = 'rms', speed = 1 } = options;
    const sounds: Sound[] = [];
    const { signal } = new AbortController();
    for await (const sound of speaker.speak(text, { voice, speed, signal })) sounds.push(sound);
    return sounds;
  }
  const seconds = (sounds: Sound[]) => sounds.reduce((sum, { samples, rateHz }) => sum + samples.length / rateHz, 0);
  const loudness = ({ samples }: Sound) =>
    Math.sqrt(samples.reduce((sum, each) => sum + each ** 2, 0) / samples.length);

  it.each(['rms', 'awb', 'kal16', 'slt'])('speaks as %s, at 16 kHz', async (voice) => {
    const [sound, ...more] = await say('Hello there.', { voice });
    expect(more).toEqual([]);
    expect(sound?.rateHz).toBe(16_000);
    expect(loudness(sound as Sound)).toBeGreaterThan(300);
    expect(seconds([sound as Sound])).toBeGreaterThan(0.4);
  });

  it('returns the same samples for the same text', async () => {
    expect(await say('Good morning.')).toEqual(await say('Good morning.'));
  });

  it('maps each OpenAI voice to one fixed voice', async () => {
    expect(await say('Hi.', { voice: 'marin' })).toEqual(await say('Hi.', { voice: 'slt' }));
    expect(speaker.voices).toEqual(expect.arrayContaining(['alloy', 'cedar', 'marin', 'verse']));
  });

  it('rejects an unknown voice and names it', async () => {
    await expect(say('Hi.', { voice: 'kal' })).rejects.toMatchObject({ code: 'invalid_value', message: /'kal'/ });
    await expect(say('Hi.', { voice: '__proto__' })).rejects.toMatchObject({ code: 'invalid_value' });
  });

  it('applies the speed', async () => {
    const plain = seconds(await say('One two three four five six seven eight.'));
    const fast = seconds(await say('One two three four five six seven eight.', { speed: 1.5 }));
    expect(fast / plain).toBeCloseTo(1 / 1.5, 1);
  });

  it('cuts long texts, and returns no audio when there are no words', async () => {
    const sounds = await say('word '.repeat(100));
    expect(sounds.length).toBe(2);
    expect(await say('… !?')).toEqual([]);
    expect(await say('a\0b -t c')).toHaveLength(1);
  });

  it('yields nothing after an abort', async () => {
    const stop = new AbortController();
    const sounds: Sound[] = [];
    for await (const sound of speaker.speak('word '.repeat(200), { voice: 'rms', speed: 1, signal: stop.signal })) {
      sounds.push(sound);
      stop.abort();
    }
    expect(sounds).toHaveLength(1);
    expect(seconds(await say('Still here.'))).toBeGreaterThan(0.3);
  });

  it('handles concurrent texts', async () => {
    const alone = [await say('Number one.'), await say('Something else.')];
    expect(await Promise.all([say('Number one.'), say('Something else.')])).toEqual(alone);
  });
});
