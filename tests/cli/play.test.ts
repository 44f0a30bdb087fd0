// `colloquy replay --to`: the client's side of a log against live servers, ours and ones that misbehave.

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buildBefore } from '@support/build-before.ts';
import { colloquy, run, type Served, serve } from '@support/colloquy.ts';
import { CONTROLS, golden, json, logFolder } from '@support/logs.ts';
import { recordedFiles } from '@support/recorded-files.ts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';

const KEY = 'sk-play-canary';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A server that does what it is told with each connection, and what it was sent. */
async function odd(answer: (socket: WebSocket) => void): Promise<{ url: string; received: string[] }> {
  const server = new WebSocketServer({ port: 0 });
  closers.push(() => server.close());
  const received: string[] = [];
  server.on('connection', (socket) => {
    socket.on('message', (data) => received.push(String(data)));
    answer(socket);
  });
  await once(server, 'listening');
  return { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

buildBefore('packages');
const folder = logFolder();
afterAll(() => folder.remove());

describe('colloquy replay --to', () => {
  let served: Served;
  let recording = '';
  beforeAll(async () => {
    const dataDir = join(folder.path, 'play');
    served = await serve(['--engine', 'parrot', '--data-dir', dataDir], { COLLOQUY_API_KEYS: KEY });
    const env = { COLLOQUY_API_KEY: KEY };
    await run(['talk', served.url], { input: 'good morning\ncall add {"a":1}\n', env });
    const [name = ''] = recordedFiles(join(dataDir, 'recordings'));
    recording = join(dataDir, 'recordings', name);
  });
  afterAll(async () => {
    served.child.kill('SIGTERM');
    await served.ended;
  });
  const play = (file: string, ...args: string[]) =>
    run(['replay', file, '--to', served.url, ...args], { env: { COLLOQUY_API_KEY: KEY } });

  it('finds that the same server says the same, in words too', async () => {
    for (const flags of [[], ['--words'], ['--realtime']]) {
      const { code, stdout, stderr } = await play(recording, ...flags);
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toMatch(
        /: 127\.0\.0\.1:\d+ sends the same \(\d+ events sent, (\d+) frames came, \1 in the log\)\n$/,
      );
    }
  });

  it('shows what another server says, and the line of the log where it does not', async () => {
    const scenario = folder.file('other.yaml', 'scenario: 1\nturns:\n  - reply: [{ say: "Go away." }]\n');
    const other = await serve(['--engine', 'scripted', '--scenario', scenario]);
    closers.push(() => other.child.kill('SIGKILL'));
    const { code, stdout } = await run(['replay', recording, '--to', other.url, '--words', '--patience', '0.5']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/sends different events \(/);
    expect(stdout).toMatch(
      /\n {2}response 1\n {4}- response\.output_text\.done "You said: good morning" {2}\(line \d+\)\n/,
    );
    expect(stdout).toMatch(/\n {4}\+ response\.output_text\.done "Go away\."\n/);
  });

  it('as JSON says it once for each file, and goes on after one that is not there', async () => {
    const { code, stdout } = await play(join(folder.path, 'gone'), recording, '--json');
    expect(code).toBe(1);
    const [first, second] = json(stdout);
    expect(first).toMatchObject({ ok: false, error: expect.stringContaining('it does not exist') });
    expect(second).toMatchObject({
      ...{ file: recording, ok: true, skipped: 0, differences: [], more_differences: 0, closed: null, missed: {} },
      server: new URL(served.url).host,
      hidden: { audio: 0, images: 0, words: 0 },
    });
  });

  it.each(['bare events', 'time, source, event', 'a text log', 'a HAR file'])(
    'plays a log of others: %s',
    async (form) => {
      const { code, stdout } = await play(folder.foreign(form, 'cancel-mid-response'), '--patience', '0.3', '--json');
      const [played] = json(stdout);
      expect(code).toBe(1);
      expect(played).toMatchObject({ sent: 5, ok: false });
      expect(played.frames.live).toBeGreaterThan(10);
    },
  );

  it('sends silence for audio that is hidden, as long as it was', async () => {
    const { url, received } = await odd(() => {});
    const { stdout } = await run(['replay', golden('audio-turn'), '--to', url, '--patience', '0.1']);
    const appended = received
      .map((text) => JSON.parse(text))
      .filter(({ type }) => type === 'input_audio_buffer.append');
    expect(appended.length).toBeGreaterThan(0);
    for (const { audio } of appended) expect(audio).toMatch(/^A{100,}/);
    expect(stdout).toContain(`silence was sent for ${appended.length} pieces of audio`);
  });

  it('waits no longer than it is told for a server that says nothing', async () => {
    const { url } = await odd(() => {});
    const { code, stdout } = await run(['replay', recording, '--to', url, '--patience', '0.1']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/timed out waiting for session\.created, /);
  });

  it('tells of a server that hangs up, and of one that makes mischief', async () => {
    const { url } = await odd((socket) => {
      socket.send('CANARY no JSON');
      socket.send('{"type":"x\\u001b]0;owned\\u0007"}');
      socket.send(JSON.stringify({ type: 'error', error: { code: '\u009b2J', param: '\u202e' } }));
      socket.close(4000, 'enough\u001b[2J');
    });
    const { code, stdout } = await run(['replay', recording, '--to', url]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/\n {2}it closed the connection: 4000 enough\\u001b\[2J\n/);
    expect(stdout).not.toMatch(CONTROLS);
    expect(stdout).not.toContain('CANARY');
  });

  it.each([
    ['nobody is there', ['--to', 'ws://127.0.0.1:9'], 1, /connection refused/],
    ['the address is none', ['--to', 'ftp://x'], 2, /must start with/],
    ['the address holds a key', ['--to', 'ws://x:CANARY@y'], 2, /must not contain credentials/],
    [
      'patience is no number',
      ['--to', 'ws://127.0.0.1:9', '--patience', 'long'],
      2,
      /--patience must be a number of seconds/,
    ],
    ['there is no server', ['--words'], 2, /require --to/],
    [
      'the authority is missing',
      ['--to', 'wss://127.0.0.1:9', '--ca', '/nowhere'],
      2,
      /cannot be read: it does not exist/,
    ],
  ])('says in one line that %s', async (_, args, expected, text) => {
    const { code, stdout, stderr } = await run(['replay', recording, ...args]);
    expect([code, stdout, stderr.split('\n').length]).toEqual([expected, '', 2]);
    expect(stderr).toMatch(text);
    expect(stderr).not.toContain('CANARY');
  });

  it('is refused by a server that asks for another key, and shows it to nobody', async () => {
    const { code, stdout, stderr } = await run(['replay', recording, '--to', served.url], {
      env: { COLLOQUY_API_KEY: 'sk-other-canary' },
    });
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/refused with 401: Incorrect API key provided\.\n$/);
    expect(stderr).not.toContain('canary');
  });

  it('[LG5] makes nothing of garbage, of an empty file, and what it can of one that was cut off', async () => {
    const garbage = await play(folder.garbage());
    expect([garbage.code, garbage.stdout]).toEqual([1, '']);
    expect(garbage.stderr).toMatch(/: it is binary data, no log of events\n.*garbage: it contains no events\n$/);
    const empty = await play(folder.file('empty', ''));
    expect([empty.code, empty.stderr]).toEqual([1, expect.stringMatching(/empty: it contains no events\n$/)]);
    const cut = await play(folder.cut(), '--patience', '0.1', '--json');
    expect(json(cut.stdout)[0]).toMatchObject({ sent: expect.any(Number), skipped: 0 });
  });

  it('ends when it is interrupted', async () => {
    let receive = () => {};
    const request = new Promise<void>((resolve) => {
      receive = resolve;
    });
    const { url } = await odd((socket) => {
      socket.send('{"type":"session.created","session":{}}');
      socket.on('message', () => receive());
    });
    const running = colloquy(['replay', recording, '--to', url, '--patience', '60']);
    await request;
    running.child.kill('SIGINT');
    expect(await running.ended).toBe(130);
  });
});
