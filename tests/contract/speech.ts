// What every part of speech owes (docs/spec/ports.md, family SP). A part runs its suite in `speech.test.ts`, or beside itself.

import { joined, noise, silence } from '@support/parts.ts';
import { expect, it } from 'vitest';
import type {
  Detection,
  Detector,
  Speaker,
  ThinkEvent,
  Thinker,
  ThinkRequest,
  Transcriber,
  TurnEdge,
} from '../../packages/server/src/speech/ports.ts';

const SAMPLES_PER_MS = 16;

/** Writes in pieces of so many samples. */
async function write(detection: Detection, samples: Int16Array, size = 480): Promise<void> {
  for (let at = 0; at < samples.length; at += size) await detection.write(samples.subarray(at, at + size));
}

export interface DetectorSubject {
  readonly detector: Detector;
  /** Somebody speaks: 16 kHz, loud from its beginning to its end, without a pause of 200 ms. */
  readonly speech: Int16Array;
}

/** How far a position may be from the truth, in milliseconds. */
const TOLERANCE_MS = 150;

export function detectorContract(subject: () => DetectorSubject): void {
  function listen(options: { atMs?: number; silenceMs?: number } = {}) {
    const edges: TurnEdge[] = [];
    const detection = subject().detector.listen({
      turnDetection: { type: 'server_vad', silence_duration_ms: options.silenceMs ?? 500 },
      atMs: options.atMs ?? 0,
      onEdge: (edge) => edges.push(edge),
    });
    return { edges, ...detection, detection };
  }
  const types = (edges: TurnEdge[]) => edges.map(({ type }) => type);
  const near = (match: number | undefined, ms: number) =>
    expect(Math.abs((match ?? -1e9) - ms)).toBeLessThan(TOLERANCE_MS);

  it('[SP1] hears nothing in silence and in steady noise', async () => {
    for (const quiet of [silence(10_000), noise(10_000, 300), noise(10_000, 1500, 'pink')]) {
      const { detection, edges } = listen();
      await write(detection, quiet);
      detection.close();
      expect(edges).toEqual([]);
    }
  });

  it('[SP2] tells where speech begins, and where the silence that ends it is long enough', async () => {
    const { speech } = subject();
    const { detection, edges } = listen({ atMs: 5000 });
    await write(detection, joined(silence(1000), speech, silence(1200)));
    detection.close();
    expect(types(edges)).toEqual(['started', 'stopped']);
    near(edges[0]?.audio_ms, 6000);
    near(edges[1]?.audio_ms, 6000 + speech.length / SAMPLES_PER_MS + 500);
  });

  it('[SP3] closes no turn at a pause shorter than the silence it is told, and one at a longer', async () => {
    const { speech } = subject();
    for (const [pauseMs, turns] of [
      [500, 1],
      [1200, 2],
    ] as const) {
      const { detection, edges } = listen({ silenceMs: 800 });
      await write(detection, joined(silence(300), speech, silence(pauseMs), speech, silence(1500)));
      detection.close();
      expect(edges.length).toBe(2 * turns);
    }
  });

  it('[SP4] hears the same however the audio is cut, never later than it is written', async () => {
    const { speech } = subject();
    const audio = joined(silence(300), speech, silence(900), speech, silence(900));
    const received: TurnEdge[][] = [];
    for (const size of [audio.length, 100, 7919]) {
      const { detection, edges } = listen();
      for (let at = 0; at < audio.length; at += size) {
        const before = edges.length;
        await detection.write(audio.subarray(at, at + size));
        const writtenMs = Math.min(audio.length, at + size) / SAMPLES_PER_MS;
        for (const { audio_ms } of edges.slice(before)) expect(audio_ms).toBeLessThanOrEqual(writtenMs);
      }
      detection.close();
      received.push(edges);
    }
    expect(types(received[0]!)).toEqual(['started', 'stopped', 'started', 'stopped']);
    expect(received[1]).toEqual(received[0]);
    expect(received[2]).toEqual(received[0]);
  });

  it('[SP5] keeps streams apart, and the end of one out of the next', async () => {
    const { speech } = subject();
    const [a, b] = [listen(), listen()];
    await write(a.detection, joined(silence(300), speech));
    await write(b.detection, silence(2000));
    a.detection.close();
    a.detection.close();
    const next = listen();
    await write(next.detection, silence(2000));
    await a.detection.write(speech);
    expect([types(a.edges), b.edges, next.edges]).toEqual([['started'], [], []]);
    for (const { detection } of [b, next]) detection.close();
  });

  it('[SP6] takes any setting of a session', async () => {
    const { detector, speech } = subject();
    for (const threshold of [0, 0.5, 1]) {
      for (const silence_duration_ms of [0, 60_000]) {
        const detection = detector.listen({
          turnDetection: { type: 'server_vad', threshold, silence_duration_ms },
          atMs: 0,
          onEdge: () => {},
        });
        await write(detection, joined(speech, silence(500)));
        detection.close();
      }
    }
  });
}

