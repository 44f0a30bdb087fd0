// `colloquy list` and `colloquy inspect --last`: what a server or a folder has, without its console.

import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildBefore } from '@support/build-before.ts';
import { run, type Served, serve } from '@support/colloquy.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

buildBefore('packages');

const GOLDEN = join(import.meta.dirname, '../golden/recordings');
const dataDir = mkdtempSync(join(tmpdir(), 'colloquy-list-'));
const folder = join(dataDir, 'recordings');
afterAll(() => rmSync(dataDir, { recursive: true }));

const name = (day: number) => `2026010${day}T000000Z-sess_${day}`;

beforeAll(() => {
  mkdirSync(folder);
  for (const [index, golden] of ['text-turn', 'tool-round', 'speech-turns'].entries())
    cpSync(join(GOLDEN, `${golden}.jsonl`), join(folder, `${name(index + 1)}.jsonl`));
});

const namesIn = (stdout: string) => stdout.match(/^2026\S+/gm) ?? [];

describe('colloquy list --data-dir', () => {
  it('[CO43] prints the recordings of a folder with their summaries, and writes nothing', async () => {
    const { code, stdout, stderr } = await run(['list', '--data-dir', dataDir]);
    expect([code, stderr]).toEqual([0, '']);
    expect(namesIn(stdout)).toEqual([name(3), name(2), name(1)]);
    expect(stdout).toMatch(/^2026\S+ +2026-01-01 00:00 +0:06 +3 +120 +840 +1 .* Tell me\.$/m);
    expect(stdout).not.toContain('\u001b[');
    expect(readdirSync(folder)).toHaveLength(3);
    expect((await run(['list', '--data-dir', dataDir], { env: { FORCE_COLOR: '1' } })).stdout).toContain('\u001b[');
  });

  it('[CO43] filters and limits them, and prints JSON', async () => {
    const list = async (...args: string[]) => namesIn((await run(['list', '--data-dir', dataDir, ...args])).stdout);
    expect(await list('--has', 'tool')).toEqual([name(2)]);
    expect(await list('-q', 'TELL me')).toEqual([name(3)]);
    expect(await list('--has', 'tool', '--has', 'slow')).toEqual([]);
    expect(await list('--limit', '2')).toEqual([name(3), name(2)]);
    const { stdout } = await run(['list', '--data-dir', dataDir, '--json', '-q', 'oslo']);
    expect(JSON.parse(stdout)).toMatchObject({
      sessions: [],
      recordings: [{ name: name(2), summary: { first_words: 'Is it warm in Oslo and in Rome?', tools: ['weather'] } }],
      pending: 0,
    });
  });

  it.each([
    [['--has', 'slwo'], "--has: unknown value; did you mean 'slow'? See 'colloquy list --help'"],
    [['--limit', '0'], '--limit is a whole number from 1 to 10000'],
    [['-q', ' '], '--query is a text of 1 to 200 characters'],
    [['--dta-dir', 'x'], "--dta-dir is not an option; did you mean '--data-dir'? See 'colloquy list --help'"],
    [['http://127.0.0.1:1', '--data-dir', 'x'], 'give an address or --data-dir, not both'],
    [['ws://127.0.0.1:1'], 'the address of a server is http://host:port, as http://127.0.0.1:8787'],
  ])('[CO43] refuses %j', async (args, message) => {
    const { code, stderr } = await run(['list', ...args]);
    expect([code, stderr]).toEqual([2, `colloquy list: ${message}\n`]);
  });

  it('[CO43] says when there is no folder and no server', async () => {
    const none = await run(['list', '--data-dir', join(dataDir, 'none')]);
    expect([none.code, none.stderr]).toEqual([1, expect.stringMatching(/^colloquy list: \S+ does not exist\n$/)]);
    const nobody = await run(['list', 'http://127.0.0.1:1']);
    expect([nobody.code, nobody.stderr]).toEqual([1, expect.stringMatching(/^colloquy list: .*connection refused/)]);
  });
});

describe('a server', () => {
  let served: Served;
  beforeAll(async () => {
    served = await serve(['--engine', 'parrot', '--no-detector', '--data-dir', dataDir]);
  });
  afterAll(async () => {
    served.child.kill('SIGTERM');
    await served.ended;
  });

  it('[CO43] lists what a server has, once its summaries are computed', async () => {
    await expect.poll(async () => (await run(['list', served.url])).stderr).toBe('');
    const { code, stdout } = await run(['list', served.url, '--has', 'interruption']);
    expect([code, namesIn(stdout)]).toEqual([0, [name(3)]]);
    const all = JSON.parse((await run(['list', served.url, '--json'])).stdout);
    expect(all.recordings.map((each: { name: string }) => each.name)).toEqual([name(3), name(2), name(1)]);
  });

  it('[CO44] inspects the newest recording of a server or of a folder, and leaves nothing behind', async () => {
    const { stdout: expected } = await run(['inspect', join(folder, `${name(3)}.jsonl`)]);
    const rest = (text: string) => text.split('\n').slice(1);
    const env = { TMPDIR: mkdtempSync(join(dataDir, 'tmp-')) };
    const last = await run(['inspect', '--last', '--server', served.url], { env });
    expect([last.code, last.stdout.split('\n')[0], last.stderr]).toEqual([0, `${name(3)}.jsonl`, '']);
    expect(rest(last.stdout)).toEqual(rest(expected));
    expect(readdirSync(env.TMPDIR)).toEqual([]);
    const local = await run(['inspect', '--last', '--data-dir', dataDir]);
    expect([local.code, local.stdout]).toEqual([0, expected]);
    expect(existsSync(join(folder, `${name(3)}.jsonl`))).toBe(true);
  });
});

it.each([
  [['--data-dir', 'x'], '--data-dir, --server and --ca require --last'],
  [['--last', 'x.jsonl'], 'give a file or --last, not both'],
  [['--last', '--data-dir', 'x', '--server', 'y'], 'give --data-dir or --server, not both'],
])('[CO44] refuses inspect %j', async (args, message) => {
  const { code, stderr } = await run(['inspect', ...args]);
  expect([code, stderr]).toEqual([2, `colloquy inspect: ${message}\n`]);
});
