// Every example, run as a reader would run it: its own process, the packages as they are built.

import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { buildBefore } from '@support/build-before.ts';
import { describe, expect, it } from 'vitest';

const run = promisify(execFile);
const folder = fileURLToPath(new URL('../../examples/', import.meta.url));
const stories = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());

buildBefore('packages');

describe('examples', () => {
  it.each(stories.map(({ name }) => name))('%s holds what it claims', async (name) => {
    const main = `${folder}${name}/main.mjs`;
    const tests = readdirSync(folder + name).filter((file) => file.endsWith('.test.mjs'));
    const args = existsSync(main) ? [main] : ['--test', ...tests.map((file) => `${folder}${name}/${file}`)];
    const options = { timeout: 90_000, env: { ...process.env, NODE_OPTIONS: '--unhandled-rejections=strict' } };
    const { stdout } = await run(process.execPath, args, options);
    expect(stdout.trim()).not.toBe('');
  });
});
