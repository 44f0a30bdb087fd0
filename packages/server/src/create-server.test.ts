// A server over real sockets: its REST side, client secrets, limits, TLS, and how it ends.

import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServerEvent } from '@colloquy/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createServer, type Listening, type Server, type ServerOptions } from './create-server.ts';
import type { Engine } from './engine.ts';
import { parrot } from './engines/parrot.ts';
import { Inbox } from './inbox.ts';

const stops: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

async function start(options: ServerOptions = {}): Promise<Listening & { server: Server; logged: string[] }> {
  const logged: string[] = [];
  const logTo = { write: (line: string) => void logged.push(line) };
  const server = createServer({ port: 0, tlsPort: 0, logLevel: 'debug', logTo, ...options });
  const where = await server.listen();
  stops.push(() => server.close({ graceMs: 0 }));
  return { ...where, server, logged };
}

/** A connection, what comes over it, and how it ends. */
function dial(url: string, options: ConstructorParameters<typeof WebSocket>[2] = {}, query = '?model=gpt-realtime') {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/realtime${query}`, options);
  const events = new Inbox<ServerEvent>();
  socket.on('message', (data) => events.push(JSON.parse(String(data))));
  socket.on('close', () => events.end());
  const closed = new Promise<[number, string]>((resolve) => {
    socket.on('close', (code, reason) => resolve([code, reason.toString()]));
  });
  const refused = new Promise<{ status: number; retryAfter: string | undefined }>((resolve) => {
    socket.on('unexpected-response', (request, { statusCode = 0, headers }) => {
      request.destroy();
      resolve({ status: statusCode, retryAfter: headers['retry-after'] });
    });
  });
  socket.on('error', () => {});
  stops.push(() => socket.terminate());
  const send = (...said: object[]) => {
    for (const event of said) socket.send(JSON.stringify(event));
  };
  async function next<T extends ServerEvent['type']>(type: T): Promise<Extract<ServerEvent, { type: T }>> {
    for await (const event of events) if (event.type === type) return event as Extract<ServerEvent, { type: T }>;
    throw new Error(`the connection ended before ${type}`);
  }
  return { socket, send, next, closed, refused };
}

const say = (text: string) => ({
  type: 'conversation.item.create',
  item: { type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
});
const TEXT = { type: 'response.create', response: { output_modalities: ['text'] } };
const KEY = 'sk-server-key';
const withKey = (key: string) => ({ headers: { authorization: `Bearer ${key}` } });
const post = (url: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
const mint = async (url: string, body: unknown, key = KEY) => {
  const answer = await post(`${url}/v1/realtime/client_secrets`, body, { authorization: `Bearer ${key}` });
  return { status: answer.status, body: (await answer.json()) as never };
};
const pcm = (ms: number) => Buffer.alloc(48 * ms).toString('base64');

describe('REST', () => {
  it('[RT18] /healthz says that it is there, and nothing else', async () => {
    const { url } = await start({ keys: [KEY] });
    const answer = await fetch(`${url}/healthz`);
    expect([answer.status, await answer.json()]).toEqual([200, { status: 'ok' }]);
    expect(answer.headers.get('server')).toBeNull();
  });

  it.each([
    ['[RT13, RT14] an unknown path', 'GET', '/v1/nothing', 404, 'not_found', null],
    ['[RT14] another method', 'GET', '/v1/realtime/client_secrets', 405, 'method_not_allowed', 'POST'],
    ['[RT14] another method on the socket path', 'DELETE', '/v1/realtime', 405, 'method_not_allowed', 'GET'],
    ['[RT9] calls', 'POST', '/v1/realtime/calls', 501, 'webrtc_unavailable', null],
    ['[RT9] the alias of calls', 'POST', '/openai/v1/realtime/calls', 501, 'webrtc_unavailable', null],
    ['[RT9] hangup', 'POST', '/v1/realtime/calls/rtc_1/hangup', 501, 'webrtc_unavailable', null],
    ['[RT17] a malformed escape', 'GET', '/v1/%zz', 400, 'invalid_value', null],
    ['[RT17] an encoded slash', 'GET', '/v1%2Fmodels', 400, 'invalid_value', null],
  ])('%s: %s %s is %i', async (_, method, path, status, code, allow) => {
    const { url } = await start();
    const answer = await fetch(url + path, { method });
    expect([answer.status, answer.headers.get('allow')]).toEqual([status, allow]);
    const { error } = (await answer.json()) as { error: Record<string, unknown> };
    expect(Object.keys(error).sort()).toEqual(['code', 'message', 'param', 'type']);
    expect(error.code).toBe(code);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    '[RT15] a body of type %s is refused 415',
    async (type) => {
      const { url } = await start();
      const answer = await post(`${url}/v1/realtime/client_secrets`, '{}', { 'content-type': type });
      expect([answer.status, await answer.json()]).toMatchObject([415, { error: { code: 'unsupported_media_type' } }]);
    },
  );

  it('[RT9] a call is answered 501 whatever its body', async () => {
    const { url } = await start();
    const answer = await post(`${url}/v1/realtime/calls`, 'v=0', { 'content-type': 'application/sdp' });
    expect(answer.status).toBe(501);
  });

  it('[RT14] a body that is too large is refused 413', async () => {
    const { url } = await start({ limits: { bodyBytes: 1000 } });
    const answer = await post(`${url}/v1/realtime/client_secrets`, { session: 'x'.repeat(2000) });
    expect([answer.status, await answer.json()]).toMatchObject([413, { error: { code: 'limit_exceeded' } }]);
  });

  it('[RT16] only listed origins are told that they may read, and never with credentials', async () => {
    const { url } = await start({ origins: ['https://app.example'] });
    const asked = (origin: string, method = 'GET') =>
      fetch(`${url}/v1/models`, {
        method,
        headers: { origin, ...(method === 'OPTIONS' && { 'access-control-request-method': 'POST' }) },
      });
    const listed = await asked('https://app.example');
    expect(listed.headers.get('access-control-allow-origin')).toBe('https://app.example');
    expect(listed.headers.get('access-control-allow-credentials')).toBeNull();
    expect(listed.headers.get('access-control-expose-headers')).toBe('location');
    const preflight = await asked('https://app.example', 'OPTIONS');
    expect([preflight.status, preflight.headers.get('access-control-allow-headers')]).toEqual([
      204,
      'authorization, content-type, openai-beta, x-openai-agents-sdk',
    ]);
    for (const origin of ['https://evil.test', url]) {
      const other = await asked(origin);
      expect(other.headers.get('access-control-allow-origin')).toBeNull();
    }
    expect((await asked('https://evil.test', 'OPTIONS')).status).toBe(403);
  });

  it('serves a page under a strict content security policy, and lists the live sessions', async () => {
    const { url } = await start();
    const { next } = dial(url);
    const { session } = await next('session.created');
    const page = await fetch(url);
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    expect(page.headers.get('content-security-policy')).toMatch(/default-src 'self'.*frame-ancestors 'none'/);
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await page.text()).toContain('Colloquy');
    const listed = (await (await fetch(`${url}/api/sessions`)).json()) as { sessions: { started_at: number }[] };
    expect(listed).toMatchObject({ sessions: [{ id: session.id, type: 'realtime', model: 'gpt-realtime' }] });
    expect(Math.abs((listed.sessions[0]?.started_at ?? 0) - Date.now() / 1000)).toBeLessThan(60);
  });

  it('serves a plain page where the console is not built, what clients said in it as text', async () => {
    const { url } = await start({ consoleDir: tmpdir() });
    await dial(url, {}, '?model=%3Cscript%3Ealert(1)%3C/script%3E').next('session.created');
    const page = await (await fetch(url)).text();
    expect(page).toContain('Colloquy is running');
    expect(page).toContain('<td>&lt;script&gt;alert(1)&lt;/script&gt;</td>');
    expect(page).not.toContain('<script');
  });

  it('[RT17] serves no file from outside the page', async () => {
    const { port } = await start();
    for (const target of [
      '/../package.json',
      '/..%2fpackage.json',
      '/%2e%2e/package.json',
      '//etc/passwd',
      '/.git/config',
    ]) {
      const socket = connect(port, '127.0.0.1');
      socket.write(`GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
      let text = '';
      socket.on('data', (data) => {
        text += data;
      });
      await once(socket, 'close');
      expect([target, text.split(' ')[1]]).toEqual([target, expect.stringMatching(/^40[034]$/)]);
    }
  });
});

