// What `colloquy` loads to do what it is asked for: a start costs what is loaded, and a count does not depend on the machine.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { run, serve } from '@support/colloquy.ts';
import { afterAll, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'colloquy-loaded-'));
afterAll(() => rmSync(folder, { recursive: true }));

const ROOT = pathToFileURL(join(import.meta.dirname, '../..')).href;
const PRELOAD = pathToFileURL(join(import.meta.dirname, '../support/loaded-modules.mjs')).href;

const file = join(folder, 'loaded');
const env = { NODE_OPTIONS: `--import ${PRELOAD}`, LOADED_MODULES: file };

/** The modules that were loaded, by their paths in the repository, without Node's own. */
function loaded(): string[] {
  const urls = readFileSync(file, 'utf8').split('\n');
  rmSync(file);
  const own = urls.filter((url) => url.startsWith(ROOT)).map((url) => url.slice(ROOT.length + 1));
  return [...new Set(own)].filter((path) => !path.startsWith('tests/')).sort();
}

it.each([[['--version']], [['--help']], [['help']], [['frobnicate']]])(
  '[CL3] %j loads a few files of its own, no command and no package',
  async (args) => {
    await run(args, { env });
    const light = ['commands', 'exit-codes', 'fault', 'main', 'nearest', 'palette', 'version'];
    expect(loaded()).toEqual(light.map((name) => `packages/cli/dist/${name}.js`));
  },
);

it('[CL3] a server with the parrot and no detector loads no other command and nothing of what it does not use', async () => {
  const { child, ended } = await serve(['--engine', 'parrot', '--no-detector'], env);
  child.kill('SIGTERM');
  await ended;
  const modules = loaded();
  expect(modules.filter((path) => path.startsWith('packages/cli/dist/commands/'))).toEqual([
    'packages/cli/dist/commands/serve.js',
  ]);
  // Session and server are bundled with the HTTP library, and so few files: a module that is loaded apart counts here.
  expect(modules.filter((path) => path.startsWith('packages/')).length).toBeLessThanOrEqual(31);
  expect(modules.length).toBeLessThanOrEqual(50);
  const packages = new Set(modules.map((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? 'ours'));
  expect(packages).toContain('ws');
  const unused = [
    'fastify',
    'pino',
    '@modelcontextprotocol/sdk',
    'sherpa-onnx-node',
    'ffi-rs',
    'yaml',
    'selfsigned',
    'open',
    'zod',
    'ajv',
  ];
  expect(
    [...unused, '@echogarden/rnnoise-wasm', '@echogarden/speex-resampler-wasm'].filter((each) => packages.has(each)),
  ).toEqual([]);
});