export interface TranscriberSubject {
  readonly transcriber: Transcriber;
  /** Two utterances that it understands, and a word of each that is not in the other. */
  readonly utterances: readonly { readonly speech: Int16Array; readonly word: string }[];
}

export function transcriberContract(subject: () => TranscriberSubject): void {
  function open(speaker: string, signal = new AbortController().signal) {
    const deltas: string[] = [];
    const utterance = subject().transcriber.open({ speaker, signal, onDelta: (delta) => deltas.push(delta) });
    return { deltas, utterance };
  }
  function say(speaker: string, speech: Int16Array, signal?: AbortSignal) {
    const { utterance } = open(speaker, signal);
    for (let at = 0; at < speech.length; at += 1600) utterance.write(speech.subarray(at, at + 1600));
    return utterance.finish();
  }

  it('[SP7] tells what was said, once', async () => {
    for (const { speech, word } of subject().utterances) {
      const { transcript } = await say('ann', speech);
      expect(transcript.toLowerCase()).toContain(word);
    }
  });

  it('[SP8] makes nothing of silence, and of an utterance without any audio', async () => {
    expect((await say('ann', silence(1000))).transcript).toBe('');
    expect((await say('ann', new Int16Array())).transcript).toBe('');
  });

  it('[SP9] serves several at a time, each with its own words', async () => {
    const { utterances } = subject();
    const speakers = ['ann', 'ben', 'cem', 'dov'];
    const text = await Promise.all(speakers.map((name, index) => say(name, utterances[index % 2]!.speech)));
    for (const [index, { transcript }] of text.entries()) {
      expect(transcript.toLowerCase()).toContain(utterances[index % 2]!.word);
      expect(transcript.toLowerCase()).not.toContain(utterances[(index + 1) % 2]!.word);
    }
  });

  it('[SP17, TX19] gives deltas that are the transcript, joined, or none', async () => {
    const { utterances } = subject();
    // One after the other by one speaker, whose voice is known by the second; and by one who is new.
    for (const speaker of ['ann', 'ann', 'ben']) {
      for (const { speech } of utterances) {
        const { deltas, utterance } = open(speaker);
        for (let at = 0; at < speech.length; at += 1600) utterance.write(speech.subarray(at, at + 1600));
        const { transcript } = await utterance.finish();
        expect(transcript).not.toBe('');
        if (deltas.length > 0) expect(deltas.join('')).toBe(transcript);
      }
    }
  });

  it('[SP10] ends without words once it is aborted, and leaves the others alone', async () => {
    const { utterances } = subject();
    const stop = new AbortController();
    const [ann, ben] = [open('ann', stop.signal), open('ben')];
    for (const { utterance } of [ann, ben]) utterance.write(utterances[0]!.speech);
    stop.abort();
    ann.utterance.write(utterances[0]!.speech);
    expect((await ann.utterance.finish()).transcript).toBe('');
    expect((await ben.utterance.finish()).transcript.toLowerCase()).toContain(utterances[0]!.word);
    expect((await say('cem', utterances[0]!.speech, AbortSignal.abort())).transcript).toBe('');
  });
}