describe('client secrets', () => {
  it('[RT1] come with their session, and open it', async () => {
    const { url } = await start({ keys: [KEY] });
    const session = { type: 'realtime', model: 'mine', output_modalities: ['text'], instructions: 'Be brief.' };
    const { status, body } = await mint(url, { session, expires_after: { anchor: 'created_at', seconds: 60 } });
    const answer = body as { value: string; expires_at: number; session: object };
    expect(status).toBe(200);
    expect(answer.value).toMatch(/^ek_[A-Za-z0-9_-]{40,}$/);
    expect(Math.abs(answer.expires_at - Date.now() / 1000 - 60)).toBeLessThan(5);
    expect(answer.session).toMatchObject({ ...session, object: 'realtime.session', expires_at: 0 });
    expect(answer.session).toMatchObject({
      id: expect.stringMatching(/^sess_/),
      audio: { output: { voice: 'marin' } },
    });

    for (const query of ['', '?model=other']) {
      const { next } = dial(url, withKey(answer.value), query);
      const created = await next('session.created');
      expect(created.session).toMatchObject({ ...session, model: query ? 'other' : 'mine' });
      const { expires_at } = created.session as { expires_at: number };
      expect(Math.abs(expires_at - Date.now() / 1000 - 1800)).toBeLessThan(5); // [LM8]
    }
  });

  it('[AU4, RT2, RT3] last ten minutes and carry no session when nobody says otherwise', async () => {
    const { url } = await start({ keys: [KEY] });
    const { body } = await mint(url, '');
    const { value, expires_at } = body as { value: string; expires_at: number };
    expect(Math.abs(expires_at - Date.now() / 1000 - 600)).toBeLessThan(5);
    expect((await dial(url, withKey(value), '').refused).status).toBe(400);
    await dial(url, withKey(value)).next('session.created');
  });

  it.each([
    ['[RT2]', { expires_after: { seconds: 9 } }, 'integer_below_min_value', 'expires_after.seconds'],
    ['[RT2]', { expires_after: { seconds: 7201 } }, 'integer_above_max_value', 'expires_after.seconds'],
    ['[RT2]', { expires_after: { anchor: 'now' } }, 'invalid_value', 'expires_after.anchor'],
    ['[RT3]', { session: { model: 'x' } }, 'missing_required_parameter', 'session.type'],
    ['[RT3]', { session: { type: 'realtime', foo: 1 } }, 'unknown_parameter', 'session.foo'],
    [
      '[RT3]',
      { session: { type: 'realtime', output_modalities: ['text', 'audio'] } },
      'invalid_value',
      'session.output_modalities',
    ],
    [
      '[RT3]',
      { session: { type: 'realtime', tool_choice: { type: 'function', name: 'f' } } },
      'invalid_value',
      'session.tool_choice.name',
    ],
    ['[RT3]', { sesion: {} }, 'unknown_parameter', 'sesion'],
    ['[RT3]', '{"session":', 'invalid_json', null],
    ['[RT3]', '[]', 'invalid_type', null],
    ['[RT3]', `{"session":${'['.repeat(100)}${']'.repeat(100)}}`, 'invalid_event', null],
  ])('%s with %j are refused 400 %s', async (_, body, code, param) => {
    const { url } = await start({ keys: [KEY] });
    const answer = await mint(url, body);
    expect(answer).toMatchObject({ status: 400, body: { error: { code, param, type: 'invalid_request_error' } } });
  });

  it('[RT4, RD10] are told once: not in the log, not in the list of sessions', async () => {
    const { url, logged } = await start({ keys: [KEY] });
    const { value } = (await mint(url, { session: { type: 'realtime' } })).body as { value: string };
    await dial(url, withKey(value)).next('session.created');
    const listed = await (await fetch(`${url}/api/sessions`, withKey(KEY))).text();
    expect(listed).toContain('sess_');
    expect(`${listed}${logged.join('')}`).not.toContain(value);
  });

  it('[AU22, AU23] expire for opening, not for what they opened', async () => {
    let now = Date.now();
    const { url } = await start({ keys: [KEY], wallClock: () => now });
    const { value } = (await mint(url, { session: { type: 'realtime' } })).body as { value: string };
    const running = dial(url, withKey(value));
    await running.next('session.created');
    now += 601_000;
    expect((await dial(url, withKey(value)).refused).status).toBe(401);
    now -= 1_000_000; // a clock that jumps back brings nothing back
    expect((await dial(url, withKey(value)).refused).status).toBe(401);
    running.send({ type: 'input_audio_buffer.clear' });
    await running.next('input_audio_buffer.cleared');
  });

  it('[AU22] open one session only where they are single use, whoever races for it', async () => {
    const { url } = await start({ keys: [KEY], clientSecrets: { singleUse: true } });
    const { value } = (await mint(url, { session: { type: 'realtime' } })).body as { value: string };
    const racing = Array.from({ length: 8 }, () => dial(url, withKey(value)));
    const results = await Promise.all(
      racing.map(({ next, refused }) =>
        Promise.race([next('session.created').then(() => 101), refused.then((r) => r.status)]),
      ),
    );
    expect(results.toSorted()).toEqual([101, ...Array.from({ length: 7 }, () => 401)]);
  });

  it('[AU24, SE33] fix what they say where they are locked', async () => {
    const { url } = await start({ keys: [KEY], clientSecrets: { locked: true } });
    const session = {
      type: 'realtime',
      model: 'mine',
      instructions: 'Be brief.',
      audio: { output: { voice: 'cedar' } },
    };
    const { value } = (await mint(url, { session })).body as { value: string };
    expect((await dial(url, withKey(value), '?model=other').refused).status).toBe(403);
    const { send, next } = dial(url, withKey(value), '?model=mine');
    expect((await next('session.created')).session).toMatchObject(session);
    send({ type: 'session.update', session: { type: 'realtime', audio: { output: { voice: 'marin' } } } });
    expect((await next('error')).error).toMatchObject({ code: 'session_locked', param: 'session.audio.output.voice' });
    send({ type: 'session.update', session: { type: 'realtime', output_modalities: ['text'] } });
    await next('session.updated');
  });

  it('[AU26, ER43] end their sessions when revoked', async () => {
    const { url, server } = await start({ keys: [KEY] });
    const { value } = (await mint(url, { session: { type: 'realtime' } })).body as { value: string };
    const { next, closed } = dial(url, withKey(value));
    await next('session.created');
    expect([server.revokeClientSecret(value), server.revokeClientSecret('ek_none')]).toEqual([true, false]);
    expect((await closed)[0]).toBe(1008);
    expect((await dial(url, withKey(value)).refused).status).toBe(401);
  });

  it('open transcription sessions too', async () => {
    const { url } = await start();
    const { body } = await mint(url, { session: { type: 'transcription' } });
    const { value, session } = body as { value: string; session: object };
    expect(session).toMatchObject({ type: 'transcription', object: 'realtime.transcription_session' });
    const created = await dial(url, withKey(value), '').next('session.created');
    expect(created.session.type).toBe('transcription');
  });
});

