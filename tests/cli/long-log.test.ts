// Logs of any length: what a command holds in memory does not grow with the file. Every command reads a file of 60 MB, and one of
// them four times as much from a pipe; with COLLOQUY_LONG_LOG_MB=1024 every command reads a file of a gigabyte.

import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buildBefore } from '@support/build-before.ts';
import { colloquy, run } from '@support/colloquy.ts';
import { logFolder, longLog, writeLongLog } from '@support/logs.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const LONG_BYTES = Number(process.env.COLLOQUY_LONG_LOG_MB ?? 60) * 1_000_000;
/** How much more memory the long log may take than one of a tenth of its length, in kilobytes: garbage not collected yet. */
const GROWTH_KB = 100_000;
const LIMIT_MS = 120_000;
/** Told to the child before it begins. */
const TELL_PEAK = "process.on('exit',()=>process.stderr.write('peak:'+process.resourceUsage().maxRSS))";

buildBefore('packages');
const folder = logFolder();
afterAll(() => folder.remove());

describe('a log of any length', () => {
  const small = join(folder.path, 'small.jsonl');
  const long = join(folder.path, 'long.jsonl');
  beforeAll(() => {
    writeLongLog(small, LONG_BYTES / 10);
    writeLongLog(long, LONG_BYTES);
  });

  /** Kilobytes of memory a command took at most, and what it printed. */
  async function peak(args: readonly string[]) {
    const NODE_OPTIONS = `--import data:text/javascript,${encodeURIComponent(TELL_PEAK)}`;
    const { code, stdout, stderr } = await run(args, { env: { NODE_OPTIONS }, limitMs: LIMIT_MS });
    expect([code, stderr]).toEqual([0, expect.stringMatching(/^peak:\d+$/)]);
    return { stdout, kilobytes: Number(stderr.slice('peak:'.length)) };
  }

  it.each([
    ['inspect', /audio-turn|sess_/],
    ['inspect --events', /response\.done/],
    ['check', /no violations in \d{4,} events/],
    ['redact', /"audio":"\[REDACTED\]"/],
    ['measure', /\d{2,} responses/],
    ['convert', /"seed":null/],
  ])(
    'colloquy %s holds no more of it than a line',
    async (command, output) => {
      const before = await peak([...command.split(' '), small]);
      const { stdout, kilobytes } = await peak([...command.split(' '), long]);
      expect(stdout).toMatch(output);
      expect(kilobytes - before.kilobytes).toBeLessThan(GROWTH_KB);
    },
    2 * LIMIT_MS,
  );

  it(
    'colloquy inspect holds no more of what comes through a pipe',
    async () => {
      const before = await peak(['inspect', small]);
      const NODE_OPTIONS = `--import data:text/javascript,${encodeURIComponent(TELL_PEAK)}`;
      const { child, ended, stdout, stderr } = colloquy(['inspect', '-'], { NODE_OPTIONS }, LIMIT_MS);
      Readable.from(longLog(4 * LONG_BYTES)).pipe(child.stdin);
      expect(await ended).toBe(0);
      expect(stdout()).toMatch(/sess_/);
      expect(Number(stderr().slice('peak:'.length)) - before.kilobytes).toBeLessThan(GROWTH_KB);
    },
    2 * LIMIT_MS,
  );
});
