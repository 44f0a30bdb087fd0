// The relay and upstreams that misbehave, over real sockets: whatever they do, the client is told how things stand, nothing of
// ours reaches whom it should not, and nobody waits for ever.

import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import type { ResponseUsage, ServerOptions } from '@colloquy/server';
import { dial, KEY, mint, post, start, stopAll, stops, TEXT, withKey } from '@support/dial.ts';
import { CREATED, fakeUpstream, nextOf } from '@support/fake-upstream.ts';
import { recordedFiles } from '@support/recorded-files.ts';
import { waitUntil } from '@support/wait-until.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';

afterEach(stopAll);

const UPSTREAM_KEY = 'sk-upstream-key-0123456789';
const UNREACHABLE = { status: 502, retryAfter: undefined };

/** A relay to `url`, and a client of it that has read `session.created`. */
async function relayTo(url: string, options: ServerOptions = {}) {
  const relay = await start({ upstream: { url, key: UPSTREAM_KEY }, ...options });
  return { ...relay, dial: (...more: unknown[]) => dial(relay.url, ...(more as [])) };
}

const begun = (id: string) => ({
  type: 'response.created',
  event_id: 'event_2',
  response: { object: 'realtime.response', id, status: 'in_progress', output: [] },
});

describe('credentials', () => {
  it("[RL1, AU27] shows the upstream the operator's credential and nothing of the client's", async () => {
    const fake = await fakeUpstream();
    const { dial } = await relayTo(fake.url, { keys: [KEY], upstream: { url: fake.url, key: UPSTREAM_KEY } });
    const CANARY = 'canary';
    const headers = {
      authorization: `Bearer ${KEY}`,
      cookie: `session=${CANARY}`,
      'x-api-key': CANARY,
      'openai-organization': CANARY,
      'openai-project': CANARY,
      'user-agent': CANARY,
      'x-forwarded-for': CANARY,
    };
    await dial({ headers }).next('session.created');
    const viaProtocol = new WebSocket(
      `${(await relayTo(fake.url, { keys: [KEY] })).url.replace('http', 'ws')}/v1/realtime?model=gpt-realtime`,
      ['realtime', `openai-insecure-api-key.${KEY}`],
    );
    stops.push(() => viaProtocol.terminate());
    await once(viaProtocol, 'message');
    expect(fake.requests).toHaveLength(2);
    for (const { url, rawHeaders, headers } of fake.requests) {
      expect(url).toBe('/v1/realtime?model=gpt-realtime');
      expect(headers.authorization).toBe(`Bearer ${UPSTREAM_KEY}`);
      expect(rawHeaders.join('\n')).not.toMatch(new RegExp(`${CANARY}|${KEY}`));
    }
  });

  it('shows it the way Azure has it, with what else was configured', async () => {
    const fake = await fakeUpstream();
    const headers = { 'x-tenant': 'acme' };
    const url = `${fake.url}?api-version=2025-08-28`;
    const { dial } = await relayTo(url, { upstream: { url, key: UPSTREAM_KEY, auth: 'api-key', headers } });
    await dial().next('session.created');
    const [request] = fake.requests;
    expect(request?.headers).toMatchObject({ 'api-key': UPSTREAM_KEY, 'x-tenant': 'acme' });
    expect(request?.headers.authorization).toBeUndefined();
    expect(request?.url).toBe('/v1/realtime?api-version=2025-08-28&model=gpt-realtime');
  });

  it('[AU10, AU18] dials nobody for a client that is turned away', async () => {
    const fake = await fakeUpstream();
    const { dial } = await relayTo(fake.url, { keys: [KEY], models: ['cheap'] });
    expect((await dial().refused).status).toBe(401);
    expect((await dial({ ...withKey(KEY), origin: 'https://evil.example' }).refused).status).toBe(403);
    expect((await dial(withKey(KEY), '?model=dear').refused).status).toBe(403);
    expect(fake.requests).toEqual([]);
  });

  it('[RL9] puts the model into one parameter, whatever it holds', async () => {
    const fake = await fakeUpstream();
    const { dial } = await relayTo(fake.url);
    const model = 'x&api-key=mine#/../..?a=b\r\nX-Evil: 1';
    await dial({}, `?model=${encodeURIComponent(model)}`).next('session.created');
    const target = new URL(fake.requests[0]?.url ?? '', 'ws://host');
    expect([target.pathname, [...target.searchParams]]).toEqual(['/v1/realtime', [['model', model]]]);
    expect(fake.requests[0]?.headers['x-evil']).toBeUndefined();
  });

  it('[RL6] keeps its own key out of what clients and logs are told', async () => {
    const fake = await fakeUpstream();
    const { dial, logged } = await relayTo(fake.url);
    const client = dial();
    await client.next('session.created');
    const { say, socket } = await nextOf(fake.connections);
    const error = { type: 'x', code: 'y', param: null, event_id: null, message: `you sent ${UPSTREAM_KEY}, wrong` };
    say({ type: 'error', event_id: 'e', error }, { type: 'dream', words: [`say ${UPSTREAM_KEY}`] });
    const received = [await client.next('error'), await client.next('dream' as never)];
    socket.close(4001, `bad ${UPSTREAM_KEY} for 127.0.0.1`);
    const [code, reason] = await client.closed;
    expect([code, reason]).toEqual([4001, 'bad [REDACTED] for [REDACTED]']);
    expect(JSON.stringify(received) + logged.join('')).not.toMatch(/sk-upstream|127\.0\.0\.1:\d+\/v1/);
  });

  it('[AU24] opens a session with what a client secret says, which the upstream never sees', async () => {
    const fake = await fakeUpstream();
    const { url, dial } = await relayTo(fake.url, { keys: [KEY] });
    const session = { type: 'realtime', model: 'gpt-realtime', instructions: 'Be brief.' };
    const { body } = await mint(url, { session });
    const client = dial(withKey((body as { value: string }).value), '');
    const { frames, say } = await nextOf(fake.connections);
    const update = JSON.parse(await nextOf(frames));
    expect(update).toMatchObject({ type: 'session.update', session: { instructions: 'Be brief.' } });
    say({ type: 'session.updated', event_id: 'e', session: { ...CREATED.session, instructions: 'Be brief.' } });
    expect((await client.next('session.created')).session).toMatchObject({ instructions: 'Be brief.' });
    expect(fake.requests[0]?.rawHeaders.join('\n')).not.toContain('ek_');
  });
});

