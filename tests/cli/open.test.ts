// `colloquy open`: the address of a log in the console, and who can read a file at it.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildBefore } from '@support/build-before.ts';
import { colloquy, run, serve } from '@support/colloquy.ts';
import { expect, it } from 'vitest';

buildBefore('packages', 'console');

const FILE = join(import.meta.dirname, '../golden/recordings/text-turn.jsonl');

it('[CO45] serves a file at an address that is not listed, to its own page only, until it is ended', async () => {
  const opened = colloquy(['open', FILE]);
  const [, origin = '', name = ''] = await opened.until(/^(http:\/\/127\.0\.0\.1:\d+)\/#\/recording\/(\S+)\n/);
  expect(name).toMatch(/^text-turn\.jsonl-[0-9a-f]{32}$/);
  const read = (path: string, headers = {}) => fetch(`${origin}/api/recordings${path}`, { headers });
  expect(await (await read(`/${name}`, { origin })).text()).toBe(readFileSync(FILE, 'utf8'));
  expect(await (await read(`/${name}?level=content`)).text()).not.toContain('Hello?');
  for (const path of ['', '/text-turn.jsonl', `/${name}x`]) expect((await read(path)).status).toBe(404);
  for (const other of ['https://evil.test', 'null', 'http://127.0.0.1:1'])
    expect((await read(`/${name}`, { origin: other })).status).toBe(403);
  expect((await read(`/${name}`, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  opened.child.kill('SIGTERM');
  expect(await opened.ended).toBe(0);
});

it('[CO44, CO45] leads to a recording, a session or the console of a running server, also with TLS', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'colloquy-open-'));
  const serving = ['--engine', 'parrot', '--no-detector', '--data-dir', folder, '--tls', '--tls-port', '0'];
  const { url, child, ended, until } = await serve(serving);
  const [, tls = '', caFile = ''] = await until(/on (https:\S+)\ncertificate authority: (\S+)\n/);
  const open = async (...args: string[]) => (await run(['open', ...args])).stdout;
  expect(await open('20260101T000000Z-sess_x', '--server', url)).toBe(`${url}/#/recording/20260101T000000Z-sess_x\n`);
  expect(await open('sess_x', '--server', tls, '--ca', caFile)).toBe(`${tls}/#/session/sess_x\n`);
  expect(await open(tls, '--ca', caFile)).toBe(`${tls}/\n`);
  const inspect = (...args: string[]) => run(['inspect', '--last', '--server', tls, ...args]);
  expect((await inspect()).stderr).toContain('its certificate is not trusted; give the CA file with --ca');
  expect((await inspect('--ca', caFile)).stderr).toContain('it has no recordings');
  child.kill('SIGTERM');
  await ended;
  rmSync(folder, { recursive: true });
});

it('[CO50] serves the demo session, and no file', async () => {
  const opened = colloquy(['open', '--demo']);
  const [, origin = ''] = await opened.until(/^(http:\/\/127\.0\.0\.1:\d+)\/#\/demo\n/);
  const demo = join(import.meta.dirname, '../../packages/console/public/demo.jsonl');
  expect(await (await fetch(`${origin}/demo.jsonl`)).text()).toBe(readFileSync(demo, 'utf8'));
  expect((await fetch(`${origin}/api/recordings`)).status).toBe(404);
  opened.child.kill('SIGTERM');
  expect(await opened.ended).toBe(0);
});

it.each([
  [[], 2, "which log? see 'colloquy open --help'"],
  [['nothing.jsonl'], 1, 'nothing.jsonl is not a file'],
  [['--demo', FILE], 2, '--demo takes no FILE, NAME or URL'],
  [[FILE, '--server', 'http://127.0.0.1:1'], 2, '--server is for a server; a FILE is served by this command'],
])('[CO45] refuses open %j', async (args, code, message) => {
  const { stderr, ...ended } = await run(['open', ...args]);
  expect([ended.code, stderr]).toEqual([code, `colloquy open: ${message}\n`]);
});
