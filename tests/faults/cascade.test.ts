// Endpoints that fail in every way we could think of, behind the real server: each response ends exactly once, within its
// budget, and the session goes on. What the parts make of each fault is tested beside them, in packages/server/src/speech.

import type { ServerEvent } from '@colloquy/protocol';
import {
  type Answer,
  bytewise,
  chatStream,
  chunk,
  cut,
  cutInTwo,
  dropped,
  empty,
  type FakeStage,
  flood,
  GOOD_WORDS,
  garbage,
  halved,
  heartbeats,
  heartbeatsAfterHalf,
  html,
  LONG_WAIT_MS,
  mute,
  redirected,
  responsesStream,
  SHORT_WAIT_MS,
  saying,
  silent,
  slowly,
  sse,
  stalling,
  status,
} from '@support/fake-endpoints.ts';
import { waitUntil } from '@support/wait-until.ts';
import { withEndpoints } from '@support/with-endpoints.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { cascade } from '../../packages/server/src/engines/cascade.ts';
import { endpointOf, thinkerOptions } from '../../packages/server/src/speech/http/cascade-config.ts';
import { openAiSpeaker } from '../../packages/server/src/speech/http/openai-speak.ts';
import { openAiThinker } from '../../packages/server/src/speech/http/openai-think.ts';
import { startServer, type TestServer } from '../../packages/server/src/testing.ts';

/** Short only while a timeout is what a test is about. */
let waitMs = LONG_WAIT_MS;
const budget = {
  get firstByteMs() {
    return waitMs;
  },
  get idleMs() {
    return waitMs;
  },
  ...{ totalMs: 60_000, retries: 1, pauseMs: 50 },
};

const fake = await withEndpoints();
const servers: Partial<Record<'chat' | 'responses', TestServer>> = {};
const log: string[] = [];

beforeAll(async () => {
  for (const api of ['chat', 'responses'] as const) {
    const env = { FAKE_KEY: 'sk-CANARY-KEY' };
    const think = { url: fake.url, model: 'tiny', api, key_env: 'FAKE_KEY' };
    const speak = { url: fake.url, model: 'tts', key_env: 'FAKE_KEY' };
    servers[api] = await startServer({
      engine: cascade({
        thinker: openAiThinker(thinkerOptions(think, { ...endpointOf('think', think, env), budget })),
        speaker: openAiSpeaker({
          endpoint: { ...endpointOf('speak', speak, env), budget },
          model: 'tts',
          rateHz: 24_000,
          speed: true,
        }),
      }),
      logLevel: 'debug',
      logTo: { write: (line) => void log.push(line) },
    });
  }
});
afterAll(async () => {
  for (const server of Object.values(servers)) await server.close();
});

/** One connection, its events in order. */
class Client {
  readonly events: ServerEvent[] = [];
  readonly #socket: WebSocket;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data) => {
      this.events.push(JSON.parse(String(data)) as ServerEvent);
    });
  }

  static async open(api: 'chat' | 'responses', modality: 'text' | 'audio'): Promise<Client> {
    const socket = new WebSocket(servers[api]?.realtimeURL ?? '');
    const client = new Client(socket);
    await client.until((event) => event.type === 'session.created');
    const tools = [{ type: 'function', name: 'weather', parameters: { type: 'object', properties: {} } }];
    client.send({ type: 'session.update', session: { type: 'realtime', output_modalities: [modality], tools } });
    await client.until((event) => event.type === 'session.updated');
    return client;
  }

  send(event: object): void {
    this.#socket.send(JSON.stringify(event));
  }

  ask(text: string): void {
    const content = [{ type: 'input_text', text }];
    this.send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } });
    this.send({ type: 'response.create' });
  }

  /** The first event from `from` on of which this holds. */
  async until(holds: (event: ServerEvent) => boolean, from = 0): Promise<ServerEvent> {
    return waitUntil('an event', () => this.events.slice(from).find(holds), { last: () => this.events.at(-1) });
  }

  /** Asks, waits for the end, and gives back the response and the events of this turn. */
  async turn(text: string) {
    const from = this.events.length;
    this.ask(text);
    const done = await this.until((event) => event.type === 'response.done', from);
    if (done.type !== 'response.done') expect.unreachable();
    return { response: done.response, events: this.events.slice(from) };
  }

  async close(): Promise<void> {
    this.#socket.close();
    await new Promise((resolve) => this.#socket.once('close', resolve));
  }
}

type Turn = Awaited<ReturnType<Client['turn']>>;
const isEnd = ({ type }: ServerEvent) => type === 'response.done';
const wordsOf = ({ events }: Turn): string =>
  events
    .map((event) =>
      event.type === 'response.output_text.delta' || event.type === 'response.output_audio_transcript.delta'
        ? event.delta
        : '',
    )
    .join('');
