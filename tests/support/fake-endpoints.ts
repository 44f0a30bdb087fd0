// OpenAI-compatible endpoints over real HTTP with correct and faulty answers.

import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { waitUntil } from './wait-until.ts';

export type FakeStage = 'transcribe' | 'think' | 'speak';

/** A request as it came. */
export interface EndpointRequest {
  readonly stage: FakeStage;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Whether the asker hung up before the answer was over. */
  wasAborted: boolean;
  /** Whether all of an answer was sent. */
  isAnswered: boolean;
}

/** Answers one request, well or not. */
export type Answer = (response: ServerResponse, request: EndpointRequest, good: Good) => void | Promise<void>;

/** What would have been a good answer. */
export interface Good {
  readonly type: string;
  readonly bytes: Buffer;
}

export interface FakeEndpoints {
  /** `http://127.0.0.1:49152/v1` */
  readonly url: string;
  /** Every request so far, in the order they came. */
  readonly requests: EndpointRequest[];
  /** What `/v1/models` lists; a 404 while there are none. */
  models: readonly string[];
  /** How a stage answers when nothing else is asked of it; well, unless set. */
  readonly usual: Partial<Record<FakeStage, Answer>>;
  of(stage: FakeStage): EndpointRequest[];
  /** Answers the next requests of a stage so, one after the other, and well afterwards. */
  next(stage: FakeStage, ...answers: Answer[]): void;
  /** How long to wait for the next answers of a stage, in milliseconds: long, unless one of them falls silent. */
  patienceMs(stage: FakeStage): number;
  /** Forgets what was asked and what is to be answered. */
  reset(): void;
  /** Resolves once so many requests of a stage have been given up by the asker. */
  hungUp(stage: FakeStage, count?: number): Promise<void>;
  close(): Promise<void>;
}

/** Words of the good answer: some of them take four bytes a letter, and it is two sentences. */
export const GOOD_WORDS = 'Good morning, 𝄞 friend 😀. All is well.';
export const GOOD_TRANSCRIPT = 'what was said 😀';

/** For an answer that falls silent: the wait is certain to end in a timeout, so that it may be short. */
export const SHORT_WAIT_MS = 300;
/** For an answer that comes: however busy the machine, it comes within this. */
export const LONG_WAIT_MS = 20_000;

const STAGES: Record<string, FakeStage> = {
  '/v1/chat/completions': 'think',
  '/v1/responses': 'think',
  '/v1/audio/transcriptions': 'transcribe',
  '/v1/audio/speech': 'speak',
};

