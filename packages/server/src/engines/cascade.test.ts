import { setTimeout as pause } from 'node:timers/promises';
import { ColloquyError, type MessageItem } from '@colloquy/protocol';
import type { ResponseRequest } from '@colloquy/session';
import { waitUntil } from '@support/wait-until.ts';
import { describe, expect, it } from 'vitest';
import type { Speaker, ThinkEvent, Thinker } from '../speech/ports.ts';
import { type CascadeOptions, cascade } from './cascade.ts';
import type { EngineHost, EngineOutput } from './engine.ts';

const spokenMessage = (transcript: string | null): MessageItem => ({
  id: 'item_user',
  type: 'message',
  role: 'user',
  content: [{ type: 'input_audio', transcript }],
});

function requestOf(
  options: { modality?: 'audio' | 'text'; voice?: string; context?: MessageItem[] } = {},
): ResponseRequest {
  const { modality = 'audio', voice = 'plain', context = [spokenMessage('hello')] } = options;
  return {
    response_id: 'resp_1',
    config: {
      model: 'test',
      output_modalities: [modality],
      instructions: '',
      tools: [],
      tool_choice: 'auto',
      max_output_tokens: 'inf',
      audio: { output: { format: { type: 'audio/pcm', rate: 24_000 }, voice, speed: 1 } },
      prompt: null,
      metadata: null,
    },
    tools: [],
    context,
  };
}

function host(options: Partial<EngineHost> = {}): EngineHost & { abort: () => void } {
  const abort = new AbortController();
  return {
    signal: abort.signal,
    abort: () => abort.abort(),
    audio: () => undefined,
    audioFormat: () => undefined,
    drop: () => {},
    ...options,
  };
}

/** Says these thoughts, whatever it is asked. */
const thinking = (...thoughts: ThinkEvent[]): Thinker => ({
  name: 'test',
  capabilities: { tools: true, images: false },
  async *think() {
    yield* thoughts;
  },
});
const text = (delta: string): ThinkEvent => ({ type: 'text.delta', delta });
const done: ThinkEvent = { type: 'done' };

/** Speaks 10 ms for each character at 16 kHz, and remembers what it was asked to say. */
function speaking(): Speaker & { requests: string[] } {
  const requests: string[] = [];
  return {
    requests,
    name: 'beeps',
    voices: ['plain'],
    capabilities: { speed: true, streaming: false },
    async *speak(text, { voice, signal }) {
      if (voice !== 'plain') throw new ColloquyError('invalid_value', `The voice '${voice}' is not one of plain.`);
      requests.push(text);
      await pause(0);
      if (!signal.aborted) yield { samples: new Int16Array(160 * text.length).fill(1000), rateHz: 16_000 };
    },
    close: async () => {},
  };
}

async function collect(options: CascadeOptions, request = requestOf(), to = host()): Promise<EngineOutput[]> {
  const events: EngineOutput[] = [];
  for await (const event of cascade({ pace: { leadMs: Number.POSITIVE_INFINITY }, ...options }).respond(request, to)) {
    events.push(event);
  }
  return events;
}
const short = (event: EngineOutput) => ('delta' in event ? `${event.type} ${event.delta}` : event.type);
const bytes = (events: EngineOutput[]) =>
  events.reduce((sum, event) => sum + (event.type === 'audio.delta' ? event.audio.length : 0), 0);