describe('an upstream that is not there', () => {
  const limits = { upstreamConnectMs: 150, closeMs: 200 };

  /** An upstream that answers the handshake with a status and a header. */
  const refusing = (status: string, header: string) =>
    fakeUpstream((_, socket) => socket.end(`HTTP/1.1 ${status}\r\n${header}\r\nContent-Length: 0\r\n\r\n`));
  const IN_AN_HOUR = new Date(Date.now() + 3_600_000).toUTCString();

  it.each([
    ['401 Unauthorized', 'WWW-Authenticate: Bearer', 401, undefined],
    ['429 Too Many Requests', 'Retry-After: 7', 429, /^7$/],
    ['429 Too Many Requests', 'Retry-After-Ms: 1500', 429, /^2$/],
    ['429 Too Many Requests', `Retry-After: ${IN_AN_HOUR}`, 429, /^3[56]\d\d$/],
    ['429 Too Many Requests', 'Retry-After: soon', 429, /^1$/],
    ['429 Too Many Requests', 'Retry-After: 999999999', 429, /^86400$/],
  ])('[RL15] answers %s (%s) with %i', async (answer, header, status, retryAfter) => {
    const { dial, logged } = await relayTo((await refusing(answer, header)).url);
    const refused = await dial().refused;
    expect(refused.status).toBe(status);
    if (retryAfter) expect(refused.retryAfter).toMatch(retryAfter);
    expect(logged.join('')).not.toContain(UPSTREAM_KEY);
  });

  it.each([
    ['401 Unauthorized', 'invalid_api_key', 3000],
    ['429 Too Many Requests', 'rate_limit_exceeded', 1008],
  ])('[RL15, AU13] tells of %s by event where refusals are told by event', async (answer, code, close) => {
    const { dial } = await relayTo((await refusing(answer, 'Retry-After: 7')).url, { refusals: 'event' });
    const client = dial();
    expect((await client.next('error')).error).toMatchObject({
      code,
      message: expect.stringContaining('The upstream'),
    });
    expect((await client.closed)[0]).toBe(close);
  });

  it('[RL2, RL8, RL10, AU27] answers 502 to a redirect, follows it nowhere, and counts the session as refused', async () => {
    const target = await fakeUpstream();
    const fake = await fakeUpstream((_, socket) => {
      socket.end(`HTTP/1.1 302 Found\r\nLocation: ${target.url.replace('ws', 'http')}\r\nContent-Length: 0\r\n\r\n`);
    });
    const usages: unknown[] = [];
    const upstream = { url: fake.url, key: UPSTREAM_KEY, onUsage: () => void usages.push(1) };
    const { dial, logged, url } = await relayTo(fake.url, { upstream, logLevel: 'info' });
    expect(await dial().refused).toEqual(UNREACHABLE);
    expect(target.requests).toEqual([]);
    const lines = logged.map((line) => JSON.parse(line));
    expect(lines.filter(({ msg }) => msg === 'upgrade refused')).toMatchObject([
      { code: 'upstream_error', status: 502 },
    ]);
    expect(lines.some(({ msg }) => msg === 'session opened')).toBe(false);
    expect(usages).toEqual([]);
    expect(await (await fetch(`${url}/api/sessions`)).json()).toEqual({ sessions: [] });
  });

  it.each([
    ['refuses with 403', (socket: NodeJS.WritableStream) => socket.end('HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n')],
    ['answers with a page', (socket: NodeJS.WritableStream) => socket.end('HTTP/1.1 200 OK\r\n\r\n<html>')],
    ['answers with garbage', (socket: NodeJS.WritableStream) => socket.end('\0\0SSH-2.0\r\n')],
    ['says nothing', () => {}],
    [
      'sends a byte now and then',
      (socket: NodeJS.WritableStream) => {
        socket.write('HTTP/1.1 101 Switching Protocols\r\nX: ');
        const drip = setInterval(() => socket.write('x'), 20);
        socket.on('close', () => clearInterval(drip));
      },
    ],
  ])('[RL2, ER23] answers 502 when it %s', async (_, answer) => {
    const fake = await fakeUpstream((_, socket) => answer(socket));
    const { dial } = await relayTo(fake.url, { limits });
    expect(await dial().refused).toEqual(UNREACHABLE);
  });

  it('[RL2] answers 502 when nobody listens there, and lives on', async () => {
    const { dial, url } = await relayTo('ws://127.0.0.1:1/v1/realtime', { limits });
    expect(await dial().refused).toEqual(UNREACHABLE);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  it('[RL2, ER45] says so by an event and 1011 where refusals are events', async () => {
    const { dial } = await relayTo('ws://127.0.0.1:1/v1/realtime', { limits, refusals: 'event' });
    const client = dial();
    expect((await client.next('error')).error).toMatchObject({ type: 'server_error', code: 'upstream_error' });
    expect((await client.closed)[0]).toBe(1011);
  });

  it('[RL8] verifies certificates: one of an unknown authority is refused, one of a named authority is not', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'colloquy-relay-'));
    stops.push(() => rm(dataDir, { recursive: true }));
    const secured = await start({ tls: true, dataDir });
    const url = `${secured.tlsUrl?.replace('http', 'ws')}/v1/realtime`;
    expect(await (await relayTo(url)).dial().refused).toEqual(UNREACHABLE);
    const ca = await readFile(secured.caFile ?? '', 'utf8');
    const trusting = await relayTo(url, { upstream: { url, key: UPSTREAM_KEY, ca } });
    await trusting.dial().next('session.created');
    const elsewhere = `${secured.tlsUrl?.replace('https://127.0.0.1', 'wss://127.0.0.2')}/v1/realtime`;
    const wrongHost = await relayTo(elsewhere, { upstream: { url: elsewhere, ca } });
    expect(await wrongHost.dial().refused).toEqual(UNREACHABLE);
  });

  it.each([
    ['ws://upstream.example/v1/realtime'],
    ['ws://127.0.0.1.evil.example/v1/realtime'],
    ['https://upstream.example/v1/realtime'],
    ['wss://user:sk-secret@upstream.example/v1/realtime'],
    ['nonsense sk-secret'],
  ])('[RL8] does not start with %j for an upstream', async (url) => {
    const starting = start({ upstream: { url } });
    await expect(starting).rejects.toMatchObject({ code: 'invalid_configuration' });
    await expect(starting).rejects.not.toThrow('sk-secret');
  });

  it.each([false, true])(
    '[RL2] loses nothing a client sends while the upstream is dialled; over TLS %j',
    async (tls) => {
      const dataDir = await mkdtemp(join(tmpdir(), 'colloquy-relay-'));
      stops.push(() => rm(dataDir, { recursive: true }));
      let accept = () => {};
      const accepted = new Promise<void>((resolve) => {
        accept = resolve;
      });
      const fake = await fakeUpstream(() => accepted);
      const { port, tlsPort = 0 } = await relayTo(fake.url, { tls, dataDir });
      const socket = tls
        ? connectTls({ port: tlsPort, host: '127.0.0.1', rejectUnauthorized: false })
        : connect(port, '127.0.0.1');
      stops.push(() => socket.destroy());
      const event = '{"type":"response.create"}';
      const frame = Buffer.concat([Buffer.from([0x81, 0x80 | event.length, 0, 0, 0, 0]), Buffer.from(event)]);
      const handshake = [
        'GET /v1/realtime?model=m HTTP/1.1',
        'Host: localhost',
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
        '\r\n',
      ].join('\r\n');
      socket.write(Buffer.concat([Buffer.from(handshake), frame]));
      await waitUntil('the upstream to be dialled', () => fake.requests.length > 0);
      socket.write(frame);
      await new Promise((resolve) => setTimeout(resolve, 50)); // for it to arrive too early
      accept();
      const { frames } = await nextOf(fake.connections);
      expect([await nextOf(frames), await nextOf(frames)]).toEqual([event, event]);
    },
  );

  it('[RL2] gives up dialling for a client that has left', async () => {
    const fake = await fakeUpstream((_, socket) => socket.resume().on('end', () => socket.end()));
    const { dial, server } = await relayTo(fake.url, { limits: { upstreamConnectMs: 10_000 } });
    const { socket } = dial();
    await waitUntil('the upstream to be dialled', () => fake.requests.length > 0);
    const left = once(fake.requests[0]?.socket as never, 'close');
    socket.terminate();
    await left;
    await server.close({ graceMs: 0 });
  });
});

