// A session over a pair of memory transports: what reaches the client, what engines are told, and what a client cannot do.

import type { RealtimeConversationItem, ServerEvent } from '@colloquy/protocol';
import { waitUntil } from '@support/wait-until.ts';
import { afterEach, describe, expect, it } from 'vitest';
import type { Engine, EngineHost, EngineOutput } from '../engines/engine.ts';
import { offline } from '../engines/offline.ts';
import { parrot } from '../engines/parrot.ts';
import { memoryPair } from '../transports/memory.ts';
import { type HostOptions, hostSession } from './host-session.ts';
import type { Line } from './line-sink.ts';

type EventOf<T extends ServerEvent['type']> = Extract<ServerEvent, { type: T }>;

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((stop) => stop()));
});

/** A client in conversation with a hosted session. */
function converse(options: Partial<HostOptions> = {}) {
  const [client, server] = memoryPair();
  const lines: Line[] = [];
  const session = hostSession(server, {
    engine: parrot(),
    opening: { model: 'gpt-realtime', seed: [1, 2, 3, 4], started_at: 1_767_225_600_000 },
    sinks: [{ write: (line) => lines.push(line) }],
    ...options,
  });
  const hosting = session.ended;
  open.push(() => {
    client.close(1000, '');
    return hosting;
  });
  const send = (...events: object[]) => {
    for (const event of events) client.send(JSON.stringify(event));
  };
  /** Every event up to and with the first of that type. */
  async function until<T extends ServerEvent['type']>(type: T, seen: ServerEvent[] = []): Promise<EventOf<T>> {
    for await (const frame of client.frames) {
      const event = JSON.parse(String(frame)) as ServerEvent;
      seen.push(event);
      if (event.type === type) return event as EventOf<T>;
    }
    throw new Error(`the connection ended before ${type}`);
  }
  return { client, send, until, hosting, lines, session };
}