const audioBytes = ({ events }: Turn): number =>
  events
    .map((event) => (event.type === 'response.output_audio.delta' ? Buffer.from(event.delta, 'base64').length : 0))
    .reduce((sum, bytes) => sum + bytes, 0);

interface Expected {
  status: 'completed' | 'failed' | 'incomplete';
  code?: string;
  /** What the response's error says; its whole message. */
  message?: RegExp;
}
const FAILED: Expected = { status: 'failed', code: 'upstream_error' };
const LATE: Expected = { status: 'failed', code: 'upstream_timeout' };
const GOOD: Expected = { status: 'completed' };

/** How each stage takes each fault. `twice`: the fault meets the second attempt too. */
const FAULTS: [name: string, answer: Answer, think: Expected, speak: Expected][] = [
  ['slow', slowly(50), GOOD, GOOD],
  ['silent', silent, LATE, LATE],
  ['silent after its headers', mute, LATE, LATE],
  ['silent midway', stalling, LATE, LATE],
  ['500 again and again', status(500), FAILED, FAILED],
  ['401', status(401), FAILED, FAILED],
  ['429 again and again', status(429), FAILED, FAILED],
  ['a connection lost at once, again and again', dropped, FAILED, FAILED],
  ['cut midway', cut, FAILED, FAILED],
  ['garbage', garbage, FAILED, FAILED],
  ['a web page', html, FAILED, FAILED],
  ['nothing', empty, FAILED, FAILED],
  ['a redirect', redirected('https://elsewhere.example/CANARY-URL'), FAILED, FAILED],
  ['one byte at a time', bytewise, GOOD, GOOD],
];

async function suffer(client: Client, stage: FakeStage, answer: Answer, expected: Expected): Promise<Turn> {
  fake.reset();
  fake.next(stage, answer, ...(expected === GOOD ? [] : [answer]));
  waitMs = expected.code === 'upstream_timeout' ? SHORT_WAIT_MS : LONG_WAIT_MS;
  const turn = await client.turn('Hello?');
  waitMs = LONG_WAIT_MS;
  expect(turn.response.status).toBe(expected.status);
  const error = turn.response.status_details?.error;
  expect(error?.code ?? undefined).toBe(expected.code);
  if (expected.message) expect(error?.message).toMatch(expected.message);
  expect(turn.events.filter(isEnd)).toHaveLength(1);
  return turn;
}

/** The session goes on, and nothing of the turn before comes after it. */
async function goOn(client: Client): Promise<Turn> {
  fake.reset();
  const turn = await client.turn('And now?');
  expect(turn.response.status).toBe('completed');
  expect(wordsOf(turn)).toBe(GOOD_WORDS);
  expect(turn.events.filter(isEnd)).toHaveLength(1);
  return turn;
}

describe.each(['chat', 'responses'] as const)('a think endpoint (%s) that answers with', (api) => {
  let client: Client;
  beforeAll(async () => {
    client = await Client.open(api, 'text');
  });
  afterAll(() => client.close());

  it.each(FAULTS)('[RS33] %s ends one response, and the session goes on', async (_, answer, think) => {
    await suffer(client, 'think', answer, think);
    await goOn(client);
  });

  it.each<[string, Answer, Expected]>([
    ['heartbeats alone', heartbeats, { ...LATE, message: /no data within 0\.3 s/ }],
    ['heartbeats instead of the rest', heartbeatsAfterHalf, { ...LATE, message: /no further data within 0\.3 s/ }],
    ['half an answer', halved, FAILED],
    ['a line of 50 MB', flood, { ...FAILED, message: /too long/ }],
    ['an error inside its stream', saying(sse({ error: { message: 'CANARY-CONTENT' } })), FAILED],
    ['a lost connection, then well', dropped, GOOD],
    ['429, then well', status(429, { 'retry-after': '0' }), GOOD],
    ['503, then well', status(503), GOOD],
  ])('[RS33] %s ends one response, and the session goes on', async (_, answer, expected) => {
    await suffer(client, 'think', answer, expected);
    await goOn(client);
  });

  it('letters of four bytes, cut at every byte, arrives whole', async () => {
    const answer = '😀 𝄞';
    const text = api === 'chat' ? chatStream(answer) : responsesStream(answer);
    const from = Buffer.from(text).indexOf(Buffer.from('😀'));
    for (let at = from; at <= from + 4; at++) {
      fake.reset();
      fake.next('think', cutInTwo(at, text));
      expect(wordsOf(await client.turn('Sing.')), `cut at ${at}`).toBe(answer);
    }
  });
});

