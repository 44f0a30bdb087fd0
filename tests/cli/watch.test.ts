// `colloquy watch`: unmodified SDK programs find its server, and it ends with them.

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildBefore } from '@support/build-before.ts';
import { colloquy, run } from '@support/colloquy.ts';
import { afterAll, expect, it } from 'vitest';

buildBefore('packages');

const dataDir = mkdtempSync(join(tmpdir(), 'colloquy-watch-'));
afterAll(() => rmSync(dataDir, { recursive: true }));

const client = (name: string) => join(import.meta.dirname, '../compat/clients', name);
const options = ['--data-dir', dataDir, '--engine', 'parrot', '--no-detector'];
const watch = (command: string[], env: Record<string, string> = {}) =>
  run(['watch', ...options, '--', ...command], { env });

it('[CL8, CL9] serves an openai-node program that names no server, and ends with its exit code and a summary', async () => {
  const { code, stdout, stderr } = await watch(['node', client('watched-openai.mjs')]);
  expect([code, stdout], stderr).toEqual([7, 'You said: hello there ek_\n']);
  expect(stderr).toMatch(
    /^colloquy watch: live view at http:\/\/127\.0\.0\.1:\d+\/#\/home\ncolloquy watch: recordings in \S+\/recordings\n {2}\S+-sess_\w+ {2}"hello there" · \d+\.\d s · 1 turn · 0 errors\n$/,
  );
  expect(readdirSync(join(dataDir, 'recordings')).filter((name) => name.endsWith('.jsonl'))).toHaveLength(1);
});

it('[CL8, CL10] serves an Agents SDK program that dials the address built into the SDK, with the key it has', async () => {
  const command = ['node', '--experimental-websocket', client('watched-agents.mjs')];
  const { code, stdout, stderr } = await watch(command, { OPENAI_API_KEY: 'test', COLLOQUY_API_KEYS: 'other' });
  expect([code, stdout.split('\n').sort()], stderr).toEqual([0, ['', '200 session.created', 'You said: hello there']]);
  expect(stderr.match(/-sess_/g)).toHaveLength(2);
});

it('[CL8] leaves certificates that the program has, and its other settings', async () => {
  const own = join(dataDir, 'tls', 'ca.pem');
  const script = `
    const { readFileSync } = require('node:fs');
    const count = (name) => readFileSync(process.env[name], 'utf8').match(/BEGIN CERTIFICATE/g).length;
    console.log(count('NODE_EXTRA_CA_CERTS'), count('SSL_CERT_FILE'), count('REQUESTS_CA_BUNDLE') > 2);
    console.log(process.title, process.env.OPENAI_API_KEY, process.env.A);
    process.kill(process.pid, 'SIGTERM');`;
  const { code, stdout } = await watch(['node', '-e', script], {
    ...{ NODE_EXTRA_CA_CERTS: own, SSL_CERT_FILE: own, A: 'kept', COLLOQUY_API_KEYS: 'k1,k2' },
    NODE_OPTIONS: '--title=given',
  });
  expect([code, stdout]).toEqual([143, '2 2 true\ngiven k1 kept\n']);
});

it('[CL9] forwards SIGTERM to the program and waits for its end', async () => {
  const script = "process.on('SIGTERM', () => process.exit(5)); setInterval(() => {}, 1000); console.log('ready')";
  const watching = colloquy(['watch', ...options, '--', 'node', '-e', script]);
  await watching.until(/ready/);
  watching.child.kill('SIGTERM');
  expect(await watching.ended).toBe(5);
  expect(watching.stderr()).toContain('colloquy watch: no sessions\n');
});

it.each([
  [['watch'], 2, "which command? Give it after '--': colloquy watch -- node agent.js"],
  [['watch', '--port', '1', '--', 'node'], 2, "--port is not an option; see 'colloquy watch --help'"],
  [['watch', ...options, '--', 'no-such-program'], 1, 'no-such-program cannot be started: it does not exist'],
])('[CL9] refuses %j', async (args, code, message) => {
  const { stderr, ...ended } = await run(args);
  expect([ended.code, stderr]).toEqual([code, expect.stringContaining(message)]);
});