describe('limits', () => {
  it('[LM7] refuses 429 who opens sessions too fast, and says when to try again', async () => {
    let now = 0;
    const { url } = await start({ clock: () => now, limits: { opensPerSecond: 1, opensBurst: 2, pingMs: 0 } });
    for (let count = 0; count < 2; count += 1) await dial(url).next('session.created');
    expect(await dial(url).refused).toEqual({ status: 429, retryAfter: '1' });
    now += 1000;
    await dial(url).next('session.created');
  });

  it('[LM7] refuses 429 too many sessions under one key, and 503 too many in all', async () => {
    const { url } = await start({ keys: [KEY, 'sk-b', 'sk-c'], limits: { sessionsPerKey: 1, sessions: 2 } });
    const first = dial(url, withKey(KEY));
    await first.next('session.created');
    expect(await dial(url, withKey(KEY)).refused).toEqual({ status: 429, retryAfter: '1' });
    await dial(url, withKey('sk-b')).next('session.created');
    expect(await dial(url, withKey('sk-c')).refused).toEqual({ status: 503, retryAfter: '5' });
    first.socket.close();
    await first.closed;
    await dial(url, withKey('sk-c')).next('session.created');
  });

  it('[LM9, ER47] closes a reader that stands still, and nobody else notices', async () => {
    const endless: Engine = {
      name: 'endless',
      async *respond() {
        for (;;) yield { type: 'text.delta', delta: 'x'.repeat(10_000) };
      },
    };
    const before = process.memoryUsage.rss();
    const { url } = await start({ engine: endless, limits: { stallMs: 400 } });
    const stalled = dial(url);
    await stalled.next('session.created');
    stalled.send(TEXT);
    await stalled.next('response.created');
    stalled.socket.pause();
    const other = dial(url);
    await other.next('session.created');
    await new Promise((resolve) => setTimeout(resolve, 1500)); // the rule is about time
    const asked = performance.now();
    other.send({ type: 'input_audio_buffer.clear' });
    await other.next('input_audio_buffer.cleared');
    expect(performance.now() - asked).toBeLessThan(500);
    expect(process.memoryUsage.rss() - before).toBeLessThan(200 * 1024 * 1024);
    stalled.socket.resume();
    expect((await stalled.closed)[0]).toBe(1013);
  });

  it('[AU28] drops a handshake that does not come to an end', async () => {
    const { port } = await start({ limits: { handshakeMs: 200 } });
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    socket.resume().write('GET /v1/realtime HTTP/1.1\r\nHost: local');
    await once(socket, 'close');
  });
});

