// Clients that speak the beta shape. openai-realtime-api 1.0.8 runs unmodified; the openings recorded from the others are
// replayed, since openai-realtime-api-beta is not published as a package.
//
// [BT14] No suite of theirs ships in a package, so none is run here: what they demand of a server is told anew below.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { BETA_SERVER_EVENT_TYPES } from '@colloquy/protocol/beta';
import { type BetaPolicy, betaTransport, createServer, type Line, parrot, webSocketTransport } from '@colloquy/server';
import { runClient } from '@support/child.ts';
import { parrotSays } from '@support/parrot-voice.ts';
import { type Opened, openRaw } from '@support/raw-socket.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';

const KEY = 'sk-test';
const MS_PER_WORD = 200;
const BYTES_PER_MS = 48;

interface Recorded {
  client: string;
  package: string;
  wire: 'ga' | 'beta';
  request: { target: string; headers: [string, string][] };
  answer: { status: number; select_subprotocol: string | null };
  first_events: Record<string, unknown>[];
}
const FIXTURE = join(import.meta.dirname, '../data/fixtures/handshakes.json');
const recorded = (JSON.parse(readFileSync(FIXTURE, 'utf8')) as { clients: Recorded[] }).clients.filter(
  ({ wire }) => wire === 'beta',
);

/** A server whose log and lines are kept: no test wants a fault in one, and some look at what reached the session. */
async function serving(beta?: BetaPolicy, refusals: 'status' | 'event' = 'status') {
  const faults: string[] = [];
  const lines: Line[] = [];
  const temperatures: (number | undefined)[] = [];
  const spoken = parrot({ pace: 10 });
  const server = createServer({
    ...{ port: 0, keys: [KEY], refusals, logLevel: 'warn' as const },
    ...(beta && { beta }),
    engine: {
      name: 'parrot',
      respond(request, host) {
        temperatures.push(request.config.temperature);
        return spoken.respond(request, host);
      },
    },
    logTo: { write: (line) => void faults.push(line) },
    onLine: (_, line) => void lines.push(line),
  });
  const { url } = await server.listen();
  const stop = async () => {
    await server.close({ graceMs: 0 });
    return faults;
  };
  return { url, lines, temperatures, stop };
}

type Serving = Awaited<ReturnType<typeof serving>>;
const BETA = [
  ['Authorization', `Bearer ${KEY}`],
  ['OpenAI-Beta', 'realtime=v1'],
] as const;
const UPGRADE = [
  ['Sec-WebSocket-Version', '13'],
  ['Connection', 'Upgrade'],
  ['Upgrade', 'websocket'],
] as const;

/** The next event of a type, and those before it. */
async function until(opened: Opened, type: string) {
  const seen = [await opened.next()];
  while (seen.at(-1)?.type !== type) seen.push(await opened.next());
  return seen;
}
const last = async (opened: Opened, type: string) => (await until(opened, type)).at(-1) as Record<string, unknown>;
const say = (opened: Opened, event: object) => opened.send(JSON.stringify(event));

interface Answer {
  once: number[];
  [field: string]: unknown;
}
interface Report {
  first: string[];
  items: unknown[];
  session: Record<string, unknown>;
  text: Answer;
  spoken: Answer;
  appended: Answer;
  plain: Answer;
  errors: unknown[];
  types: string[];
  refused: Record<string, unknown>;
  [field: string]: unknown;
}