describe('an upstream that misbehaves', () => {
  /** A client in the middle of a response, and its upstream. */
  async function midResponse(options: ServerOptions = {}) {
    const fake = await fakeUpstream();
    const relay = await relayTo(fake.url, options);
    const client = relay.dial();
    await client.next('session.created');
    const far = await nextOf(fake.connections);
    client.send({ ...TEXT, event_id: 'ask_1' });
    expect(JSON.parse(await nextOf(far.frames))).toMatchObject({ type: 'response.create', event_id: 'ask_1' });
    far.say(begun('resp_1'));
    await client.next('response.created');
    return { ...relay, client, far };
  }

  it('[RL5] garbage costs one error at once and one for the rest, and the response goes on', async () => {
    const { client, far, logged } = await midResponse();
    far.socket.send('garbage sk-secret');
    far.socket.send(Buffer.from([1, 2, 3]));
    far.socket.send(`${'['.repeat(100_000)}`);
    expect((await client.next('error')).error).toMatchObject({ type: 'server_error', code: 'upstream_error' });
    far.say({ type: 'response.done', event_id: 'e', response: { id: 'resp_1', status: 'completed', output: [] } });
    expect((await client.next('response.done')).response.status).toBe('completed');
    far.socket.close(1000);
    const messages = [(await client.next('error')).error.message, (await client.next('error')).error.message];
    expect(messages).toContain('The upstream sent 2 frames that are no events. They were left out.');
    const noted = logged.map((line) => JSON.parse(line)).filter(({ msg }) => msg.includes('malformed'));
    expect(noted).toMatchObject([
      { count: 1, bytes: 17 },
      { count: 2, bytes: 100_003 },
    ]);
    expect(logged.join('')).not.toContain('sk-secret');
  });

  it.each([
    ['a frame over the cap', (socket: WebSocket) => socket.send(`{"type":"x","a":"${'x'.repeat(70_000)}"}`)],
    ['a cut connection', (socket: WebSocket) => socket.terminate()],
    ['no UTF-8', (socket: WebSocket) => socket.send(Buffer.from([0xff, 0xfe]), { binary: false })],
    ['a close with a secret', (socket: WebSocket) => socket.close(1011, 'key sk-abc123 at gpu-7.internal')],
  ])('[RL6, ER45, ER23] %s ends the response, then the session: error, response.done, 1011', async (_, misbehave) => {
    const { client, far } = await midResponse({ limits: { frameBytes: 65_536 } });
    misbehave(far.socket);
    expect((await client.next('error')).error).toMatchObject({ type: 'server_error', code: 'upstream_error' });
    const { response } = await client.next('response.done');
    expect(response).toMatchObject({ id: 'resp_1', status: 'failed' });
    const [code, reason] = await client.closed;
    expect(code).toBe(1011);
    expect(reason).not.toMatch(/sk-|gpu|internal/);
  });

  it('[RL7, RL11] pings are answered, and are no data: the response ends with upstream_timeout', async () => {
    const { client, far } = await midResponse({ limits: { upstreamIdleMs: 150 } });
    let pongs = 0;
    far.socket.on('pong', () => {
      pongs += 1;
    });
    const pings = setInterval(() => far.socket.ping(), 10);
    const { response } = await client.next('response.done');
    clearInterval(pings);
    expect(response).toMatchObject({
      id: 'resp_1',
      status: 'failed',
      status_details: { type: 'failed', error: { type: 'server_error', code: 'upstream_timeout' } },
    });
    expect(pongs).toBeGreaterThan(3);
    expect(JSON.parse(await nextOf(far.frames))).toMatchObject({ type: 'response.cancel', response_id: 'resp_1' });
    client.send({ ...TEXT, event_id: 'ask_2' });
    expect(JSON.parse(await nextOf(far.frames))).toMatchObject({ event_id: 'ask_2' });
  });

  it('[LM9] a client that does not read stops the upstream, then is closed; nothing piles up here', async () => {
    // The client reads its close only after the upstream has sent the rest of 50 MB: on a busy machine that takes long, and a
    // client that does not read answers no ping meanwhile. A stall lasts longer than the upstream may be idle: waiting for the
    // client does not count as idle. An idle limit that a busy machine exceeds would end the response, and nothing would stall.
    const { client, far } = await midResponse({
      limits: { stallMs: 3000, upstreamIdleMs: 2000, closeMs: 100_000, pongMs: 100_000 },
    });
    const before = process.memoryUsage.rss();
    client.socket.pause();
    const delta = 'x'.repeat(100_000);
    for (let count = 0; count < 500; count += 1) {
      far.say({
        type: 'response.output_text.delta',
        event_id: 'e',
        response_id: 'resp_1',
        item_id: 'i',
        output_index: 0,
        content_index: 0,
        delta,
      });
    }
    await new Promise((resolve) => setTimeout(resolve, 200)); // nothing is to happen meanwhile
    expect(far.socket.bufferedAmount).toBeGreaterThan(20_000_000);
    await once(far.socket, 'close');
    client.socket.resume();
    expect((await client.closed)[0]).toBe(1013);
    expect(process.memoryUsage.rss() - before).toBeLessThan(250 * 1024 * 1024);
  });

  it('[LM12] a drain lets the response finish, then closes both ends', async () => {
    const { client, far, server } = await midResponse();
    const closing = server.close({ graceMs: 5000 });
    const farClosed = once(far.socket, 'close');
    far.say({ type: 'response.done', event_id: 'e', response: { id: 'resp_1', status: 'completed', output: [] } });
    expect((await client.next('response.done')).response.status).toBe('completed');
    expect((await client.closed)[0]).toBe(1001);
    expect((await farClosed)[0]).toBe(1000);
    await closing;
  });

  it('closes the upstream when the client vanishes', async () => {
    const { client, far } = await midResponse();
    const farClosed = once(far.socket, 'close');
    client.socket.terminate();
    expect((await farClosed)[0]).toBe(1000);
  });
});