const say = (text: string) => ({
  type: 'conversation.item.create',
  item: { type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
});
const TEXT = { type: 'response.create', response: { output_modalities: ['text'] } };
const types = (events: ServerEvent[]) => events.map(({ type }) => type);
const answerOf = ({ response }: EventOf<'response.done'>) =>
  (response.output ?? []).flatMap((item: RealtimeConversationItem) => {
    if (item.type === 'function_call') return [`${item.name} ${item.arguments}`];
    if (item.type !== 'message') return [];
    return item.content.map((part) => ('text' in part ? part.text : 'transcript' in part ? part.transcript : ''));
  });
const engineOf = (respond: (host: EngineHost) => AsyncIterable<EngineOutput>): Engine => ({
  name: 'test',
  respond: (_, host) => respond(host),
});
const pcm = (ms: number) => Buffer.alloc(48 * ms, 1).toString('base64');

describe('hostSession: turn', () => {
  it('[SE1, OR1] sends session.created and nothing else at the start', async () => {
    const { until, send } = converse();
    const seen: ServerEvent[] = [];
    await until('session.created', seen);
    send({ type: 'input_audio_buffer.clear' });
    await until('input_audio_buffer.cleared', seen);
    expect(types(seen)).toEqual(['session.created', 'input_audio_buffer.cleared']);
  });

  it('[OR9] answers text with text', async () => {
    const { until, send } = converse();
    send(say('hello world'), TEXT);
    const seen: ServerEvent[] = [];
    const done = await until('response.done', seen);
    expect(answerOf(done)).toEqual(['You said: hello world']);
    expect(types(seen).filter((type) => type === 'response.output_text.delta')).toHaveLength(4);
  });

  it('[CV29] answers with audio that can be retrieved', async () => {
    const { until, send } = converse();
    send(say('hi'), { type: 'response.create' });
    const seen: ServerEvent[] = [];
    const done = await until('response.done', seen);
    const streamed = seen.flatMap((event) =>
      event.type === 'response.output_audio.delta' ? [Buffer.from(event.delta, 'base64')] : [],
    );
    const id = done.response.output?.[0]?.id;
    send({ type: 'conversation.item.retrieve', item_id: id });
    const { item } = await until('conversation.item.retrieved');
    const [part] = item.type === 'message' ? item.content : [];
    expect(part).toMatchObject({ type: 'output_audio', transcript: 'You said: hi' });
    const audio = Buffer.from((part as { audio: string }).audio, 'base64');
    expect(audio.equals(Buffer.concat(streamed))).toBe(true);
    expect(audio.byteLength).toBe(3 * 9600);
  });

  it('[IB7, CV32] passes committed audio to the engine', async () => {
    const { until, send } = converse();
    send({ type: 'session.update', session: { type: 'realtime', audio: { input: { turn_detection: null } } } });
    for (let count = 0; count < 5; count += 1) send({ type: 'input_audio_buffer.append', audio: pcm(50) });
    send({ type: 'input_audio_buffer.commit' }, TEXT);
    const added = await until('conversation.item.added');
    expect(answerOf(await until('response.done'))).toEqual(['You said 250 ms of audio']);
    send({ type: 'conversation.item.retrieve', item_id: added.item.id });
    const { item } = await until('conversation.item.retrieved');
    expect(item).toMatchObject({ content: [{ type: 'input_audio', audio: pcm(250), transcript: null }] });
  });

  it('passes audio of a created item to the engine', async () => {
    const { until, send } = converse();
    const content = [{ type: 'input_audio', audio: pcm(120) }];
    send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } }, TEXT);
    expect(answerOf(await until('response.done'))).toEqual(['You said 120 ms of audio']);
  });

  it('[FN4, FN5] calls functions and answers with their outputs', async () => {
    const { until, send } = converse();
    const tools = ['get_time', 'get_weather'].map((name) => ({ type: 'function', name }));
    send({ type: 'session.update', session: { type: 'realtime', tools, output_modalities: ['text'] } });
    send(say('call get_time {"tz":"UTC"} call get_weather {}'), { type: 'response.create' });
    const done = await until('response.done');
    expect(answerOf(done)).toEqual(['get_time {"tz":"UTC"}', 'get_weather {}']);
    for (const call of done.response.output ?? []) {
      const { call_id, name } = call as { call_id: string; name: string };
      send({ type: 'conversation.item.create', item: { type: 'function_call_output', call_id, output: `${name}!` } });
    }
    send({ type: 'response.create' });
    expect(answerOf(await until('response.done'))).toEqual([
      'You said: call get_time {"tz":"UTC"} call get_weather {} get_time! get_weather!',
    ]);
  });

  it.each([
    ['the parrot', () => parrot(), 'call get_time {} call get_weather {}', ['get_time', 'get_weather']],
    ['the offline engine', () => offline(), 'What time is it?', ['get_time']],
  ])('[CV28] %s does not repeat a call that waits for its output', async (_, engine, text, names) => {
    const { until, send } = converse({ engine: engine() });
    const tools = names.map((name) => ({ type: 'function', name }));
    send({ type: 'session.update', session: { type: 'realtime', tools, output_modalities: ['text'] } });
    send(say(text), { type: 'response.create' });
    const calls = ((await until('response.done')).response.output ?? []) as { call_id: string; name: string }[];
    expect(calls.map(({ name }) => name)).toEqual(names);
    // Each output alone, and a response before the next: none of them makes a call.
    for (const { call_id, name } of [{ call_id: '', name: '' }, ...calls]) {
      if (call_id !== '') {
        send({ type: 'conversation.item.create', item: { type: 'function_call_output', call_id, output: `${name}!` } });
      }
      send({ type: 'response.create' });
      const { response } = await until('response.done');
      expect((response.output ?? []).map(({ type }) => type)).toEqual(['message']);
    }
  });

  it('[TX1, TX8] fails a transcription without a transcriber, and continues', async () => {
    const { until, send } = converse();
    const input = { turn_detection: null, transcription: { model: 'whisper-1' } };
    send({ type: 'session.update', session: { type: 'realtime', audio: { input } } });
    send({ type: 'input_audio_buffer.append', audio: pcm(100) }, { type: 'input_audio_buffer.commit' });
    const failed = await until('conversation.item.input_audio_transcription.failed');
    expect(Object.keys(failed.error)).toEqual(['type', 'code', 'message']);
    send(TEXT);
    await until('response.done');
  });
});

type Fault = [string, (host: EngineHost) => AsyncIterable<EngineOutput>];