describe.each(['headers', 'subprotocols'])('openai-realtime-api, chosen by %s', (way) => {
  it('[BT1, BT3, BT4, BT6, BT7, BT10, BT14] lives its whole life without one error it did not ask for', async () => {
    const server = await serving('serve');
    const input = { url: `${server.url.replace('http', 'ws')}/v1/realtime`, apiKey: KEY, way };
    const { code, report, stderr } = await runClient<Report>('openai-realtime-api.mjs', input, {
      node: ['--experimental-websocket'],
    });
    expect(code, stderr).toBe(0);
    if (!report) throw new Error('the client said nothing');

    expect([report.before, report.connected, report.after]).toEqual([false, true, false]);
    expect(report.first.slice(0, 2).toSorted()).toEqual(['client session.update', 'server session.created']);
    expect(report.session).toMatchObject({
      object: 'realtime.session',
      modalities: ['audio', 'text'],
      voice: 'alloy',
      input_audio_format: 'pcm16',
      output_audio_format: 'pcm16',
      input_audio_transcription: { model: 'whisper-1' },
      turn_detection: null,
      tools: [],
      tool_choice: 'auto',
      temperature: 0.7,
      max_response_output_tokens: 4096,
    });
    expect(report.session).not.toHaveProperty('type');
    expect(report.session).not.toHaveProperty('audio');

    expect(report.items).toEqual([
      ['user', 'completed', 'How are you?'],
      ['assistant', 'in_progress', ''],
    ]);
    for (const [answer, question] of [
      [report.text, 'How are you?'],
      [report.spoken, undefined],
      [report.appended, undefined],
    ] as const) {
      const text = question === undefined ? 'You said 300 ms of audio' : `You said: ${question}`;
      expect(answer).toMatchObject({ status: 'completed', said: text, transcript: text, text: '', usage: true });
      expect(answer).toMatchObject({ modalities: ['audio', 'text'], parts: ['audio'], temperature: 0.7 });
      expect(answer.audio_bytes).toBe(text.split(' ').length * MS_PER_WORD * BYTES_PER_MS);
      expect(answer.once).toEqual([1, 1, 1, 1]);
    }
    expect(report.text.audio_sha256).toBe((await parrotSays('How are you?')).sha256);
    expect(report.heard_bytes).toBe(300 * BYTES_PER_MS);
    expect(report.plain).toMatchObject({ modalities: ['text'], parts: ['text'], text: 'You said: in words' });

    expect(report.call).toMatchObject({ name: 'add', arguments: '{"a":1,"b":2}', call_id: expect.any(String) });
    expect(report.tool).toBe('You said: call add {"a":1,"b":2} 3');

    expect([report.cancelled, report.cut, report.cut_samples]).toEqual(['cancelled', 100, 2400]);
    expect(report.forgotten).toBe(true);

    expect(report.errors).toEqual([]);
    expect(report.refused).toMatchObject({ code: 'decimal_above_max_value', param: 'session.temperature' });
    expect(report.refused_names_event).toBe(true);
    for (const type of report.types) expect(BETA_SERVER_EVENT_TYPES).toContain(type);

    expect(server.temperatures.every((temperature) => temperature === 0.7)).toBe(true);
    expect(await server.stop()).toEqual([]);
  });
});