describe('cascade', () => {
  it('[EN2] sends the transcript of each clause before its audio, in the session format', async () => {
    const events = await collect({ thinker: thinking(text('One two. Thr'), text('ee.'), done), speaker: speaking() });
    expect(events.map(short).filter((each) => each !== 'audio.delta')).toEqual([
      'message',
      'transcript.delta One two. ',
      'transcript.delta Three.',
      'done',
    ]);
    const second = events.findIndex((event) => short(event) === 'transcript.delta Three.');
    expect(bytes(events.slice(0, second))).toBe('One two. '.length * 10 * 48);
    expect(bytes(events)).toBe('One two. Three.'.length * 10 * 48);
    expect(events.every((event) => event.type !== 'audio.delta' || event.audio.length <= 4800)).toBe(true);
  });

  it('[OR5] begins the message at the first text and sends a transcript before its audio exists', async () => {
    let makeSound: (() => void) | undefined;
    const speaker: Speaker = {
      ...speaking(),
      async *speak() {
        await new Promise<void>((resolve) => (makeSound = resolve));
        yield { samples: new Int16Array(480), rateHz: 24_000 };
      },
    };
    let goOn = () => {};
    const thinker: Thinker = {
      ...thinking(),
      async *think() {
        yield text('Well, ');
        await new Promise<void>((resolve) => (goOn = resolve));
        yield text('yes. ');
        yield done;
      },
    };
    const pieces = cascade({ thinker, speaker }).respond(requestOf(), host())[Symbol.asyncIterator]();
    expect((await pieces.next()).value).toEqual({ type: 'message' });
    goOn();
    expect((await pieces.next()).value).toEqual({ type: 'transcript.delta', delta: 'Well, yes. ' });
    const sound = pieces.next();
    const begin = await waitUntil('the speaker to be asked', () => makeSound);
    begin();
    expect((await sound).value).toMatchObject({ type: 'audio.delta' });
    await pieces.return?.();
  });

  it('[EN1] emits calls in order and ends once', async () => {
    const call: ThinkEvent[] = [
      { type: 'call', name: 'look' },
      { type: 'arguments.delta', delta: '{}' },
    ];
    const events = await collect({ thinker: thinking(text('Let me see'), ...call, done), speaker: speaking() });
    expect(events.map(short).filter((each) => each !== 'audio.delta')).toEqual([
      'message',
      'transcript.delta Let me see',
      'call',
      'arguments.delta {}',
      'done',
    ]);
  });

  it('speaks the first clause while the thinker makes the next', async () => {
    let goOn = () => {};
    const thinker: Thinker = {
      ...thinking(),
      async *think() {
        yield text('Well, yes. ');
        await new Promise<void>((resolve) => (goOn = resolve));
        yield done;
      },
    };
    const types: string[] = [];
    for await (const event of cascade({ thinker, speaker: speaking() }).respond(requestOf(), host())) {
      types.push(event.type);
      if (event.type === 'audio.delta') goOn();
    }
    expect(types).toEqual(['message', 'transcript.delta', 'audio.delta', 'audio.delta', 'done']);
  });

  it('synthesizes exactly one clause ahead', async () => {
    const speaker = speaking();
    const stream = cascade({ thinker: thinking(text('One. Two. Three. Four. '), done), speaker });
    const pieces = stream.respond(requestOf(), host())[Symbol.asyncIterator]();
    for (const type of ['message', 'transcript.delta', 'audio.delta'])
      expect((await pieces.next()).value).toMatchObject({ type });
    await pause(30); // the point is what happens while nobody takes more
    expect(speaker.requests).toEqual(['One. ', 'Two. ']);
    await pieces.return?.();
  });

  it('[EN5] sends audio no further ahead than leadMs', async () => {
    let now = 0;
    const waits: number[] = [];
    const pace = {
      leadMs: 300,
      clock: () => now,
      wait: async (ms: number) => {
        waits.push(ms);
        now += ms;
      },
    };
    const events = await collect({ thinker: thinking(text('x'.repeat(100)), done), speaker: speaking(), pace });
    expect(bytes(events)).toBe(48_000);
    expect(waits).toEqual(Array.from({ length: 7 }, () => 100));
  });

  it('[EN3] stops with its components when aborted, even if one hangs', async () => {
    const signals: AbortSignal[] = [];
    const thinker: Thinker = {
      ...thinking(),
      async *think(_, { signal }) {
        signals.push(signal);
        yield text('Hello. ');
        await new Promise(() => {});
      },
    };
    const silent: Speaker = {
      ...speaking(),
      async *speak(_, { signal }) {
        signals.push(signal);
        await new Promise(() => {});
      },
    };
    const to = host();
    const all = collect({ thinker, speaker: silent }, requestOf(), to);
    await waitUntil('both parts to be asked', () => signals.length === 2);
    to.abort();
    // The text is sent as soon as it is there; nothing was spoken.
    expect((await all).map(short)).toEqual(['message', 'transcript.delta Hello. ']);
    expect(signals.every(({ aborted }) => aborted)).toBe(true);
  });

  it('[EN4] throws the errors of its components and names an unknown voice', async () => {
    const speaker = speaking();
    await expect(
      collect({ thinker: thinking(text('Hi.'), done), speaker }, requestOf({ voice: 'nobody' })),
    ).rejects.toThrow("The voice 'nobody' is not one of plain.");
    const broken: Thinker = {
      ...thinking(),
      async *think() {
        yield text('Hi. ');
        throw new Error('the model hung up');
      },
    };
    await expect(collect({ thinker: broken, speaker })).rejects.toThrow('the model hung up');
  });

  it('streams text answers', async () => {
    const speaker = speaking();
    const events = await collect(
      { thinker: thinking(text('One. T'), text('wo.'), done), speaker },
      requestOf({ modality: 'text' }),
    );
    expect(events).toEqual([text('One. T'), text('wo.'), done]);
    expect(speaker.requests).toEqual([]);
  });

  it('sends transcripts without audio when there is no speaker', async () => {
    expect((await collect({ thinker: thinking(text('Hi.'), done) })).map(short)).toEqual([
      'transcript.delta Hi.',
      'done',
    ]);
  });

  it('waits for transcripts and continues without those that failed', async () => {
    const seen: unknown[] = [];
    const thinker: Thinker = {
      ...thinking(),
      async *think({ context }) {
        seen.push(...context.flatMap((item) => (item.type === 'message' ? item.content : [])));
        yield done;
      },
    };
    const transcript = async (id: string) => {
      await pause(5);
      return id === 'item_user' ? 'hello there' : undefined;
    };
    const context = [{ ...spokenMessage(null), id: 'item_lost' }, spokenMessage('known'), spokenMessage(null)];
    await collect({ thinker }, requestOf({ context }), host({ transcript }));
    expect(seen).toEqual([
      { type: 'input_audio', transcript: null },
      { type: 'input_audio', transcript: 'known' },
      { type: 'input_audio', transcript: 'hello there' },
    ]);
  });
});
