// Every command that reads logs, over recordings changed at random: each ends with an exit code and words, none with a stack. All
// of it in one process, since a start takes longer than a log.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildBefore } from '@support/build-before.ts';
import { colloquy, run, type Served, serve } from '@support/colloquy.ts';
import { runCommands } from '@support/command-runs.ts';
import { mutatedLogs } from '@support/mutated-logs.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const SEED = 5;
const LOGS = 200;
const BUILD_MS = 240_000;
const LIMIT_MS = 240_000;
describe('commands that read logs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'colloquy-mutated-'));
  const files: string[] = [];
  buildBefore('packages');
  beforeAll(() => {
    mkdirSync(join(folder, 'logs'));
    for (const lines of mutatedLogs(SEED, LOGS)) {
      const path = join(folder, 'logs', `${files.length}.jsonl`);
      writeFileSync(path, `${lines.join('\n')}\n`);
      files.push(path);
    }
  }, BUILD_MS);
  afterAll(() => rmSync(folder, { recursive: true }));

  it(
    `[LG1] end without a stack on ${LOGS} recordings changed at random, seed ${SEED}`,
    async () => {
      const plan = files.flatMap((file) => [
        ['inspect', file],
        ['inspect', file, '--events'],
        ['check', file, '--json'],
        ['measure', file],
        ['redact', file, '--level', 'content'],
        ['convert', file],
        ['convert', file, '--to', 'log'],
        ['replay', file],
      ]);
      const { outcomes } = await runCommands(folder, plan);
      expect(outcomes.filter(({ stack }) => stack !== undefined)).toEqual([]);
      expect(new Set(outcomes.map(({ code }) => code))).toEqual(new Set([0, 1]));
    },
    LIMIT_MS,
  );

  describe('played to a server', () => {
    let server: Served;
    beforeAll(async () => {
      server = await serve();
    });
    afterAll(async () => {
      server.child.kill('SIGTERM');
      await server.ended;
    });

    it(
      '[LG1] end without a stack, and leave the server as it was',
      async () => {
        const plan = files.slice(0, 12).map((file) => ['replay', file, '--to', server.url, '--patience', '0.1']);
        const { outcomes } = await runCommands(folder, plan);
        expect(outcomes.filter(({ stack }) => stack !== undefined)).toEqual([]);
        expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
      },
      LIMIT_MS,
    );
  });

  it('[LG1] say what went wrong outside of a command in one line, too', async () => {
    const NODE_OPTIONS = `--import data:text/javascript,${encodeURIComponent(
      "process.on('newListener',(name)=>{if(name==='uncaughtException')setImmediate(()=>{throw new TypeError('sk-CANARY')})})",
    )}`;
    const { child, ended, stderr } = colloquy(['inspect', '-'], { NODE_OPTIONS });
    child.stdin.write('{}\n');
    expect([await ended, stderr()]).toEqual([1, expect.stringMatching(/^colloquy: a fault of Colloquy \(TypeError\)/)]);
    expect(stderr()).not.toMatch(/CANARY|^ {4}at /m);
    expect((await run(['inspect', 'gone.jsonl'])).stderr).toMatch(
      /^colloquy inspect: gone\.jsonl cannot be read: it does not exist\n$/,
    );
  });
});