/** What no engine with types would yield. */
const ODD_PIECES: Record<string, unknown> = {
  nothing: undefined,
  'a number': 5,
  'a piece of no known type': { type: 'constructor' },
  'words that are a number': { type: 'text.delta', delta: 7 },
  'arguments that are an object': { type: 'arguments.delta', delta: { city: 'Paris' } },
  'a call without a name': { type: 'call' },
  'a usage that counts nothing': { type: 'usage', usage: { total_tokens: Number.NaN } },
  'a reason to end that is none': { type: 'done', reason: 'bored' },
  'a failure without words': { type: 'failed', error: null },
};

describe('hostSession: engine', () => {
  const FAULTS: Fault[] = [
    [
      'throws before its first piece',
      () => {
        throw new Error('secret words');
      },
    ],
    [
      'throws in mid-stream',
      async function* () {
        yield { type: 'text.delta', delta: 'I was about to' };
        throw new Error('secret words');
      },
    ],
    [
      'ends without an end',
      async function* () {
        yield { type: 'text.delta', delta: 'I was about to' };
      },
    ],
    [
      'yields audio that is a text',
      async function* () {
        yield { type: 'transcript.delta', delta: 'hm' };
        yield { type: 'audio.delta', audio: 'AAAA' as never };
      },
    ],
    ...Object.entries(ODD_PIECES).map(
      ([what, piece]): Fault => [
        `yields ${what}`,
        async function* () {
          yield { type: 'text.delta', delta: 'I was about to' };
          yield piece as EngineOutput;
          yield { type: 'done' };
        },
      ],
    ),
  ];
  it.each(FAULTS)('[RS33, EN4] fails the response, not the session, when the engine %s', async (_, respond) => {
    const { until, send } = converse({ engine: engineOf(respond) });
    const seen: ServerEvent[] = [];
    send({ ...TEXT, event_id: 'c1' });
    const done = await until('response.done', seen);
    expect(done.response.status).toBe('failed');
    const errors = seen.filter((event) => event.type === 'error');
    expect(errors.map(({ error }) => [error.type, error.code, error.event_id])).toEqual([
      ['server_error', 'internal_error', 'c1'],
    ]);
    expect(JSON.stringify(seen)).not.toContain('secret');
    send({ type: 'input_audio_buffer.clear' });
    await until('input_audio_buffer.cleared');
  });

  it('[RS31, RS32] aborts the engine when its response is cancelled, and drops its later output', async () => {
    let stopped = () => {};
    const isStopped = new Promise<void>((resolve) => {
      stopped = resolve;
    });
    const deaf = engineOf(async function* (host) {
      host.signal.addEventListener('abort', stopped);
      for (let count = 0; ; count += 1) {
        yield { type: 'text.delta', delta: `${count} ` };
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    });
    const { until, send } = converse({ engine: deaf });
    send(TEXT);
    await until('response.output_text.delta');
    send({ type: 'response.cancel' });
    expect((await until('response.done')).response.status).toBe('cancelled');
    await isStopped;
    send({ type: 'input_audio_buffer.clear' });
    const after: ServerEvent[] = [];
    await until('input_audio_buffer.cleared', after);
    expect(types(after).filter((type) => type.startsWith('response.'))).toEqual([]);
  });

  it('[EN3] ends the session when an engine never settles', async () => {
    let signal: AbortSignal | undefined;
    const hung = engineOf((host) => {
      signal = host.signal;
      return { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) };
    });
    const { until, send, client, hosting } = converse({ engine: hung });
    send(TEXT);
    await until('response.created');
    client.close(1000, '');
    await hosting;
    expect(signal?.aborted).toBe(true);
  });

  it('[EN5] yields to the event loop when an engine emits without a pause', async () => {
    const endless = engineOf(async function* () {
      for (;;) yield { type: 'text.delta', delta: 'la ' };
    });
    const { until, send, client, hosting } = converse({
      engine: endless,
      services: { limits: { pauseBytes: Number.MAX_SAFE_INTEGER } },
    });
    send(TEXT);
    await until('response.created');
    await new Promise((resolve) => setTimeout(resolve, 20)); // a timer fires at all: that is the point
    client.close(1000, '');
    await hosting;
  });

  it('drops the connection when the engine calls drop', async () => {
    const { send, client, hosting } = converse({
      engine: engineOf(async function* (host) {
        yield { type: 'text.delta', delta: 'now' };
        host.drop();
      }),
    });
    send(TEXT);
    await hosting;
    expect((await client.closed).code).toBe(1006);
  });
});

