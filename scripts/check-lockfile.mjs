// What must be true of the lockfile and of what we depend on; one line per fault, and a non-zero exit.
//
// - `npm ci` accepts it: some npm versions write a lockfile which they then refuse, because a platform package has no
//   entry (npm/cli#9846).
// - No dependency has an install script that has to run.
// - It names no registry: whoever installs chooses where from.
// - `protocol` depends on nothing at run time, `session` on `protocol` alone.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LIVEKIT } from './install.mjs';
import { root } from './run.mjs';

/** Packages that have an install script and work without it. */
const WORKS_WITHOUT_ITS_SCRIPT = {
  fsevents: 'macOS only; its binary is in the package',
};

const RUNTIME_DEPENDENCIES = { protocol: [], session: ['@colloquy/protocol'] };

const readJson = (path) => JSON.parse(readFileSync(join(root, path), 'utf8'));
const { packages } = readJson('package-lock.json');
const faults = [];

/** Whether `name` has an entry that a package at `path` would find: in its own folder, or in one above. */
function resolves(name, path) {
  for (let folder = path; ; folder = folder.replace(/(^|\/)[^/]*$/, '')) {
    const here = folder === '' ? '' : `${folder}/`;
    if (!here.endsWith('node_modules/') && packages[`${here}node_modules/${name}`]) return true;
    if (folder === '') return false;
  }
}

/** Whether the package runs something when installed, by the lockfile's word or by that of the copy we have. */
function hasInstallScript(path, entry) {
  if (entry.hasInstallScript) return true;
  const manifest = `${path}/package.json`;
  if (!existsSync(join(root, manifest))) return false;
  const { scripts = {} } = readJson(manifest);
  return ['preinstall', 'install', 'postinstall'].some((name) => name in scripts);
}

for (const [path, entry] of Object.entries(packages)) {
  for (const name of Object.keys(entry.optionalDependencies ?? {})) {
    if (!resolves(name, path)) faults.push(`${path} wants ${name}, which has no entry: npm ci would refuse`);
  }
  if (/^\w+:/.test(entry.resolved ?? '')) faults.push(`${path} names where it was fetched from: ${entry.resolved}`);
  const name = path.split('node_modules/').at(-1);
  if (path.includes('node_modules/') && !entry.link && hasInstallScript(path, entry)) {
    if (!(name in WORKS_WITHOUT_ITS_SCRIPT)) faults.push(`${name} has an install script`);
  }
}

// What only a test runs may have install scripts, which are never run; it names no registry either.
for (const [path, { resolved }] of Object.entries(readJson(join(LIVEKIT, 'package-lock.json')).packages)) {
  if (/^\w+:/.test(resolved ?? '')) faults.push(`${LIVEKIT}: ${path} names where it was fetched from: ${resolved}`);
}

for (const [name, allowed] of Object.entries(RUNTIME_DEPENDENCIES)) {
  const { dependencies, peerDependencies, optionalDependencies } = readJson(`packages/${name}/package.json`);
  for (const found of Object.keys({ ...dependencies, ...peerDependencies, ...optionalDependencies })) {
    if (!allowed.includes(found)) faults.push(`packages/${name} depends on ${found} at run time`);
  }
}

for (const fault of faults) process.stdout.write(`${fault}\n`);
process.stdout.write(`lockfile: ${Object.keys(packages).length} entries, ${faults.length} faults\n`);
process.exitCode = faults.length === 0 ? 0 : 1;
