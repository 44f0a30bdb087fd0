// `colloquy tail`: what passes in live sessions of our server, and what any server says to a session that says nothing.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readRecordingLine, restore } from '@colloquy/session';
import { buildBefore } from '@support/build-before.ts';
import { colloquy, run, type Served, serve } from '@support/colloquy.ts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';

const KEY = 'sk-tail-canary';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A session of somebody else, and its id. */
async function session({ url }: Served, options: object = {}) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/realtime?model=gpt-realtime`, options);
  closers.push(() => socket.terminate());
  const [created] = await once(socket, 'message');
  const { id } = JSON.parse(String(created)).session as { id: string };
  const say = (text: string) => {
    const content = [{ type: 'input_text', text }];
    socket.send(JSON.stringify({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } }));
  };
  return { socket, id, say };
}

const kindsOf = (stdout: string) =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line, at) => readRecordingLine(line, at + 1).kind);

async function listening(server: { address(): unknown; close(): unknown }, scheme: string): Promise<string> {
  closers.push(() => server.close());
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

buildBefore('packages');

describe('colloquy tail, of live sessions', () => {
  let served: Served;
  beforeAll(async () => {
    served = await serve(['--engine', 'parrot']);
  });
  afterAll(async () => {
    served.child.kill('SIGTERM');
    await served.ended;
  });

  it('waits for a session, and prints what both sides say, to its end', async () => {
    const running = colloquy(['tail', served.url]);
    await running.until(/^no live session at http:\S+; waiting for one\n$/, 'stderr');
    const { socket, say } = await session(served);
    await running.until(/^ +\d+\.\d{3} s {2}= {2}0 items in the conversation$/m);
    say('hello there');
    await running.until(/^ +\d+\.\d{3} s {2}> {2}conversation\.item\.create \{.*hello there/m);
    await running.until(/^ +\d+\.\d{3} s {2}< {2}conversation\.item\.added \{/m);
    socket.send('{"type":"\u001b]0;owned\u0007"}');
    await running.until(/> {2}a frame that is not an event: /);
    socket.close(1000);
    expect(await running.ended).toBe(0);
    expect(running.stderr()).toMatch(/the server closed the connection \(1000 The session has ended\.\)\n$/);
    expect(running.stdout()).not.toMatch(/[\u001b\u0007]/);
  });

  it('[CO23, CO24] shows a session whole that is over as soon as it has begun', async () => {
    const running = colloquy(['tail', served.url]);
    await running.until(/waiting for one\n$/, 'stderr');
    await run(['talk', served.url], { input: 'good morning\n' });
    expect(await running.ended).toBe(0);
    const stdout = running.stdout();
    expect(stdout).toMatch(/^ +0\.000 s {2}= {2}session sess_\w+\n/);
    for (const part of [
      /< {2}session\.created \{/,
      /> {2}conversation\.item\.create \{.*good morning/,
      /< {2}response\.done \{/,
    ])
      expect(stdout).toMatch(part);
  });

  it('[CO24] begins with what was said before it came', async () => {
    const { socket, id, say } = await session(served);
    say('said before');
    await once(socket, 'message');
    for (const [level, text] of [
      ['media', '"said before"'],
      ['content', '"[REDACTED]"'],
    ] as const) {
      const running = colloquy(['tail', served.url, '--session', id, '--level', level]);
      await running.until(/1 items in the conversation\n.*\n/);
      const row = running
        .stdout()
        .split('\n')
        .find((line) => line.includes('input_text'));
      expect(row).toMatch(/^ +\d+\.\d{3} s {2}= {2}user {2}item_\w+ {2}input_text "/);
      expect(row).toContain(text);
      running.child.kill('SIGINT');
      await running.ended;
    }
    socket.close(1000);
  });

  it('watches the session it is told to, or the newest', async () => {
    const [first, second] = [await session(served), await session(served)];
    const [translate, newest] = [colloquy(['tail', served.url, '--session', first.id]), colloquy(['tail', served.url])];
    await Promise.all([translate.until(/0 items/), newest.until(/0 items/)]);
    first.say('the first');
    second.say('the second');
    await Promise.all([translate.until(/item\.done/), newest.until(/item\.done/)]);
    for (const { socket } of [first, second]) socket.close(1000);
    expect([await translate.ended, await newest.ended]).toEqual([0, 0]);
    expect([translate.stdout().includes('the second'), newest.stdout().includes('the first')]).toEqual([false, false]);
  });

  it('prints a recording that holds the session as it stood, and all that came then', async () => {
    const { socket, id, say } = await session(served);
    say('before');
    await once(socket, 'message');
    const running = colloquy(['tail', served.url, '--json', '--session', id, '--level', 'content']);
    await running.until(/"from":"snapshot".*\n/);
    say('CANARY');
    await running.until(/item\.done.*\n/);
    socket.close(1000);
    expect(await running.ended).toBe(0);
    expect(kindsOf(running.stdout()).slice(0, 3)).toEqual(['header', 'snapshot', 'input']);
    expect(await restore(running.stdout().trimEnd().split('\n'))).toMatchObject({
      phase: 'closed',
      items: { count: 2 },
    });
    expect(running.stdout()).not.toMatch(/CANARY|before/);
  });

  it('ends when it is interrupted, and the session does not notice', async () => {
    const { socket, id, say } = await session(served);
    const running = colloquy(['tail', served.url, '--session', id]);
    await running.until(/0 items/);
    running.child.kill('SIGINT');
    expect([await running.ended, running.stderr()]).toEqual([130, '']);
    say('still here');
    await once(socket, 'message');
  });

  it.each([
    [['--session', 'sess_gone'], 1, /refused with 404: There is no live session of this id\.\n$/],
    [['--session', '../x'], 2, /--session is the id of a session/],
    [['--level', 'key', '--session', 'sess_x'], 1, /refused with 400: Audio and images are not shown here/],
    [['--level', 'all'], 2, /--level is one of/],
  ] as const)('says in one line why it cannot: %j', async (args, code, text) => {
    const { stdout, stderr, ...ended } = await run(['tail', served.url, ...args]);
    expect([ended.code, stdout, stderr.split('\n').length]).toEqual([code, '', 2]);
    expect(stderr).toMatch(text);
  });

  it('shows a key where the server asks for one', async () => {
    const keyed = await serve(['--engine', 'parrot'], { COLLOQUY_API_KEYS: KEY });
    closers.push(() => keyed.child.kill('SIGKILL'));
    const { code, stderr } = await run(['tail', keyed.url]);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/refused with 401: No API key was provided\.\n$/)]);
    const { socket } = await session(keyed, { headers: { authorization: `Bearer ${KEY}` } });
    const running = colloquy(['tail', keyed.url], { COLLOQUY_API_KEY: KEY });
    await running.until(/0 items/);
    socket.close(1000);
    expect(await running.ended).toBe(0);
    expect(running.stdout() + running.stderr()).not.toContain(KEY);
  });

  it('says of another server that it has no sessions to watch', async () => {
    const server = createServer((_, response) => response.writeHead(404).end('\u001b[2J'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { code, stderr } = await run(['tail', await listening(server, 'http')]);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^colloquy tail: [^\n]*cannot be observed; use ws:\/\/[^\n]*\n$/),
    ]);
  });

  it('hides what a server of our kind should have hidden, and prints no line that is none', async () => {
    const server = createServer((_, response) => response.end('{"sessions":[{"id":"sess_x"}]}'));
    new WebSocketServer({ server }).on('connection', (socket) => {
      socket.send('{"recording":1,"session":"x","started_at":0,"hidden":[],"seed":null,"options":null}');
      socket.send('{"at":0,"from":"snapshot","format":1,"state":{}}');
      socket.send('{"at":1,"from":"server","event":{"type":"response.output_audio.delta","delta":"SECRETAUDIO"}}');
      socket.send('CANARY\u001b[2J');
      socket.close(1000);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = await listening(server, 'http');
    for (const flags of [[], ['--json']]) {
      const { code, stdout, stderr } = await run(['tail', url, ...flags]);
      expect([code, stderr]).toEqual([
        0,
        expect.stringMatching(/^a line of 10 characters does not belong to a recording\n/),
      ]);
      expect(stdout).toContain('[REDACTED]');
      expect(stdout + stderr).not.toMatch(/SECRET|CANARY|[\u001b\u009b]/);
    }
  });
});

describe('colloquy tail, of a session of its own', () => {
  let served: Served;
  let endpoint: string;
  beforeAll(async () => {
    served = await serve();
    endpoint = served.url.replace('http', 'ws');
  });
  afterAll(async () => {
    served.child.kill('SIGTERM');
    await served.ended;
  });

  it.each(['', '/v1/realtime?model=gpt-realtime'])(
    'prints events as they come, until it is interrupted (%j)',
    async (path) => {
      const running = colloquy(['tail', path === '' ? endpoint : served.url + path]);
      await running.until(/^ +0\.000 s {2}< {2}session\.created \{"event_id":/m);
      running.child.kill('SIGINT');
      expect([await running.ended, running.stderr()]).toEqual([130, '']);
    },
  );

  it('prints a recording, as it comes', async () => {
    const running = colloquy(['tail', '--json', endpoint]);
    await running.until(/session\.created.*\n/);
    running.child.kill('SIGINT');
    await running.ended;
    expect(kindsOf(running.stdout())).toEqual(['header', 'frame']);
  });

  it('hides what is secret, and prints nothing that could act on a terminal', async () => {
    const server = new WebSocketServer({ port: 0 });
    await once(server, 'listening');
    server.on('connection', (socket) => {
      socket.send('{"type":"response.output_audio.delta","delta":"SECRETAUDIO"}');
      socket.send('{"type":"x\\u001b]0;owned\\u0007","words":"\\u009b2J"}');
      socket.send('CANARY');
      socket.close(1000);
    });
    const { code, stdout, stderr } = await run(['tail', await listening(server, 'ws')]);
    expect([code, stderr]).toEqual([0, expect.stringMatching(/^a frame of 6 characters is not an event\n/)]);
    expect(stdout).toMatch(/delta \{"delta":"\[REDACTED\]"\}\n.*x\\u001b\]0;owned/);
    expect(stdout + stderr).not.toMatch(/SECRET|CANARY|[\u001b\u009b]/);
  });

  it.each([
    ['ws://127.0.0.1:9', 1, /connection refused/],
    ['http://127.0.0.1:9', 1, /connection refused/],
    ['http://user:CANARY@127.0.0.1:9', 2, /must not contain credentials/],
    ['ftp://127.0.0.1:9', 2, /must start with/],
  ])('says in one line what is wrong with %s', async (url, expected, text) => {
    const { code, stdout, stderr } = await run(['tail', url]);
    expect([code, stdout, stderr]).toEqual([expected, '', expect.stringMatching(/^colloquy tail: [^\n]*\n$/)]);
    expect(stderr).toMatch(text);
    expect(stderr).not.toContain('CANARY');
  });

  it('wants the address of a server for the id of a session', async () => {
    const { code, stderr } = await run(['tail', endpoint, '--session', 'sess_x']);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/--session needs the address of a server/)]);
  });

  it('says in its help whose session it shows', async () => {
    const { stdout } = await run(['tail', '--help']);
    expect(stdout).toMatch(/observes a live session[\s\S]*opens a session/);
  });
});