describe('hostSession: client', () => {
  it('[ER17] refuses binary frames and continues', async () => {
    const { until, send, client } = converse();
    client.send(new Uint8Array([0x7b, 0x7d]));
    const { error } = await until('error');
    expect(error).toEqual({
      type: 'invalid_request_error',
      code: 'invalid_event',
      message: 'Expected a text WebSocket message; binary frames are not supported.',
      param: null,
      event_id: null,
    });
    send(TEXT);
    await until('response.done');
  });

  it('[ER21, LM6, LM10] refuses a flood of events, then closes 1008', async () => {
    const { client, hosting, until } = converse({ services: { limits: { eventsPerSecond: 1, eventsBurst: 10 } } });
    for (let count = 0; count < 200; count += 1) client.send('{"type":"input_audio_buffer.clear"}');
    await hosting;
    const seen: ServerEvent[] = [];
    await until('response.done', seen).catch(() => {});
    const codes = seen.flatMap((event) => (event.type === 'error' ? [event.error.code] : []));
    expect(seen.findLast((event) => event.type === 'error')?.error.type).toBe('rate_limit_error');
    expect(types(seen).filter((type) => type === 'input_audio_buffer.cleared')).toHaveLength(10);
    expect(new Set(codes)).toEqual(new Set(['rate_limit_exceeded']));
    expect(codes.length).toBeLessThanOrEqual(103);
    expect((await client.closed).code).toBe(1008);
  });

  it('[LM9] pauses the engine and closes 1013 when the client does not read', async () => {
    let made = 0;
    const endless = engineOf(async function* () {
      for (;;) {
        made += 1;
        yield { type: 'text.delta', delta: 'x'.repeat(10_000) };
      }
    });
    const { send, client, hosting } = converse({
      engine: endless,
      services: { limits: { pauseBytes: 100_000, stallMs: 300 } },
    });
    send(TEXT);
    await hosting;
    expect((await client.closed).code).toBe(1013);
    expect(made).toBeLessThan(15);
  });

  it('[EN2, CV29] sends and stores copies when the engine reuses one array', async () => {
    const engine = engineOf(async function* () {
      const audio = new Uint8Array(4);
      for (const value of [1, 2, 3]) yield { type: 'audio.delta', audio: audio.fill(value) };
      yield { type: 'done' };
    });
    const { send, until } = converse({ engine });
    const seen: ServerEvent[] = [];
    send({ type: 'response.create' });
    const { response } = await until('response.done', seen);
    const sent = seen.flatMap((event) => (event.type === 'response.output_audio.delta' ? [event.delta] : []));
    expect(sent).toEqual(['AQEBAQ==', 'AgICAg==', 'AwMDAw==']);
    send({ type: 'conversation.item.retrieve', item_id: response.output![0]!.id! });
    const { item } = await until('conversation.item.retrieved', []);
    expect(item).toMatchObject({
      content: [{ audio: Buffer.from([1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3]).toString('base64') }],
    });
  });

  it('[LM9] pauses the engine when 512 KiB of audio are unread', async () => {
    const audio = new Uint8Array(9600);
    const size = 12_800; // of its base64
    let made = 0;
    const endless = engineOf(async function* () {
      yield { type: 'message' };
      for (;;) {
        made += size;
        yield { type: 'audio.delta', audio };
      }
    });
    const { send } = converse({ engine: endless });
    send({ type: 'response.create' });
    await waitUntil('the engine to be paused', () => made >= 490_000);
    for (let turns = 0; turns < 50; turns += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(made).toBeLessThanOrEqual(512 * 1024 + size);
  });

  it('[LM9] sends everything to a client that reads slowly', async () => {
    const { send, client, until } = converse({ services: { limits: { pauseBytes: 1000, stallMs: 200 } } });
    send(say('word '.repeat(30)), TEXT);
    const seen: ServerEvent[] = [];
    for await (const frame of client.frames) {
      await new Promise((resolve) => setTimeout(resolve, 10)); // the point is that it is slow
      seen.push(JSON.parse(String(frame)));
      if (seen.at(-1)?.type === 'response.done') break;
    }
    expect(answerOf(seen.at(-1) as EventOf<'response.done'>)).toEqual([`You said: ${'word '.repeat(30)}`]);
    send({ type: 'input_audio_buffer.clear' });
    await until('input_audio_buffer.cleared');
  });
});

describe('hostSession: end', () => {
  it('[SE28, ER24, ER41] ends at the maximum duration with one timer', async () => {
    const { client, until, hosting } = converse({ opening: { limits: { max_duration_ms: 60 } } });
    const { error } = await until('error');
    expect(error.code).toBe('session_expired');
    await hosting;
    expect((await client.closed).code).toBe(1001);
  });

  it('[LM12] finishes a running response when drained', async () => {
    const { client, send, until, hosting, session } = converse({ engine: parrot({ pace: 10 }) });
    send(say('one two three'), TEXT);
    await until('response.created');
    session.drain();
    expect((await until('response.done')).response.status).toBe('completed');
    await hosting;
    expect((await client.closed).code).toBe(1001);
  });

  it('[LM12, ER41] ends an idle session at once when drained', async () => {
    const { client, hosting, session } = converse();
    session.drain();
    await hosting;
    expect(await client.closed).toEqual({ code: 1001, reason: 'The server is shutting down.' });
  });
});

describe('hostSession: lines', () => {
  it('[OR19] contain every input and event, so that the session can be replayed', async () => {
    const turn = async () => {
      const { until, send, lines } = converse({ services: { clock: () => 0 } });
      send(say('hello'), TEXT);
      const seen: ServerEvent[] = [];
      await until('response.done', seen);
      return { sent: lines.flatMap((line) => (line.from === 'server' ? [line.event] : [])), seen, lines };
    };
    const [first, second] = [await turn(), await turn()];
    expect(first.sent.slice(0, first.seen.length)).toEqual(first.seen);
    expect(first.seen).toEqual(second.seen);
    expect(first.lines[0]).toEqual({ at: 0, from: 'host', event: { type: 'open' } });
    expect(first.lines.map(({ from }) => from)).toContain('engine');
  });
});

describe('hostSession: client that has left', () => {
  const spoken = (count: number) =>
    Array.from({ length: count }, () => ({ type: 'conversation.item.retrieve', item_id: 'long' }));
  const long = {
    type: 'conversation.item.create',
    item: { id: 'long', type: 'message', role: 'user', content: [{ type: 'input_audio', audio: pcm(1000) }] },
  };

  it('[LM13] neither reads nor encodes frames when the client has left', async () => {
    const { client, send, until, hosting, lines } = converse();
    send(long);
    await until('conversation.item.done');
    const before = lines.length;
    send(...spoken(60), { type: 'response.create' });
    client.close(1000, '');
    await hosting;
    expect(lines.slice(before).map(({ from }) => from)).toEqual(['host']);
  });

  it('[LM13] stops the engine at its first output when the client has left', async () => {
    let pieces = 0;
    const engine = engineOf(async function* ({ signal }) {
      yield { type: 'message' };
      while (!signal.aborted && pieces < 1000) {
        pieces += 1;
        yield { type: 'text.delta', delta: 'word ' };
        if (pieces === 3) client.close(1000, '');
      }
    });
    const { client, send, hosting } = converse({ engine });
    send(TEXT);
    await hosting;
    expect(pieces).toBeLessThanOrEqual(4);
  });

  it('[LM14] yields to the event loop between two frames of a client', async () => {
    const { send, until } = converse();
    send(long);
    await until('conversation.item.done');
    let turns = 0;
    let isOver = false;
    const count = () => {
      turns += 1;
      if (!isOver) setImmediate(count);
    };
    setImmediate(count);
    send(...spoken(60), { type: 'input_audio_buffer.clear' });
    await until('input_audio_buffer.cleared');
    isOver = true;
    expect(turns).toBeGreaterThanOrEqual(60);
  });
});
