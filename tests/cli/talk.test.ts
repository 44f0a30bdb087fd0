// `colloquy talk` from a pipe, against the real server and against servers that misbehave.

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildBefore } from '@support/build-before.ts';
import { colloquy, run, type Served, serve } from '@support/colloquy.ts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';

const KEY = 'sk-talk-canary';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A server that answers each `response.create` with these events, and sends `session.created` first. */
async function scripted(answer: (socket: WebSocket) => void): Promise<string> {
  const server = createServer();
  new WebSocketServer({ server }).on('connection', (socket) => {
    socket.send('{"type":"session.created","event_id":"e","session":{"type":"realtime","object":"realtime.session"}}');
    socket.on('message', (data) => {
      if (JSON.parse(String(data)).type === 'response.create') answer(socket);
    });
  });
  return listening(server);
}

const say = (socket: WebSocket, ...events: object[]) => {
  for (const event of events) socket.send(JSON.stringify(event));
};
const created = { type: 'response.created', response: { id: 'r', object: 'realtime.response', status: 'in_progress' } };
const done = (status: string, details: object | null = null) => ({
  type: 'response.done',
  response: { id: 'r', object: 'realtime.response', status, status_details: details, output: [] },
});
const text = (delta: string) => ({
  type: 'response.output_text.delta',
  response_id: 'r',
  item_id: 'i',
  output_index: 0,
  content_index: 0,
  delta,
});

buildBefore('packages');

