// The tarballs, installed into an empty project: what they hold, that they run, and what they weigh in a bundle.

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { buildBefore } from '@support/build-before.ts';
import * as esbuild from 'esbuild-wasm';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { type Rolldown, build as viteBuild } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Installed, installTarballs, PUBLISHED } from './installed.ts';

const execute = promisify(execFile);
const bin = (name: string) => fileURLToPath(new URL(`../../node_modules/.bin/${name}`, import.meta.url));

let installed: Installed;
buildBefore('packages', 'console');
beforeAll(async () => {
  installed = await installTarballs();
}, 600_000);
afterAll(() => installed?.remove());

describe('a tarball', () => {
  it.each(PUBLISHED)('of %s holds what is built, a README and the licence, and no sources or tests', async (name) => {
    const { stdout } = await execute('tar', ['-tzf', installed.tarballs[name] as string]);
    const files = stdout.trim().split('\n');
    expect(files).toEqual(expect.arrayContaining(['package/README.md', 'package/LICENSE', 'package/package.json']));
    expect(files.filter((file) => /\.test\.|\/src\/|\.tsbuildinfo$/.test(file))).toEqual([]);
  });

  it.each(PUBLISHED)('of %s says where it comes from and names no condition of ours', async (name) => {
    const { stdout } = await execute('tar', ['-xzOf', installed.tarballs[name] as string, 'package/package.json']);
    const manifest = JSON.parse(stdout);
    expect(manifest).toMatchObject({ license: 'Apache-2.0', repository: { directory: `packages/${name}` } });
    expect(manifest.homepage).toMatch(/^https:/);
    expect(manifest.keywords.length).toBeGreaterThan(3);
    expect(stdout).not.toContain('colloquy-source');
  });

  it.each(PUBLISHED)('of %s has nothing publint objects to', async (name) => {
    const pkgDir = fileURLToPath(new URL(`../../packages/${name}`, import.meta.url));
    const { messages, pkg } = await publint({ pkgDir, strict: true, pack: 'npm' });
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
  });

  it.each(['protocol', 'session', 'server'])('of %s has types that resolve wherever its code does', async (name) => {
    const attw = [bin('attw'), installed.tarballs[name] as string, '--profile', 'esm-only', '--format', 'json'];
    const { stdout } = await execute(process.execPath, attw);
    const { analysis } = JSON.parse(stdout);
    const problems = Object.values(analysis.problems as { kind: string; resolutionKind?: string }[]);
    const isOurs = ({ resolutionKind }: { resolutionKind?: string }) =>
      resolutionKind !== 'node10' && resolutionKind !== 'node16-cjs';
    expect(problems.filter(isOurs)).toEqual([]);
  });
});

describe('installed into an empty project', () => {
  it('npm warns of nothing', () => {
    expect(installed.installOutput).not.toMatch(/warn/i);
  });

  it.each(['@colloquy/protocol', '@colloquy/protocol/lean', '@colloquy/session', '@colloquy/server'])(
    '%s can be required and imported, with the same names',
    async (name) => {
      const code = `import(${JSON.stringify(name)}).then((imported) => {
        const required = require(${JSON.stringify(name)});
        const names = Object.keys(imported).filter((name) => !['default', 'module.exports'].includes(name));
        console.log(JSON.stringify({ names, missing: names.filter((name) => !(name in required)) }));
      })`;
      const answer = JSON.parse(await installed.run(process.execPath, '--no-warnings', '--eval', code));
      expect(answer.missing).toEqual([]);
      expect(answer.names.length).toBeGreaterThan(2);
    },
  );

  it('the types compile in strict mode without further @types and without skipLibCheck', async () => {
    await installed.write(
      'types.ts',
      `import { decodeServerEvent } from '@colloquy/protocol';
       import { createMirror } from '@colloquy/session';
       import { createServer, parrot } from '@colloquy/server';
       import { startServer } from '@colloquy/server/testing';
       const decoded = decodeServerEvent('{}');
       if (decoded.ok) createMirror().apply(decoded.value);
       export const server = createServer({ engine: parrot() });
       export const test: Promise<{ url: string }> = startServer();`,
    );
    const lib = 'es2023,dom,esnext.disposable';
    const flags = ['--strict', '--noEmit', '--module', 'nodenext', '--target', 'es2022', '--lib', lib];
    const tsc = createRequire(import.meta.url).resolve('typescript/lib/tsc.js');
    await installed.run(process.execPath, tsc, ...flags, 'types.ts').catch(({ stdout }) => expect(stdout).toBe(''));
  });

  it('npx colloquy serves the console and the API, and has the speech detector', async () => {
    const main = join(installed.folder, 'node_modules/.bin/colloquy');
    const child = spawn(main, ['serve', '--engine', 'parrot', '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const url = await addressOf(child);
      expect(await (await fetch(url)).text()).toMatch(/<title>[^<]*Colloquy<\/title>/);
      expect((await fetch(`${url}/v1/models`)).status).toBe(200);
      const { missing } = (await (await fetch(`${url}/api/status`)).json()) as { missing: string[] };
      expect(missing.filter((text) => text.includes('speech detection'))).toEqual([]);
    } finally {
      child.kill();
      await once(child, 'exit');
    }
  });

  it('npx colloquy says its version', async () => {
    expect(await installed.run('npx', '--no-install', 'colloquy', '--version')).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('the lean codec with the mirror, bundled from the tarballs', () => {
  const CODE = `export { decodeClientEvent, decodeServerEvent, encodeEvent } from '@colloquy/protocol/lean';
    export { createMirror } from '@colloquy/session';`;

  it.for<[name: string, bundle: (entry: string) => Promise<string>]>([
    ['vite', bundleByVite],
    ['esbuild', bundleByEsbuild],
  ])('is under 15.5 kB, zipped, by %s', async ([name, bundle], { annotate }) => {
    const entry = await installed.write(`entry-${name}.js`, CODE);
    const bytes = gzipSync(await bundle(entry), { level: 9 }).length;
    await annotate(`codec and mirror from the tarballs, ${name}: ${(bytes / 1000).toFixed(1)} kB gzip`, 'figure');
    expect(bytes).toBeLessThan(15_500);
  });

  async function bundleByVite(entry: string): Promise<string> {
    const output = { format: 'es' } as const;
    const rolldownOptions = { input: entry, preserveEntrySignatures: 'strict', output } as const;
    const build = { write: false, minify: true, target: 'es2022', rolldownOptions };
    const result = await viteBuild({ configFile: false, logLevel: 'silent', root: installed.folder, build });
    const [first] = [result].flat() as Rolldown.RolldownOutput[];
    return first?.output.map((part) => ('code' in part ? part.code : '')).join('') ?? '';
  }

  async function bundleByEsbuild(entry: string): Promise<string> {
    const options = { bundle: true, minify: true, format: 'esm', target: 'es2022', write: false } as const;
    const { outputFiles } = await esbuild.build({ ...options, entryPoints: [entry] });
    await esbuild.stop();
    return outputFiles[0]?.text ?? '';
  }
});

/** The first address the server prints. */
async function addressOf(child: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    const match = /https?:\/\/[\w.:[\]]+/.exec(line);
    if (match) return match[0];
  }
  throw new Error('the server ended before it printed an address');
}
