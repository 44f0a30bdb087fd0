// `colloquy serve`, started as its users start it: what it prints, how it ends, and with which code.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildBefore } from '@support/build-before.ts';
import { runClient } from '@support/child.ts';
import { run, type Served, serve } from '@support/colloquy.ts';
import { recordedFiles } from '@support/recorded-files.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';

const running: Served[] = [];
const folders: string[] = [];
afterEach(async () => {
  for (const { child, ended } of running.splice(0)) {
    child.kill('SIGKILL');
    await ended;
  }
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

async function started(args: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Promise<Served> {
  const served = await serve(args, env);
  running.push(served);
  return served;
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'colloquy-cli-'));
  folders.push(folder);
  return folder;
}

function fileOf(text: string): string {
  const file = join(newFolder(), 'colloquy.json');
  writeFileSync(file, text);
  return file;
}

const status = (url: string) =>
  new Promise<number>((resolve, reject) => {
    get(url, { agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    }).on('error', reject);
  });

/** Opens a session and waits for its first event; further ones are read with `next`. */
async function openSession(url: string, key?: string) {
  const headers = key === undefined ? {} : { authorization: `Bearer ${key}` };
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/v1/realtime?model=colloquy`, { headers });
  const events: Record<string, unknown>[] = [];
  let wake = () => {};
  socket.on('message', (data) => {
    events.push(JSON.parse(String(data)));
    wake();
  });
  const closed = new Promise<number>((resolve, reject) => {
    socket.on('close', resolve);
    socket.on('error', reject);
  });
  const until = async (type: string) => {
    for (;;) {
      const match = events.find((event) => event.type === type);
      if (match) return match;
      await Promise.race([new Promise<void>((resolve) => (wake = resolve)), closed]);
    }
  };
  await until('session.created');
  return { socket, until, closed };
}

buildBefore('packages', 'console');

describe('colloquy serve', () => {
  it('says where it listens, once, in these words', async () => {
    const { url, stdout } = await started();
    expect(stdout()).toBe(`colloquy listening on ${url}\n`);
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(await status(`${url}/healthz`)).toBe(200);
  });

  it('serves the console at /', async () => {
    const { url } = await started();
    const response = await fetch(url);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^text\/html/);
    expect(response.headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(await response.text()).toContain('<title>Colloquy</title>');
  });

  it('with --tls also says the https address and where the authority is, which then is all a client needs', async () => {
    const served = await started(['--engine', 'parrot', '--tls', '--tls-port', '0', '--data-dir', newFolder()]);
    const [, tlsUrl = ''] = await served.until(/^colloquy listening on (https:\/\/\S+)\n/m);
    const [, caFile = ''] = await served.until(/^certificate authority: (\S+)\n/m);
    const { code, stdout } = await run(['talk', tlsUrl, '--ca', caFile], { input: 'over TLS\n' });
    expect([code, stdout]).toEqual([0, 'You said: over TLS\n']);
    expect(readFileSync(caFile, 'utf8')).not.toContain('PRIVATE KEY');
  });

  it('[VA29] detects turns for every engine, and for none with --no-detector', async () => {
    for (const [flags, detection] of [
      [[], expect.objectContaining({ type: 'server_vad' })],
      [['--no-detector'], null],
    ] as const) {
      const { url } = await started(['--engine', 'parrot', ...flags]);
      const { until } = await openSession(url);
      expect(await until('session.created')).toMatchObject({
        session: { audio: { input: { turn_detection: detection } } },
      });
    }
  });

  it('plays a scenario, and says at the end whether it was played as it is written', async () => {
    const scenario = fileOf('{"scenario":1,"turns":[{"when":{"text":"hi"},"reply":[{"say":"Hello yourself."}]}]}');
    for (const [input, code, complaint] of [
      ['hi\n', 0, ''],
      ['bye\n', 1, 'no turn answers turn 1'],
    ] as const) {
      const { url, child, ended, stderr } = await started(['--engine', 'scripted', '--scenario', scenario]);
      const { stdout } = await run(['talk', url], { input });
      if (code === 0) expect(stdout).toBe('Hello yourself.\n');
      child.kill('SIGTERM');
      expect(await ended).toBe(code);
      expect(stderr()).toContain(complaint);
    }
  });

  it('refuses a scenario that is none: one line that names the file and the field, and 2', async () => {
    const scenario = fileOf('{"scenario":1,"turns":[{"reply":[{"say":7}]}]}');
    const { code, stderr } = await run(['serve', '--engine', 'scripted', '--scenario', scenario]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^colloquy serve: [^\n]*\n$/);
    expect(stderr).toContain(`${scenario}: `);
    expect(stderr).toContain('turns[0].reply[0].say');
  });

  it.each([false, true])('with --data-dir records sessions; --record-audio %j', async (audio) => {
    const folder = newFolder();
    const { url, child, ended } = await started(['--data-dir', folder, ...(audio ? ['--record-audio'] : [])]);
    const { socket, until, closed } = await openSession(url);
    socket.send('{"type":"input_audio_buffer.append","audio":"Q0FOQVJZ"}');
    socket.send('{"type":"input_audio_buffer.clear"}');
    await until('input_audio_buffer.cleared');
    child.kill('SIGTERM');
    await closed;
    expect(await ended).toBe(0);
    const [name = ''] = recordedFiles(join(folder, 'recordings'));
    expect(readFileSync(join(folder, 'recordings', name), 'utf8').includes('Q0FOQVJZ')).toBe(audio);
  });

  it('[CO21] refuses a data folder that another server uses, and takes it over from one that was killed', async () => {
    const folder = newFolder();
    const args = ['--data-dir', folder];
    const first = await started(args);
    const { socket, until } = await openSession(first.url);
    const before = readdirSync(join(folder, 'recordings'));
    const refused = await run(['serve', '--port', '0', ...args]);
    expect([refused.code, refused.stdout]).toEqual([2, '']);
    expect(refused.stderr).toMatch(/^colloquy serve: recordings cannot be kept in \S+: another server uses [^\n]*\n$/);
    expect(readdirSync(join(folder, 'recordings'))).toEqual(before);
    socket.send('{"type":"input_audio_buffer.clear"}');
    await until('input_audio_buffer.cleared');

    first.child.kill('SIGKILL');
    await first.ended;
    const second = await started(args);
    expect((await run(['serve', '--port', '0', ...args])).code).toBe(2);
    second.child.kill('SIGTERM');
    expect(await second.ended).toBe(0);
    expect(readdirSync(join(folder, 'recordings'))).toEqual(recordedFiles(join(folder, 'recordings')));
  }, 120_000);

  it('holds a conversation with an unmodified official client', async () => {
    const { url } = await started(['--engine', 'parrot', '--pace', '10']);
    const input = {
      url: `${url.replace(/^http/, 'ws')}/v1/realtime?model=gpt-realtime`,
      apiKey: 'any',
      modality: 'text',
    };
    const { code, report, stderr } = await runClient<{ text: string; errors: string[] }>('agents.mjs', input);
    expect(code, stderr).toBe(0);
    expect(report).toMatchObject({ text: 'You said: call add {"a":1,"b":2} 3', errors: [] });
  });

  it('takes settings from a file and lets flags win', async () => {
    const taken = await started(['--config', fileOf('{"port": 1, "pace": 1, "engine": "parrot"}')]);
    expect(new URL(taken.url).port).not.toBe('1');
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    '[LM12, ER41] on %s lets a running answer finish, closes with 1001 and ends with 0',
    async (signal) => {
      const { url, child, ended, until: text } = await started(['--engine', 'parrot', '--pace', '30']);
      const { socket, until, closed } = await openSession(url);
      const item = { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'a b c d e f g h' }] };
      socket.send(JSON.stringify({ type: 'conversation.item.create', item }));
      socket.send('{"type":"response.create","response":{"output_modalities":["text"]}}');
      await until('response.output_text.delta');
      child.kill(signal);
      await text(/draining/, 'stderr');
      const done = (await until('response.done')) as { response: { status: string } };
      expect(done.response.status).toBe('completed');
      expect(await closed).toBe(1001);
      expect(await ended).toBe(0);
    },
  );

  it('[RT22] goes on after SIGHUP, its connections too, and says so', async () => {
    const { url, child, ended, until: text } = await started();
    const { socket, until } = await openSession(url);
    child.kill('SIGHUP');
    await text(/goes on after SIGHUP/, 'stderr');
    socket.send('{"type":"input_audio_buffer.clear"}');
    await until('input_audio_buffer.cleared');
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
  });

  it('[LM12] on a second signal ends at once', async () => {
    const { url, child, ended, until: text } = await started(['--engine', 'parrot', '--pace', '5000']);
    const { socket, until, closed } = await openSession(url);
    closed.catch(() => {}); // cut off, as it is meant to be
    socket.send('{"type":"response.create"}');
    await until('response.created');
    child.kill('SIGTERM');
    await text(/draining/, 'stderr');
    child.kill('SIGTERM');
    expect(await ended).toBe(143);
  });

  it('a port in use is one line and 1', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as { port: number };
    const { code, stdout, stderr } = await run(['serve', '--port', String(port)]);
    taken.close();
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(new RegExp(`^colloquy serve: .*port ${port} is in use.*\\n$`));
  });

  it.each(['0.0.0.0', '::'])('[AU11] refuses to listen on %s without keys: one line and 2', async (host) => {
    const { code, stdout, stderr } = await run(['serve', '--port', '0', '--host', host]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^colloquy serve: [^\n]*COLLOQUY_API_KEYS[^\n]*\n$/);
  });

  it('[AU10] asks for a key from COLLOQUY_API_KEYS, and never shows one', async () => {
    const served = await started(['--engine', 'parrot', '--log-level', 'debug'], {
      COLLOQUY_API_KEYS: 'sk-first,sk-second',
    });
    await expect(openSession(served.url)).rejects.toThrow('401');
    await expect(openSession(served.url, 'sk-wrong')).rejects.toThrow('401');
    const { socket, closed } = await openSession(served.url, 'sk-second');
    socket.close();
    await closed;
    expect(served.stdout() + served.stderr()).not.toMatch(/sk-(first|second|wrong)/);
  });

  it.each([
    [['--port', '99999'], '--port must be a whole number from 0 to 65535'],
    [['--engine', 'nobody'], '--engine must be one or more of offline, parrot, scripted, cascade'],
    [['--engine', 'scripted'], '--engine scripted requires --scenario'],
    [['--engine', 'scripted', '--scenario', '/nowhere/s.yaml'], '/nowhere/s.yaml cannot be read: it does not exist'],
    [['--scenario', '/nowhere/s.yaml'], '/nowhere/s.yaml cannot be read: it does not exist'],
    [['--engine', 'parrot', '--scenario', 's.yaml'], '--scenario is for --engine scripted, not parrot'],
    [['--pace', '10'], '--pace is for --engine parrot, not offline'],
    [['--engine', 'parrot,offline,parrot'], "--engine names 'parrot' twice"],
    [['--engine', ','], '--engine must be names of engines, comma-separated'],
    [['--record-audio'], '--record-audio requires --data-dir'],
    [['--upstream', 'wss://u.example/', '--engine', 'parrot'], '--upstream replaces --engine'],
    [['--upstream', 'ws://u.example/v1/realtime'], 'upstream: ws:// is for this machine only; use wss://'],
    [['--upstream', 'wss://me:sk-secret@u.example/'], 'upstream: url must not hold a credential'],
    [['--api-key', 'sk-secret'], "--api-key is not an option; see 'colloquy serve --help'"],
    [['--port'], '--port has an invalid value'],
    [['sk-secret'], 'too many arguments'],
    [['--config', '/nowhere/colloquy.json'], '/nowhere/colloquy.json cannot be read: it does not exist'],
  ])('refuses %j: one line and 2', async (args, message) => {
    const { code, stdout, stderr } = await run(['serve', ...args]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^colloquy serve: [^\n]*\n$/);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('sk-secret');
  });

  it('[RL1] with --upstream relays to another server, with a key from the environment', async () => {
    const behind = await started(['--engine', 'parrot'], { COLLOQUY_API_KEYS: 'sk-behind' });
    const upstream = `${behind.url.replace('http', 'ws')}/v1/realtime`;
    const relay = await started(['--upstream', upstream], { COLLOQUY_UPSTREAM_KEY: 'sk-behind' });
    const { code, stdout } = await run(['talk', relay.url], { input: 'far away\n' });
    expect([code, stdout]).toEqual([0, 'You said: far away\n']);
    const without = await started(['--upstream', upstream, '--models', 'colloquy,gpt-realtime']);
    await expect(openSession(without.url)).rejects.toThrow('401');
  });

  it('refuses a file with an unknown key, naming both', async () => {
    const file = fileOf('{"prot": 9000}');
    const { code, stderr } = await run(['serve', '--config', file]);
    expect(code).toBe(2);
    expect(stderr).toContain(`${file}: 'prot' is not a setting; known keys: port`);
  });
});

describe('colloquy', () => {
  it.each([
    [['--help'], /^Usage: colloquy \[<command>\][\s\S]*serve[\s\S]*talk[\s\S]*Exit codes/],
    [['serve', '--help'], /^Usage: colloquy serve[\s\S]*--port[\s\S]*COLLOQUY_API_KEYS/],
    [['replay', '--help'], /^Usage: colloquy replay[\s\S]*--json/],
    [['talk', '-h'], /^Usage: colloquy talk[\s\S]*--events/],
    [['--version'], /^\d+\.\d+\.\d+\n$/],
  ])('answers %j on stdout', async (args, pattern) => {
    const { code, stdout, stderr } = await run(args);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(pattern);
  });

  it.each([[['frobnicate']], [['__proto__']], [['help', 'constructor']]])(
    'refuses %j on stderr with 2',
    async (args) => {
      const { code, stdout, stderr } = await run(args);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toContain('colloquy');
    },
  );
});
