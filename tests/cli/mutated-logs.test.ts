// Every command that reads logs, over recordings changed at random: each ends with an exit code and words, none with a stack. All
// of it in one process, since a start takes longer than a log.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { colloquy, run, type Served, serve } from '@support/colloquy.ts';
import { mutatedLogs } from '@support/mutated-logs.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildProduct } from '../../scripts/build.mjs';

const SEED = 5;
const LOGS = 200;
const BUILD_MS = 240_000;
const LIMIT_MS = 240_000;
const COMMANDS = new URL('../../packages/cli/dist/commands/', import.meta.url);

/** Runs `[name, ...arguments]` one after the other, and writes what each came to, as a line of JSON, to the file it is given. */
const DRIVER = `
  import { appendFileSync, readFileSync } from 'node:fs';
  const [plan, report, folder] = process.argv.slice(2);
  for (const [name, ...args] of JSON.parse(readFileSync(plan, 'utf8'))) {
    const { [name]: command } = await import(folder + name + '.js');
    const came = { name, args };
    try {
      came.code = await command.run(args);
    } catch (error) {
      came[error.constructor.name === 'ColloquyError' ? 'refused' : 'stack'] = String(error.stack);
    }
    appendFileSync(report, JSON.stringify(came) + '\\n');
  }
`;

interface Outcome {
  readonly name: string;
  readonly args: readonly string[];
  readonly code?: number;
  readonly stack?: string;
}

describe('commands that read logs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'colloquy-mutated-'));
  const files: string[] = [];
  beforeAll(async () => {
    if ((await buildProduct('packages', { out: 2 })) !== 0) throw new Error('the packages cannot be built');
    mkdirSync(join(folder, 'logs'));
    for (const lines of mutatedLogs(SEED, LOGS)) {
      const path = join(folder, 'logs', `${files.length}.jsonl`);
      writeFileSync(path, `${lines.join('\n')}\n`);
      files.push(path);
    }
  }, BUILD_MS);
  afterAll(() => rmSync(folder, { recursive: true }));

  async function runAll(plan: readonly (readonly string[])[]): Promise<Outcome[]> {
    const [driver, planned, report] = ['driver.mjs', 'plan.json', 'report.jsonl'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    writeFileSync(driver, DRIVER);
    writeFileSync(planned, JSON.stringify(plan));
    writeFileSync(report, '');
    const args = [driver, planned, report, pathToFileURL(COMMANDS.pathname).href];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
    });
    await once(child, 'close');
    expect(errors).not.toMatch(/^ {4}at /m);
    const outcomes = readFileSync(report, 'utf8').trimEnd().split('\n');
    expect(outcomes).toHaveLength(plan.length);
    return outcomes.map((line) => JSON.parse(line));
  }

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
      const outcomes = await runAll(plan);
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
        const outcomes = await runAll(plan);
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
    expect((await run(['inspect', 'gone.jsonl'])).stderr).toMatch(/^colloquy inspect: .*ENOENT\n$/);
  });
});