describe('a connection', () => {
  it('[AU19] keeps in order what is sent before session.created has been read', async () => {
    const { url } = await start();
    const { socket, send, next } = dial(url);
    await once(socket, 'open');
    send(say('first'), say('second'), TEXT);
    await next('session.created');
    const added = [await next('conversation.item.added'), await next('conversation.item.added')];
    expect(added.map(({ item }) => (item.type === 'message' ? item.content[0] : undefined))).toMatchObject([
      { text: 'first' },
      { text: 'second' },
    ]);
    expect(JSON.stringify(await next('response.done'))).toContain('You said: second');
  });

  it('[ER45, ER22, ER51] whose session breaks is told so, then closed 1011; the others go on', async () => {
    let isBroken = false;
    const { url } = await start({
      onLine: (_, line) => {
        if (isBroken && line.from === 'client' && line.event.type === 'input_audio_buffer.clear')
          throw new Error('CANARY');
      },
    });
    const [one, other] = [dial(url), dial(url)];
    await Promise.all([one.next('session.created'), other.next('session.created')]);
    isBroken = true;
    one.send({ type: 'input_audio_buffer.clear' });
    const { error } = await one.next('error');
    expect(error).toMatchObject({ type: 'server_error', code: 'internal_error', param: null });
    expect(await one.closed).toEqual([1011, 'The server had an error.']);
    other.send(TEXT);
    await other.next('response.done');
  });

  it('[AU27] is never sent elsewhere', async () => {
    const { url } = await start();
    for (const path of [
      '/v1',
      '/v1/',
      '/v1/realtime/',
      '//evil.test',
      '/v1/models/',
      '/api/sessions/',
      '/index.html/',
    ]) {
      const { status, headers } = await fetch(url + path, { redirect: 'manual' });
      expect([path, headers.get('location'), Math.floor(status / 100)]).toEqual([path, null, 4]);
    }
  });
});

