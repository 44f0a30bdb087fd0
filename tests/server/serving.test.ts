// A server under load and to its end: limits, connections, TLS, drain, and what it logs.

import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Engine, parrot } from '@colloquy/server';
import { dial, KEY, pcm, say, start, stopAll, stops, TEXT, withKey } from '@support/dial.ts';
import { waitUntil } from '@support/wait-until.ts';
import { afterEach, describe, expect, it } from 'vitest';

afterEach(stopAll);

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
    const closed: string[] = [];
    const { url } = await start({
      engine: endless,
      limits: { stallMs: 400 },
      onLine(id, line) {
        if (line.from === 'host' && line.event.type === 'close') closed.push(id);
      },
    });
    const stalled = dial(url);
    await stalled.next('session.created');
    stalled.send(TEXT);
    await stalled.next('response.created');
    stalled.socket.pause();
    const other = dial(url);
    await other.next('session.created');
    other.send({ type: 'input_audio_buffer.clear' });
    await other.next('input_audio_buffer.cleared');
    await waitUntil('the session that stands still to be closed', () => closed.length > 0);
    other.send({ type: 'input_audio_buffer.clear' });
    await other.next('input_audio_buffer.cleared');
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

  it('is never sent elsewhere by a redirect', async () => {
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

  it('[RT21] says on /healthz, by status and by name, that it takes no new sessions', async () => {
    const { url, server } = await start({ engine: parrot({ pace: 20 }) });
    const busy = dial(url);
    await busy.next('session.created');
    busy.send(say('one two three four'), TEXT);
    await busy.next('response.created');
    const draining = server.drain();
    const answer = await fetch(`${url}/healthz`);
    expect([answer.status, await answer.json()]).toEqual([503, { status: 'draining' }]);
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
