// For the other scripts: the repository's root, printing a line, running a program.

import { spawn } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root, absolute. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** The tools we run, by their own entry files: no shell, no `.cmd`, the same on every system. */
const TOOLS = {
  tsc: 'node_modules/typescript/bin/tsc',
  vite: 'node_modules/vite/bin/vite.js',
  vitest: 'node_modules/vitest/vitest.mjs',
  biome: 'node_modules/@biomejs/biome/bin/biome',
  changeset: 'node_modules/@changesets/cli/bin.js',
  knip: 'node_modules/knip/bin/knip.js',
};

/** Whether the file of this `import.meta.url` is the one Node was asked to run, rather than imported by another. */
export function isMain(url) {
  return process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(url);
}

/** Stops with one sentence where Node is older than the packages ask for. */
export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  process.stderr.write(`Node ${process.versions.node} is too old: 20.19 or newer is needed\n`);
  process.exit(1);
}

/**
 * Runs a program to its end and resolves with its exit code; what it prints goes to `out` (1 or 2) as it comes.
 * Never rejects: a program that cannot be started says so and counts as 127, one ended by a signal as 128.
 */
export function run(command, args, { out = 1, env = process.env, cwd = root, shell = false } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env, shell, stdio: ['ignore', out, out === 1 ? 2 : out] });
    child.on('error', (error) => {
      process.stderr.write(`${command}: ${error.message}\n`);
      resolve(127);
    });
    child.on('exit', (code, signal) => {
      if (signal) process.stderr.write(`${command} was ended by ${signal}\n`);
      resolve(code ?? 128);
    });
  });
}

/** Runs one of our development tools, or a script of ours by its path. */
export function runNode(tool, args = [], options = {}) {
  return run(process.execPath, [join(root, TOOLS[tool] ?? tool), ...args], options);
}

/** Runs the npm that runs us, or the one on the path. */
export function runNpm(args, options = {}) {
  const own = process.env.npm_execpath;
  if (own?.endsWith('.js')) return run(process.execPath, [own, ...args], options);
  return run('npm', args, { ...options, shell: process.platform === 'win32' });
}