describe('a client that vanishes', () => {
  it.each(['terminate', 'close'] as const)('[RS32] by %s ends its engine and its session', async (way) => {
    let aborted = () => {};
    const isAborted = new Promise<void>((resolve) => {
      aborted = resolve;
    });
    const patient: Engine = {
      name: 'patient',
      async *respond(_, host) {
        host.signal.addEventListener('abort', aborted);
        yield { type: 'text.delta', delta: 'wait' };
        await isAborted;
      },
    };
    const { url } = await start({ engine: patient });
    const { next, send, socket } = dial(url);
    socket.once('open', () => send(TEXT));
    await next('response.output_text.delta');
    socket[way]();
    await isAborted;
    await expect.poll(async () => (await fetch(`${url}/api/sessions`)).json()).toEqual({ sessions: [] });
  });
});

describe('TLS', () => {
  it('serves REST and WebSocket to whoever trusts the printed authority', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'colloquy-server-'));
    stops.push(() => rm(folder, { recursive: true }));
    const { tlsUrl = '', caFile = '', url } = await start({ tls: true, dataDir: folder });
    const ca = await readFile(caFile);
    for (const base of [tlsUrl, tlsUrl.replace('127.0.0.1', 'localhost')]) {
      const { next, send } = dial(base, { ca });
      await next('session.created');
      send(say('over TLS'), TEXT);
      expect(JSON.stringify(await next('response.done'))).toContain('You said: over TLS');
    }
    const distrusting = dial(tlsUrl);
    expect((await distrusting.closed)[0]).toBe(1006);
    await dial(url).next('session.created');
  });

  it('says once, in the log, that somebody speaks TLS to the plain port', async () => {
    const { url, logged } = await start();
    for (let count = 0; count < 2; count += 1) await dial(url.replace('http', 'https')).closed;
    expect(logged.filter((line) => line.includes('--tls'))).toHaveLength(1);
  });
});

