// The long spoken session for a minute of audio; `npm run soak` holds it for half an hour.

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { allOf, closeParts, openParts } from '@support/parts.ts';
import { afterAll, expect, it } from 'vitest';

const run = promisify(execFile);
const SCRIPT = join(import.meta.dirname, '../../scripts/soak.mjs');

const opened = await openParts();
const { parts, missing } = allOf(opened);
afterAll(() => closeParts(opened));

it.skipIf(!parts)(
  `[LM5, VA8] every turn of a long session is answered, and memory keeps its bounds${missing && ` (${missing})`}`,
  async ({ annotate }) => {
    const args = ['--expose-gc', SCRIPT, '--minutes', '0.6'];
    const { stdout } = await run(process.execPath, args, { timeout: 300_000 });
    const [, minutes, turns, interruptions, noises] =
      /^([\d.]+) minutes of audio in [\d.]+: (\d+) turns answered, \d+ misheard, (\d+) interrupted, \d+ of (\d+) noises taken for speech$/m.exec(
        stdout,
      ) ?? [];
    expect(Number(minutes)).toBeGreaterThanOrEqual(0.6);
    expect(Number(turns)).toBeGreaterThanOrEqual(9);
    expect(Number(interruptions)).toBeGreaterThanOrEqual(1);
    expect(Number(noises)).toBeGreaterThanOrEqual(1);
    expect(stdout).toMatch(/^soak: ok$/m);
    await annotate(`a minute of speech: ${/^kept.*$/m.exec(stdout)?.[0]}`, 'figure');
  },
  310_000,
);