export interface ThinkerSubject {
  readonly thinker: Thinker;
  /** A request that it answers. */
  readonly request: ThinkRequest;
}

export function thinkerContract(subject: () => ThinkerSubject): void {
  it('[SP11] ends its answer with done or failed, once', async () => {
    const { thinker, request } = subject();
    const thoughts: ThinkEvent[] = [];
    for await (const thought of thinker.think(request, { signal: new AbortController().signal }))
      thoughts.push(thought);
    const ends = thoughts.filter(({ type }) => type === 'done' || type === 'failed');
    expect(ends).toHaveLength(1);
    expect(thoughts.at(-1)).toBe(ends[0]);
    expect(thoughts.length).toBeGreaterThan(1);
  });

  it('[SP12] stops without throwing once it is aborted', async () => {
    const { thinker, request } = subject();
    const stop = new AbortController();
    let count = 0;
    for await (const _ of thinker.think(request, { signal: stop.signal })) {
      count += 1;
      stop.abort();
    }
    expect(count).toBe(1);
  });
}

export interface SpeakerSubject {
  readonly speaker: Speaker;
  readonly voice: string;
}

export function speakerContract(subject: () => SpeakerSubject): void {
  async function say(text: string, options: { voice?: string; speed?: number; signal?: AbortSignal } = {}) {
    const { speaker, voice } = subject();
    const { signal = new AbortController().signal } = options;
    const sounds: { samples: Int16Array; rateHz: number }[] = [];
    const stream = speaker.speak(text, { voice: options.voice ?? voice, speed: options.speed ?? 1, signal });
    for await (const sound of stream) sounds.push(sound);
    return sounds;
  }
  const seconds = (sounds: { samples: Int16Array; rateHz: number }[]) =>
    sounds.reduce((sum, { samples, rateHz }) => sum + samples.length / rateHz, 0);

  it('[SP13] says a clause at one rate, in every voice it names', async () => {
    for (const voice of subject().speaker.voices) {
      const sounds = await say('Good morning to you.', { voice });
      expect(seconds(sounds)).toBeGreaterThan(0.4);
      expect(new Set(sounds.map(({ rateHz }) => rateHz)).size).toBe(1);
      expect(sounds.some(({ samples }) => samples.some((sample) => Math.abs(sample) > 1000))).toBe(true);
    }
  });

  it('[SP14] refuses a voice it does not have, by name', async () => {
    await expect(say('Hello.', { voice: 'nobody-at-all' })).rejects.toMatchObject({
      code: 'invalid_value',
      message: expect.stringContaining('nobody-at-all'),
    });
  });

  it('[SP15] stops without throwing once it is aborted, and leaves the others alone', async () => {
    const stop = new AbortController();
    const both = Promise.all([
      say('One two three four five six.', { signal: stop.signal }),
      say('Good morning to you.'),
    ]);
    stop.abort();
    expect(seconds((await both)[1])).toBeGreaterThan(0.4);
    expect(await say('Hello.', { signal: AbortSignal.abort() })).toEqual([]);
  });

  it('[SP16] speaks faster when it is told to', async () => {
    if (!subject().speaker.capabilities.speed) return;
    const text = 'One two three four five six seven eight.';
    expect(seconds(await say(text, { speed: 1.5 }))).toBeLessThan(0.85 * seconds(await say(text)));
  });
}

/** Somebody says hello, in writing. */
export const HELLO: ThinkRequest = {
  tools: [],
  config: {
    model: 'test',
    output_modalities: ['text'],
    instructions: '',
    tools: [],
    tool_choice: 'auto',
    max_output_tokens: 'inf',
    audio: { output: { format: { type: 'audio/pcm', rate: 24_000 }, voice: 'rms', speed: 1 } },
    prompt: null,
    metadata: null,
  },
  context: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'hello' }] }],
};
