// The test snippets of docs/scenarios.md, run by the test runners they are for, against the built package.

import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { buildBefore } from '@support/build-before.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const text = readFileSync(join(root, 'docs/scenarios.md'), 'utf8');
const snippets = [...text.matchAll(/^```js\n(.*?)^```$/gms)].map(([, code = '']) => code);

/** What the snippets leave to the reader: an agent with one tool. */
const AGENT = `
import { ask } from '${join(root, 'examples/scenario-in-ci/agent.mjs')}';
const parameters = { type: 'object', properties: { city: { type: 'string' } } };
const get_weather = { tool: { type: 'function', name: 'get_weather', parameters }, run: ({ city }) => city };
const myAgent = (url) => ask(url, 'hello, what is the weather?', { get_weather });
`;

let folder = '';
buildBefore('packages');
beforeAll(() => {
  // Inside the repository, so that the packages are found.
  folder = mkdtempSync(join(root, 'node_modules/.docs-'));
  const config = "export default { test: { include: ['*.spec.mjs'], exclude: [] } };";
  writeFileSync(join(folder, 'vitest.config.mjs'), config);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Writes the one snippet that contains these words to a file. */
function write(text: string, name: string, change = (code: string) => code): string {
  const match = snippets.filter((code) => code.includes(text));
  expect(match).toHaveLength(1);
  const path = join(folder, name);
  writeFileSync(path, AGENT + change(match[0] ?? ''));
  return path;
}

/** Runs node; the output and the exit code, whatever it is. */
const node = (...args: string[]) =>
  run(process.execPath, args, { cwd: folder, env: { PATH: process.env.PATH } }).then(
    ({ stdout, stderr }) => ({ code: 0, output: stdout + stderr }),
    ({ code, stdout, stderr }) => ({ code, output: `${stdout}${stderr}` }),
  );

it('the node:test snippet passes, and shows the difference when the call is another', async () => {
  const good = await node('--test', write('startServerFor', 'good.test.mjs'));
  expect(good.code, good.output).toBe(0);
  const change = (code: string) =>
    code.replace("assertCalled('get_weather', { city: 'Paris' })", "assertCalled('get_weather', { city: 'Rome' })");
  const bad = await node('--test', write('startServerFor', 'bad.test.mjs', change));
  expect(bad.code).toBe(1);
  expect(bad.output).toContain('get_weather was called with other arguments than {"city":"Rome"}');
});

it('the vitest snippet passes, and fails when a turn was not asked for', async () => {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  write('serverFixture', 'good.spec.mjs');
  const good = await node(vitest, 'run', '--root', folder, 'good');
  expect(good.code, good.output).toBe(0);
  write('serverFixture', 'bad.spec.mjs', (code) =>
    code.replace('turns: [', "turns: [{ when: { text: 'never' }, reply: [] }, "),
  );
  const bad = await node(vitest, 'run', '--root', folder, 'bad');
  expect(bad.code).toBe(1);
  expect(bad.output).toContain('turns[0] answered 0 of 1 times');
});

it('the snippet for any runner works', async () => {
  const { code, output } = await node(write('import { startServer }', 'plain.mjs'));
  expect([code, output]).toEqual([0, '']);
});