describe('two Colloquys', () => {
  it('[RL3, RL4, RL10] one relays to the other: a whole turn, its usage counted once, and a recording of it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'colloquy-relay-'));
    stops.push(() => rm(folder, { recursive: true }));
    const behind = await start({ keys: [UPSTREAM_KEY] });
    const usages: [string, ResponseUsage][] = [];
    const upstream = {
      url: `${behind.url.replace('http', 'ws')}/v1/realtime`,
      key: UPSTREAM_KEY,
      onUsage: (...each: [string, ResponseUsage]) => void usages.push(each),
    };
    const relay = await start({ upstream, keys: [KEY], recordings: { folder } });
    const client = dial(relay.url, withKey(KEY));
    await client.next('session.created');
    const content = [{ type: 'input_text', text: 'hello there' }];
    client.send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } }, TEXT);
    expect((await client.next('response.output_text.done')).text).toBe('You said: hello there');
    const { response } = await client.next('response.done');
    expect(response.status).toBe('completed');
    const sessions = (await (await fetch(`${relay.url}/api/sessions`, withKey(KEY))).json()) as {
      sessions: { id: string }[];
    };
    expect(usages).toEqual([
      [sessions.sessions[0]?.id, { response_id: response.id, status: 'completed', usage: response.usage }],
    ]);
    client.socket.close();
    await client.closed;
    await relay.server.close();

    const [file = ''] = recordedFiles(folder);
    const lines = (await readFile(join(folder, file), 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines[0]).toMatchObject({ recording: 1, seed: null, options: null, session: sessions.sessions[0]?.id });
    expect(lines.filter(({ from }) => from === 'client').map(({ event }) => event.type)).toEqual([
      'conversation.item.create',
      'response.create',
    ]);
    expect(lines.at(-1)).toMatchObject({ from: 'server', event: { type: 'rate_limits.updated' } });
  });

  it('refuses what it does not relay: translation sessions', async () => {
    const { url } = await relayTo('ws://127.0.0.1:1/v1/realtime', { keys: [KEY] });
    const socket = new WebSocket(
      `${url.replace('http', 'ws')}/v1/realtime/translations?model=gpt-realtime-translate`,
      withKey(KEY),
    );
    socket.on('error', () => {});
    const [, { statusCode }] = await once(socket, 'unexpected-response');
    socket.terminate();
    expect(statusCode).toBe(404);
    expect((await post(`${url}/v1/realtime/calls`, {}, { authorization: `Bearer ${KEY}` })).status).toBeGreaterThan(
      399,
    );
  });
});
