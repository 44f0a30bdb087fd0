// `colloquy convert --to scenario` and `--to test`: the files they write, read and run by those they are for.

import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { readScenario } from '@colloquy/server';
import { buildBefore } from '@support/build-before.ts';
import { run } from '@support/colloquy.ts';
import { golden, logFolder } from '@support/logs.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const execute = promisify(execFile);

buildBefore('packages');
const logs = logFolder();
let folder = '';
beforeAll(() => {
  // Inside the repository, so that the packages are found.
  folder = mkdtempSync(join(root, 'node_modules/.made-'));
  writeFileSync(
    join(folder, 'vitest.config.mjs'),
    "export default { test: { include: ['*.spec.mjs'], exclude: [] } };",
  );
});
afterAll(() => {
  logs.remove();
  rmSync(folder, { recursive: true });
});

const node = (...args: string[]) =>
  execute(process.execPath, args, { cwd: folder, env: { PATH: process.env.PATH } }).then(
    ({ stdout, stderr }) => ({ code: 0, output: stdout + stderr }),
    ({ code, stdout, stderr }) => ({ code: code as number, output: `${stdout}${stderr}` }),
  );

const RUNNERS = {
  node: (file: string) => node('--test', file),
  vitest: (file: string) => node(join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--root', folder, basename(file)),
};

describe('colloquy convert --to scenario', () => {
  it('[SN1] writes YAML that a server reads, with the pauses of the recording', async () => {
    const { code, stdout } = await run(['convert', golden('audio-turn'), '--to', 'scenario']);
    expect(code).toBe(0);
    expect(readScenario(stdout)).toMatchObject({
      name: 'audio-turn',
      turns: [
        { when: { text: 'What time is it?' }, reply: [{ wait_ms: 60 }, { say: 'It is noon.', audio_ms: 300 }, {}] },
      ],
    });
  });

  it('[SN2] names what is not carried with its line, on stderr and in the file', async () => {
    const { stdout, stderr } = await run(['convert', golden('errors'), '--to', 'scenario']);
    const message = 'line 4: the client sent a frame that the server could not read; it is not in the recording';
    expect(stderr.split('\n')[1]).toBe(`colloquy convert: ${golden('errors')}: ${message}`);
    expect(readScenario(stdout).notes).toContain(message);
    const test = await run(['convert', golden('errors'), '--to', 'test']);
    expect(test.stdout).toContain(`//   ${message}\n`);
  });

  it('[SN4] writes no credentials and, with --level content, no text', async () => {
    const key = 'sk-abcdefghijklmnopqrstuvwxyz0123456789';
    const tools = [{ type: 'mcp', server_label: 'a', server_url: 'https://a.example/', authorization: key }];
    const lines = [
      { type: 'session.created', event_id: 'e', session: { id: 's', type: 'realtime' } },
      { type: 'session.update', session: { type: 'realtime', tools, instructions: 'SECRET' } },
    ];
    const file = logs.file('keys.jsonl', lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    const { stdout } = await run(['convert', file, '--to', 'test']);
    expect(stdout).toContain('SECRET');
    expect(stdout).not.toContain('sk-abc');
    expect((await run(['convert', file, '--to', 'test', '--level', 'content'])).stdout).not.toContain('SECRET');
  });

  it.each([
    [['--to', 'scenery'], '--to is one of recording, events, log, scenario, test'],
    [['--to', 'test', '--runner', 'jest'], '--runner is one of node, vitest'],
    [['--to', 'scenario', '--pauses'], '--runner and --pauses require --to test'],
  ])('refuses %j', async (args, message) => {
    const { code, stderr } = await run(['convert', golden('text-turn'), ...args]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  it('[SN2, SN3] writes no test of a log with tools of MCP servers, but the scenario with its calls', async () => {
    const test = await run(['convert', golden('mcp'), '--to', 'test']);
    expect([test.code, test.stderr]).toEqual([1, expect.stringContaining('it has tools of MCP servers')]);
    const { stdout } = await run(['convert', golden('mcp'), '--to', 'scenario']);
    expect(readScenario(stdout)).toMatchObject({
      notes: ['line 3: what the session was opened with is sent as a session.update', expect.stringContaining('MCP')],
      turns: [
        { reply: [{ say: 'Let me see.' }, { call: 'find', server_label: 'docs', arguments: { title: 'manual' } }] },
        ...Array(5).fill({}),
      ],
    });
  });

  it('[SN3] writes no test of a log without client events', async () => {
    const file = logs.file('silent.jsonl', '{"type":"response.created","event_id":"e","response":{"id":"r"}}\n');
    const { code, stderr } = await run(['convert', file, '--to', 'test']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('it has no client events, which a test needs')]);
  });
});

describe.each(['node', 'vitest'] as const)('colloquy convert --to test --runner %s', { tags: 'long' }, (runner) => {
  const made = async (file: string, name: string, change = (text: string) => text) => {
    const path = join(folder, `${name}.${runner === 'node' ? 'test' : 'spec'}.mjs`);
    const { code, stdout, stderr } = await run(['convert', file, '--to', 'test', '--runner', runner]);
    expect(code, stderr).toBe(0);
    writeFileSync(path, change(stdout));
    return path;
  };

  it('[SN3] writes a test that passes at once, and fails when a text of its scenario is changed', {
    timeout: 60_000,
  }, async () => {
    const file = golden('tool-round');
    const good = await RUNNERS[runner](await made(file, 'good'));
    expect(good.code, good.output).toBe(0);
    const bad = await RUNNERS[runner](
      await made(file, 'bad', (text) => text.replace("say: 'Only in Rome.'", "say: 'Only in Oslo.'")),
    );
    expect(bad.code).toBe(1);
    expect(bad.output).toContain('assistant: Only in Oslo.');
  });

  it.each(['cancel-mid-response', 'speech-turns', 'transcription-session'])(
    '[SN3] writes a test of %s that passes at once',
    { timeout: 60_000 },
    async (name) => {
      const { code, output } = await RUNNERS[runner](await made(golden(name), name));
      expect(code, output).toBe(0);
    },
  );

  it('[SN3] writes a test of a log of another program', { timeout: 60_000 }, async () => {
    const file = logs.foreign('a HAR file', 'tool-round');
    const { code, output } = await RUNNERS[runner](await made(file, 'foreign'));
    expect(code, output).toBe(0);
    expect(readFileSync(file, 'utf8')).toContain('webSocketMessages');
  });
});