describe('the end', () => {
  it('[LM12, RT14] closes idle sessions 1001, lets responses finish, and takes no new ones', async () => {
    const { url, server } = await start({ engine: parrot({ pace: 20 }) });
    const [idle, busy] = [dial(url), dial(url)];
    await Promise.all([idle.next('session.created'), busy.next('session.created')]);
    busy.send(say('one two three four'), TEXT);
    await busy.next('response.created');
    const draining = server.drain();
    expect((await idle.closed)[0]).toBe(1001);
    expect(await dial(url).refused).toEqual({ status: 503, retryAfter: '5' });
    expect((await busy.next('response.done')).response.status).toBe('completed');
    expect((await busy.closed)[0]).toBe(1001);
    await draining;
  });

  it('[LM12] ends what is left when the grace is over, or when told again', async () => {
    const { url, server } = await start({ engine: parrot({ pace: 60_000 }) });
    const busy = dial(url);
    await busy.next('session.created');
    busy.send(say('hello'), TEXT);
    await busy.next('response.created');
    const first = server.close();
    await server.close({ graceMs: 0 });
    await first;
    expect((await busy.closed)[0]).toBe(1001);
    await expect(fetch(url)).rejects.toThrow();
  });

  it('drops a client that does not answer the close', async () => {
    const { port, server } = await start();
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write(
      'GET /v1/realtime?model=a HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    );
    const closed = once(socket.resume(), 'close');
    await once(socket, 'data');
    await server.close({ graceMs: 0 });
    await closed;
  });

  it('a port in use is said to be', async () => {
    const taken = createHttpServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    stops.push(() => taken.close());
    const { port } = taken.address() as AddressInfo;
    await expect(createServer({ port }).listen()).rejects.toMatchObject({
      code: 'port_in_use',
      message: `port ${port} is in use`,
    });
  });
});

it('[RD10, AU12] whatever is said, the log names sessions and codes only', async () => {
  const { url, logged } = await start({ keys: [KEY] });
  const { next, send, socket, closed } = dial(url, withKey(KEY));
  await next('session.created');
  send({
    type: 'session.update',
    session: { type: 'realtime', instructions: 'CANARY', audio: { input: { turn_detection: null } } },
  });
  send(
    { type: 'input_audio_buffer.append', audio: pcm(100) },
    { type: 'input_audio_buffer.commit' },
    say('CANARY'),
    TEXT,
  );
  await next('response.done');
  socket.close(1000, 'CANARY');
  await closed;
  await expect.poll(() => logged.join('')).toContain('session closed');
  const text = logged.join('');
  expect(text).toMatch(/"session_id":"sess_\w+"/);
  expect(text).not.toMatch(/CANARY|sk-server/);
});