export async function fakeEndpoints(): Promise<FakeEndpoints> {
  const requests: EndpointRequest[] = [];
  const queues: Record<FakeStage, Answer[]> = { transcribe: [], think: [], speak: [] };
  const server = createServer(async (request, response) => {
    const path = request.url ?? '';
    const stage = STAGES[path.split('?')[0] ?? ''];
    if (path.startsWith('/v1/models') && fake.models.length > 0) {
      response.writeHead(200, { 'content-type': 'application/json' });
      return void response.end(JSON.stringify({ object: 'list', data: fake.models.map((id) => ({ id })) }));
    }
    if (!stage) return void response.writeHead(404).end();
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const seen: EndpointRequest = {
      stage,
      path,
      headers: request.headers,
      body: Buffer.concat(chunks),
      wasAborted: false,
      isAnswered: false,
    };
    requests.push(seen);
    response.on('finish', () => {
      seen.isAnswered = true;
    });
    response.on('close', () => {
      seen.wasAborted = !response.writableFinished && !cutByUs.has(response);
    });
    const answer = queues[stage].shift() ?? fake.usual[stage] ?? well;
    await Promise.resolve(answer(response, seen, goodAnswer(seen))).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const fake: FakeEndpoints = {
    url: `http://127.0.0.1:${port}/v1`,
    requests,
    models: [],
    usual: {},
    of: (stage) => requests.filter((each) => each.stage === stage),
    next: (stage, ...answers) => void queues[stage].push(...answers),
    patienceMs: (stage) => (queues[stage].some((answer) => FALLS_SILENT.has(answer)) ? SHORT_WAIT_MS : LONG_WAIT_MS),
    reset() {
      requests.length = 0;
      fake.models = [];
      for (const queue of Object.values(queues)) queue.length = 0;
    },
    async hungUp(stage, count = 1) {
      const givenUp = () => requests.filter((each) => each.stage === stage && each.wasAborted).length;
      await waitUntil(`${count} requests of ${stage} to be given up`, () => givenUp() >= count, { last: givenUp });
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return fake;
}

// ---- Good answers ----

export const sse = (...values: unknown[]): string =>
  values.map((value) => `data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`).join('');

/** One chunk of a chat completion. */
export const chunk = (delta: object, finish_reason: string | null = null): object => ({
  object: 'chat.completion.chunk',
  choices: [{ index: 0, delta, finish_reason }],
});

const chatUsage = {
  choices: [],
  usage: { prompt_tokens: 30, completion_tokens: 12, total_tokens: 42, prompt_tokens_details: { cached_tokens: 8 } },
};

/** `a`, ` b`, … */
const wordsOf = (text: string): string[] => text.match(/\s*\S+/g) ?? [];

export const chatStream = (text = GOOD_WORDS): string =>
  sse(
    chunk({ role: 'assistant' }),
    ...wordsOf(text).map((content) => chunk({ content })),
    chunk({}, 'stop'),
    chatUsage,
    '[DONE]',
  );

export const responsesStream = (text = GOOD_WORDS): string =>
  sse(
    { type: 'response.created', response: { status: 'in_progress' } },
    { type: 'response.output_item.added', output_index: 0, item: { type: 'message', id: 'msg_1' } },
    ...wordsOf(text).map((delta) => ({
      type: 'response.output_text.delta',
      item_id: 'msg_1',
      output_index: 0,
      delta,
    })),
    {
      type: 'response.completed',
      response: { status: 'completed', usage: { input_tokens: 30, output_tokens: 12, total_tokens: 42 } },
    },
  );

/** 100 ms of a tone at 24 kHz. */
export function tonePcm(): Buffer {
  const bytes = Buffer.alloc(4800);
  for (let i = 0; i < 2400; i++)
    bytes.writeInt16LE(Math.round(8000 * Math.sin((i * 440 * 2 * Math.PI) / 24_000)), i * 2);
  return bytes;
}

function goodAnswer({ stage, path }: EndpointRequest): Good {
  if (stage === 'speak') return { type: 'audio/pcm', bytes: tonePcm() };
  if (stage === 'transcribe')
    return { type: 'application/json', bytes: Buffer.from(JSON.stringify({ text: GOOD_TRANSCRIPT })) };
  const text = path.startsWith('/v1/responses') ? responsesStream() : chatStream();
  return { type: 'text/event-stream; charset=utf-8', bytes: Buffer.from(text) };
}

// ---- Ways to answer ----

const cutByUs = new WeakSet<ServerResponse>();
const head = (response: ServerResponse, type: string, status = 200) => {
  response.writeHead(status, { 'content-type': type });
  response.flushHeaders();
};
const write = (response: ServerResponse, bytes: Uint8Array | string) =>
  new Promise<void>((resolve) => response.write(bytes, () => setImmediate(resolve)));

export const well: Answer = (response, _, { type, bytes }) => {
  head(response, type);
  response.end(bytes);
};

/** These bytes, as they are. */
export const saying =
  (text: string | Buffer, type = 'text/event-stream', status = 200): Answer =>
  (response) => {
    head(response, type, status);
    response.end(text);
  };

/** A good answer that takes its time, in so many pieces with so many milliseconds before each. */
export const slowly =
  (ms: number, pieces = 5): Answer =>
  async (response, _, { type, bytes }) => {
    const size = Math.ceil(bytes.length / pieces);
    await pause(ms);
    head(response, type);
    for (let at = 0; at < bytes.length; at += size) {
      await pause(ms);
      await write(response, bytes.subarray(at, at + size));
    }
    response.end();
  };

/** Takes the request and says nothing at all. */
export const silent: Answer = () => {};

/** Says that it will answer, and then nothing. */
export const mute: Answer = (response, _, { type }) => head(response, type);

/** Half of a good answer, then nothing, the connection open. */
export const stalling: Answer = async (response, _, { type, bytes }) => {
  head(response, type);
  await write(response, bytes.subarray(0, bytes.length >> 1));
};

/** Comments, for ever. */
export const heartbeats: Answer = async (response) => {
  head(response, 'text/event-stream');
  while (!response.destroyed) {
    await write(response, ': still here\n\n');
    await pause(10);
  }
};

/** The beginning of a good answer, then comments for ever. */
export const heartbeatsAfterHalf: Answer = async (response, _, good) => {
  head(response, good.type);
  // A whole number of records: half a line would take the comments in.
  const text = good.bytes.toString();
  await write(response, text.slice(0, text.indexOf('\n\n', text.length >> 1) + 2));
  while (!response.destroyed) {
    await write(response, ': still here\n\n');
    await pause(10);
  }
};

/** Answers that only a time limit ends. */
const FALLS_SILENT: ReadonlySet<Answer> = new Set([silent, mute, stalling, heartbeats, heartbeatsAfterHalf]);

/** An error, its message quoting what nobody else may see. */
export const status =
  (code: number, headers: Record<string, string> = {}, error: object = {}): Answer =>
  (response, { headers: request }) => {
    const body = { error: { message: `you sent ${request.authorization} CANARY-CONTENT`, ...error } };
    response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };

/** The connection is lost before anything was said. */
export const dropped: Answer = (response) => {
  cutByUs.add(response);
  response.destroy();
};

/** The connection is lost halfway. */
export const cut: Answer = async (response, _, { type, bytes }) => {
  head(response, type);
  await write(response, bytes.subarray(0, bytes.length >> 1));
  await pause(20);
  cutByUs.add(response);
  response.destroy();
};

/** The answer ends in order, but halfway. */
export const halved: Answer = (response, _, { type, bytes }) => {
  head(response, type);
  response.end(bytes.subarray(0, bytes.length >> 1));
};

/** Bytes of no meaning under the right name: 4 KB from a fixed seed, with an MP3's or an Ogg file's beginning for sound. */
export const garbage: Answer = (response, { stage }, { type }) => {
  head(response, type);
  const bytes = Buffer.alloc(4096);
  let state = 12_345;
  for (let i = 0; i < bytes.length; i++) {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    bytes[i] = state >> 16;
  }
  if (stage === 'speak') bytes.write('OggS', 0, 'latin1');
  response.end(bytes);
};

export const html: Answer = saying('<!DOCTYPE html><title>Sign in</title>CANARY-CONTENT', 'text/html; charset=utf-8');

export const empty: Answer = (response, _, { type }) => {
  head(response, type);
  response.end();
};

/** 50 MB without a line end. */
export const flood: Answer = async (response, _, { type }) => {
  head(response, type);
  const block = Buffer.alloc(1024 * 1024, 'x');
  for (let i = 0; i < 50 && !response.destroyed; i++) await write(response, block);
  response.end();
};

/** A good answer, one byte at a time. */
export const bytewise: Answer = async (response, _, { type, bytes }) => {
  head(response, type);
  for (const byte of bytes) await write(response, Uint8Array.of(byte));
  response.end();
};

/** A good answer in two pieces, cut at this byte. */
export const cutInTwo =
  (at: number, body: string | Buffer, type = 'text/event-stream'): Answer =>
  async (response) => {
    const bytes = Buffer.from(body as string);
    head(response, type);
    await write(response, bytes.subarray(0, at));
    response.end(bytes.subarray(at));
  };

export const redirected =
  (location: string): Answer =>
  (response) =>
    void response.writeHead(307, { location }).end();