describe('a think endpoint (chat) that', () => {
  let client: Client;
  beforeAll(async () => {
    client = await Client.open('chat', 'text');
  });
  afterAll(() => client.close());

  it('leaves out [DONE] has answered all the same', async () => {
    await suffer(client, 'think', saying(chatStream().replace('data: [DONE]\n\n', '')), GOOD);
    await goOn(client);
  });

  it('[FN3] writes arguments that are no JSON has them passed on as they are', async () => {
    const call = { index: 0, id: 'call_x', function: { name: 'weather', arguments: '{"city": "Par' } };
    const answer = saying(sse(chunk({ tool_calls: [call] }), chunk({}, 'tool_calls'), '[DONE]'));
    const turn = await suffer(client, 'think', answer, GOOD);
    expect(turn.response.output).toMatchObject([
      { type: 'function_call', name: 'weather', arguments: '{"city": "Par' },
    ]);
    client.send({
      type: 'conversation.item.create',
      item: { type: 'function_call_output', call_id: 'call_x', output: 'those were no arguments' },
    });
    await goOn(client);
    expect(String(fake.of('think')[0]?.body)).toContain('those were no arguments');
  });

  it('[FN11] calls what was not offered, or nothing at all, fails one response', async () => {
    const calling = (name: string) =>
      saying(
        sse(
          chunk({ tool_calls: [{ index: 0, id: 'y', function: { name, arguments: '{}' } }] }),
          chunk({}, 'tool_calls'),
        ),
      );
    await suffer(client, 'think', calling('rm'), { status: 'failed', code: 'invalid_tool_call' });
    await suffer(client, 'think', calling(''), { status: 'failed', code: 'invalid_tool_call' });
    await goOn(client);
  });

  it('[RS22] reaches its limit ends an incomplete response', async () => {
    const answer = saying(sse(chunk({ content: 'So' }), chunk({}, 'length'), '[DONE]'));
    await suffer(client, 'think', answer, { status: 'incomplete' });
    await goOn(client);
  });
});

describe('a speak endpoint that answers with', () => {
  let client: Client;
  beforeAll(async () => {
    client = await Client.open('chat', 'audio');
  });
  afterAll(() => client.close());

  it.each(FAULTS)('[RS33] %s ends one response, and the session goes on', async (_, answer, _think, speak) => {
    await suffer(client, 'speak', answer, speak);
    expect(audioBytes(await goOn(client))).toBeGreaterThan(4000);
  });

  it('500, then well, is heard', async () => {
    expect(audioBytes(await suffer(client, 'speak', status(500), GOOD))).toBeGreaterThan(4000);
  });
});

describe('a response that nobody wants any more', () => {
  it.each<[string, FakeStage, Answer]>([
    ['before the first word', 'think', silent],
    ['in the middle of the words', 'think', stalling],
    ['before the first sound', 'speak', silent],
    ['in the middle of the sound', 'speak', stalling],
  ])('[RS25] is cancelled %s: every request is hung up on, and the session goes on', async (_, stage, answer) => {
    const client = await Client.open('chat', stage === 'think' ? 'text' : 'audio');
    fake.next(stage, answer, answer);
    // Words that go on while they are being spoken: both requests run.
    if (stage === 'speak') fake.next('think', stalling);
    const from = client.events.length;
    client.ask('Hello?');
    await waitUntil(`a request to ${stage}`, () => fake.of(stage).length > 0);
    client.send({ type: 'response.cancel' });
    const done = await client.until(isEnd, from);
    expect(done).toMatchObject({ response: { status: 'cancelled' } });
    await fake.hungUp(stage);
    if (stage === 'speak') await fake.hungUp('think');
    expect(fake.requests.every((request) => request.wasAborted)).toBe(true);
    await goOn(client);
    await client.close();
  });

  it('is given up with its connection', async () => {
    const client = await Client.open('chat', 'text');
    fake.next('think', silent);
    client.ask('Hello?');
    await waitUntil('a request to think', () => fake.of('think').length > 0);
    await client.close();
    await fake.hungUp('think');
  });
});

describe('what endpoints are told, and what is told of them', () => {
  it("[AU27] sends the operator's key, never the client's, and repeats neither that nor what they say", async () => {
    const client = await Client.open('chat', 'text');
    await goOn(client);
    expect(fake.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer sk-CANARY-KEY']);
    await client.close();
    const sent = servers.chat?.sent().concat(servers.responses?.sent() ?? []);
    expect(JSON.stringify(sent)).not.toContain('CANARY');
    expect(log.join('\n')).not.toContain('CANARY');
  });
});