describe('colloquy talk, from a pipe', () => {
  let served: Served;
  beforeAll(async () => {
    served = await serve(['--engine', 'parrot', '--pace', '1'], { COLLOQUY_API_KEYS: KEY });
  });
  afterAll(async () => {
    served.child.kill('SIGTERM');
    await served.ended;
  });
  const env = { COLLOQUY_API_KEY: KEY };

  it('answers each line as a turn and ends with 0', async () => {
    const { code, stdout, stderr } = await run(['talk', served.url], {
      env,
      input: 'hello there\n\n  \nhow are you\n',
    });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toBe('You said: hello there\nYou said: how are you\n');
  });

  it('answers a last line without its newline, and nothing at all with nothing', async () => {
    expect((await run(['talk', served.url], { env, input: 'bye' })).stdout).toBe('You said: bye\n');
    expect(await run(['talk', served.url], { env })).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('takes the first of COLLOQUY_API_KEYS for a server on this machine', async () => {
    const { code } = await run(['talk', served.url], {
      env: { COLLOQUY_API_KEYS: `${KEY},sk-other` },
      input: 'hi\n',
    });
    expect(code).toBe(0);
  });

  it('shows what the user typed with its escapes escaped', async () => {
    const { stdout } = await run(['talk', served.url], { env, input: 'a\u001b]0;owned\u0007b \u202ec\n' });
    expect(stdout).toBe('You said: a\\u001b]0;owned\\u0007b \\u202ec\n');
  });

  it('[RD3] with --events shows frames both ways, one a line, without secrets', async () => {
    const { code, stdout } = await run(['talk', served.url, '--events'], {
      env,
      input: 'my key is sk-0123456789abcdefghij\n',
    });
    expect(code).toBe(0);
    const frames = stdout.split('\n').filter((line) => /^[<>] /.test(line));
    const types = frames.map((line) => [line[0], JSON.parse(line.slice(2)).type]);
    expect(types).toContainEqual(['>', 'response.create']);
    expect(types).toContainEqual(['<', 'session.created']);
    expect(types).toContainEqual(['<', 'response.output_text.delta']);
    expect(types).toContainEqual(['<', 'response.done']);
    expect(frames.join('\n')).not.toContain(KEY);
    expect(stdout).toContain('\nYou said: my key is ');
  });

  it('says that the key was refused, in one line, and ends with 1', async () => {
    const { code, stdout, stderr } = await run(['talk', served.url], {
      env: { COLLOQUY_API_KEY: 'sk-wrong-canary' },
      input: 'x\n',
    });
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^colloquy talk: ws:\/\/127\.0\.0\.1:\d+: refused with 401: [^\n]+\n$/);
    expect(stderr).not.toContain('canary');
  });

  it('[RS23] Ctrl-C cancels the running answer; the next line is answered', async () => {
    const slow = await serve(['--engine', 'parrot', '--pace', '60']);
    const talking = colloquy(['talk', slow.url]);
    talking.child.stdin.write(`one ${'and on '.repeat(20)}end\n`);
    await talking.until(/You said: one/);
    talking.child.kill('SIGINT');
    await talking.until(/\[cancelled\]/, 'stderr');
    talking.child.stdin.end('again\n');
    expect(await talking.ended).toBe(0);
    expect(talking.stdout()).not.toContain('end');
    expect(talking.stdout()).toMatch(/\nYou said: again\n$/);
    slow.child.kill('SIGTERM');
    await slow.ended;
  });
});

describe('colloquy talk, and what may be at the other end', () => {
  it('nothing: says so and how to change it, ends with 1', async () => {
    const { code, stderr } = await run(['talk', 'ws://127.0.0.1:1'], { input: 'x\n' });
    expect(code).toBe(1);
    expect(stderr).toBe("colloquy talk: ws://127.0.0.1:1: connection refused; start a server with 'colloquy serve'\n");
  });

  it('a web server that knows nothing of this', async () => {
    const url = await listening(createServer((_, response) => response.writeHead(404).end('<h1>\u001b[2J</h1>')));
    const { code, stderr } = await run(['talk', url], { input: 'x\n' });
    expect([code, stderr]).toEqual([1, `colloquy talk: ${url}: refused with 404\n`]);
  });

  it('an engine that fails: says why, goes on, ends with 1', async () => {
    const failed = done('failed', { type: 'failed', error: { type: 'server_error', code: 'internal_error' } });
    const url = await scripted((socket) => say(socket, created, text('I was abo'), failed));
    const { code, stdout, stderr } = await run(['talk', url], { input: 'x\ny\n' });
    expect([code, stdout]).toEqual([1, 'I was abo\nI was abo\n']);
    expect(stderr).toBe('[failed: internal_error]\n[failed: internal_error]\n');
  });

  it('a refusal of the turn itself', async () => {
    const error = { type: 'invalid_request_error', code: 'x', message: 'no\u001b[31m', event_id: 'talk_response_1' };
    const url = await scripted((socket) => say(socket, { type: 'error', event_id: 'e', error }));
    const { code, stderr } = await run(['talk', url], { input: 'x\n' });
    expect([code, stderr]).toEqual([1, 'error: no\\u001b[31m\n']);
  });

  it('frames that are none, and events nobody knows', async () => {
    const url = await scripted((socket) => {
      socket.send('{"type":');
      socket.send(Buffer.from([1, 2, 3]));
      say(socket, { type: 'something.new', event_id: 'e' }, created, text('fine'), done('completed'));
    });
    const { code, stdout, stderr } = await run(['talk', url], { input: 'x\n' });
    expect([code, stdout]).toEqual([1, 'fine\n']);
    expect(stderr.split('\n').filter(Boolean)).toHaveLength(2);
  });

  it('a server that leaves in the middle', async () => {
    const url = await scripted((socket) => {
      say(socket, created, text('wait'));
      socket.close(1001, 'going\u001b[2J');
    });
    const { code, stderr } = await run(['talk', url], { input: 'x\n' });
    expect(code).toBe(1);
    expect(stderr).toContain('the server closed the connection (1001 going\\u001b[2J)\n');
  });

  it('a server that is gone while input is still open', async () => {
    const server = createServer();
    const url = await listening(server);
    const socketServer = new WebSocketServer({ server });
    const talking = colloquy(['talk', url]);
    const [socket] = (await once(socketServer, 'connection')) as [WebSocket];
    socket.terminate();
    expect(await talking.ended).toBe(1);
    expect(talking.stderr()).toContain('the server closed the connection (1006)');
  });

  it.each([
    [['http://']],
    [['ftp://127.0.0.1']],
    [['ws://user:sk-secret@127.0.0.1']],
    [['a', 'b']],
    [['--ca', '/nowhere.pem', 'wss://127.0.0.1:1']],
  ])('refuses %j: one line and 2', async (args) => {
    const { code, stdout, stderr } = await run(['talk', ...args]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^colloquy talk: [^\n]*\n$/);
    expect(stderr).not.toContain('sk-secret');
  });
});