describe('openings of beta clients', () => {
  let server: Serving;
  beforeAll(async () => {
    server = await serving('serve');
  });
  afterAll(async () => expect(await server.stop()).toEqual([]));
  const titled = recorded.map((each) => ({ title: `${each.client} of ${each.package}`, each }));

  it('the recording holds the clients we know of', () => expect(recorded).toHaveLength(3));

  it.each(titled)(
    '[BT1, AU7, AU14] $title is let in, and its first frames bring what it waits for',
    async ({ each }) => {
      const opened = await openRaw(server.url, each.request.target, each.request.headers);
      expect(opened.status).toBe(each.answer.status);
      expect(opened.headers['sec-websocket-protocol'] ?? null).toBe(each.answer.select_subprotocol);
      for (const event of each.first_events) say(opened, event);
      const seen = await until(opened, 'response.done');
      expect(seen[0]).toMatchObject({ type: 'session.created', session: { temperature: 0.8 } });
      expect(seen.filter(({ type }) => type === 'session.updated')).toHaveLength(1);
      expect(seen.filter(({ type }) => type === 'error')).toEqual([]);
      expect(seen.some(({ type }) => type === 'response.audio.delta')).toBe(true);
      expect(await opened.close()).toBeUndefined();
    },
  );

  it('[BT8] a transcription connection speaks transcription_session.*', async () => {
    const opened = await openRaw(server.url, '/v1/realtime?intent=transcription', [...UPGRADE, ...BETA]);
    const session = { input_audio_format: 'g711_ulaw', input_audio_transcription: { model: 'whisper-1' } };
    say(opened, { type: 'transcription_session.update', event_id: 'e', session });
    const updated = await last(opened, 'transcription_session.updated');
    expect(updated.session).toMatchObject({ ...session, object: 'realtime.transcription_session' });
    say(opened, { type: 'session.update', event_id: 'wrong', session: {} });
    expect((await last(opened, 'error')).error).toMatchObject({
      code: 'invalid_value',
      param: 'type',
      event_id: 'wrong',
    });
    opened.destroy();
  });

  it('[BT7, BT9, LM10] a refusal is one error with beta names, counted like any other, and changes nothing', async () => {
    const opened = await openRaw(server.url, '/v1/realtime?model=m', [...UPGRADE, ...BETA]);
    say(opened, { type: 'session.update', event_id: 'a', session: { voice: 'ash', output_modalities: ['text'] } });
    say(opened, {
      type: 'session.update',
      event_id: 'b',
      session: { turn_detection: { type: 'server_vad', threshold: 2 } },
    });
    say(opened, { type: 'response.create', response: { temperature: 0 } });
    say(opened, { type: 'session.update', session: {} });
    const seen = await until(opened, 'session.updated');
    const errors = seen.filter(({ type }) => type === 'error').map(({ error }) => error);
    expect(errors).toMatchObject([
      { code: 'unknown_parameter', param: 'session.output_modalities', event_id: 'a' },
      { code: 'decimal_above_max_value', param: 'session.turn_detection.threshold', event_id: 'b' },
      { code: 'decimal_below_min_value', param: 'response.temperature', event_id: null },
    ]);
    expect(seen.at(-1)).toMatchObject({ session: { voice: 'marin', temperature: 0.8 } });
    for (let index = 0; index < 110; index++) say(opened, { type: 'session.update', session: { audio: {} } });
    await expect(until(opened, 'never')).rejects.toThrow('1008');
    opened.destroy();
  });

  it('[BT2] what the session was told is GA alone', () => {
    const received = server.lines.flatMap((line) => (line.from === 'client' ? [JSON.stringify(line.event)] : []));
    expect(received.length).toBeGreaterThan(5);
    expect(
      received.filter((event) => /modalities"|transcription_session|input_audio_format|temperature/.test(event)),
    ).toEqual(received.filter((event) => /"output_modalities"/.test(event)));
  });
});

describe('where beta is not served', () => {
  it.each(recorded)(
    '[BT2, ER49, ER51] $client of $package is told so after the upgrade, and closed 4000',
    async (each) => {
      const server = await serving();
      const opened = await openRaw(server.url, each.request.target, each.request.headers);
      expect(opened.status).toBe(101);
      expect(await opened.next()).toMatchObject({
        type: 'error',
        error: { type: 'invalid_request_error', code: 'beta_api_shape_disabled', param: null, event_id: null },
      });
      await expect(opened.next()).rejects.toThrow('closed with 4000');
      opened.destroy();
      expect(server.lines).toEqual([]);
      await server.stop();
    },
  );

  it('[BT2, AU10] a wrong key is refused before that', async () => {
    const server = await serving();
    const headers = [...UPGRADE, ['Authorization', 'Bearer sk-wrong'], ['OpenAI-Beta', 'realtime=v1']] as const;
    expect((await openRaw(server.url, '/v1/realtime?model=m', headers)).status).toBe(401);
    await server.stop();
  });
});

describe("Azure's beta address", () => {
  const TARGET = '/openai/realtime?api-version=2024-10-01-preview&deployment=my-gpt';
  const AZURE = [...UPGRADE, ['api-key', KEY]] as const;

  it('[AU1, AU7, BT1] holds a conversation with the beta client of openai-node, which names a deployment', async () => {
    const server = await serving('serve');
    const input = { endpoint: server.url.replace('http', 'https'), apiKey: KEY, deployment: 'my-gpt' };
    const { code, report, stderr } = await runClient<Record<string, unknown>>('openai-azure-beta.mjs', input);
    expect(code, stderr).toBe(0);
    expect(report).toMatchObject({ path: expect.stringMatching(/^\/openai\/realtime$/), errors: [], code: 1000 });
    expect(report?.session).toMatchObject({
      object: 'realtime.session',
      model: 'my-gpt',
      modalities: ['audio', 'text'],
    });
    expect(report?.text).toBe('You said: How are you?');
    expect(BETA_SERVER_EVENT_TYPES).toEqual(expect.arrayContaining(report?.types as string[]));
    expect(await server.stop()).toEqual([]);
  });

  it.each([TARGET, TARGET.replace('?', '/?')])(
    '[AU1, AU7, BT1] opens a beta session at %s, without a header',
    async (target) => {
      const server = await serving('serve');
      const opened = await openRaw(server.url, target, AZURE);
      expect(await opened.next()).toMatchObject({
        type: 'session.created',
        session: { model: 'my-gpt', temperature: 0.8 },
      });
      opened.destroy();
      expect(await server.stop()).toEqual([]);
    },
  );

  it('[AU1, AU6] opens a transcription session, with or without a deployment', async () => {
    const server = await serving('serve');
    for (const query of ['?intent=transcription', '?intent=transcription&api-version=x&deployment=whisper']) {
      const opened = await openRaw(server.url, `/openai/realtime${query}`, AZURE);
      expect(await opened.next()).toMatchObject({
        type: 'session.created',
        session: { object: 'realtime.transcription_session' },
      });
      opened.destroy();
    }
    expect(await server.stop()).toEqual([]);
  });

  it.each([
    ['?api-version=x', 'missing_model', 400],
    ['?deployment=a&deployment=b', 'invalid_value', 400],
    ['?deployment=a&call_id=rtc_1', 'invalid_value', 400],
  ])('[AU3, AU4] refuses %s: %s', async (query, code, status) => {
    const server = await serving('serve');
    const opened = await openRaw(server.url, `/openai/realtime${query}`, AZURE);
    expect([opened.status, opened.body]).toEqual([status, expect.stringContaining(code)]);
    await server.stop();
  });

  it('[AU1, BT2, ER49] is refused like any beta client where beta is not served', async () => {
    const server = await serving();
    const opened = await openRaw(server.url, TARGET, AZURE);
    expect(await opened.next()).toMatchObject({ type: 'error', error: { code: 'beta_api_shape_disabled' } });
    await expect(opened.next()).rejects.toThrow('closed with 4000');
    opened.destroy();
    await server.stop();
  });

  it('[AU10] refuses a wrong key before that', async () => {
    const server = await serving();
    expect((await openRaw(server.url, TARGET, [...UPGRADE, ['api-key', 'wrong']])).status).toBe(401);
    await server.stop();
  });
});

it('[BT13] in refusal mode event a wrong key is accepted, told by error, then closed', async () => {
  const server = await serving('serve', 'event');
  // What openai-realtime-api-beta sends without a key: the word `null`.
  const protocols = 'realtime, openai-insecure-api-key.null, openai-beta.realtime-v1';
  const opened = await openRaw(server.url, '/v1/realtime?model=m', [...UPGRADE, ['Sec-WebSocket-Protocol', protocols]]);
  expect([opened.status, opened.headers['sec-websocket-protocol']]).toEqual([101, 'realtime']);
  expect(await opened.next()).toMatchObject({
    type: 'error',
    error: { code: 'invalid_api_key', message: expect.stringContaining('Incorrect API key provided') },
  });
  await expect(opened.next()).rejects.toThrow('closed with 3000');
  opened.destroy();
  await server.stop();
});

/** The bridge on its own: beta clients in front, any GA server behind, and nothing of a session between. */
async function pipeTo(upstreamUrl: string) {
  const front = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(front, 'listening');
  front.on('connection', async (socket) => {
    const client = betaTransport(webSocketTransport(socket));
    const upstream = new WebSocket(upstreamUrl, { headers: { authorization: `Bearer ${KEY}` } });
    upstream.on('message', (data) => client.send(data.toString()));
    upstream.on('close', (code) => client.close(code, ''));
    await once(upstream, 'open');
    for await (const frame of client.frames) upstream.send(frame);
    upstream.close(1000);
  });
  const stop = async () => {
    for (const each of front.clients) each.terminate();
    front.close();
    await once(front, 'close');
  };
  return { url: `ws://127.0.0.1:${(front.address() as AddressInfo).port}/v1/realtime`, stop };
}

it('[BT12] a beta client lives the same life through the bridge at a GA upstream, which never learns of it', async () => {
  const upstream = await serving('refuse');
  const pipe = await pipeTo(`${upstream.url.replace('http', 'ws')}/v1/realtime?model=gpt-realtime`);
  const input = { url: pipe.url, apiKey: KEY, way: 'headers' };
  const { code, report, stderr } = await runClient<Report>('openai-realtime-api.mjs', input);
  expect(code, stderr).toBe(0);
  expect(report).toMatchObject({
    errors: [],
    session: { modalities: ['audio', 'text'], temperature: 0.7 },
    text: { transcript: 'You said: How are you?', temperature: 0.7 },
    tool: 'You said: call add {"a":1,"b":2} 3',
    plain: { text: 'You said: in words' },
    cancelled: 'cancelled',
    refused: { code: 'decimal_above_max_value', param: 'session.temperature' },
  });
  expect(upstream.temperatures.every((temperature) => temperature === undefined)).toBe(true);
  await pipe.stop();
  expect(await upstream.stop()).toEqual([]);
});
