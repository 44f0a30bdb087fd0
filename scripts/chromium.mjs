// Finds Chromium for browser tests, installs it if allowed, or prints the command that installs it.

import { accessSync, constants, existsSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { root, run } from './run.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
const APT = ['install', '-y', '--no-install-recommends', 'chromium'];

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // Not there, or not ours to run: the same to whoever looks for one.
    return false;
  }
}

/** The path of a Chromium on this machine: `CHROMIUM` when set, else the first on the path; or `undefined`. */
export function findChromium() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const folders = ['/usr/bin', ...(process.env.PATH ?? '').split(delimiter)];
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isProgram);
}

/** Whether any test asks for the browser, that is, reads `CHROMIUM`. What nothing needs is not installed. */
export function isChromiumWanted() {
  const files = ['tests', 'packages'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true })
      .filter((path) => /\.m?ts$/.test(path) && !/(^|[\\/])(node_modules|dist)[\\/]/.test(path))
      .map((path) => join(root, folder, path)),
  );
  return files.some((file) => /\bprocess\.env\.CHROMIUM\b/.test(readFileSync(file, 'utf8')));
}

/** Debian and its descendants, where we are allowed to install. */
function mayInstall() {
  return process.getuid?.() === 0 && existsSync('/etc/debian_version') && isProgram('/usr/bin/apt-get');
}

/**
 * Sees to it that tests find a browser. Resolves with the environment they get, `CHROMIUM` or the reason there is none in
 * `CHROMIUM_MISSING`, and with `installed`: whether an installation went well, `undefined` when none was tried.
 */
export async function provideChromium() {
  const found = findChromium();
  if (found) return { env: { CHROMIUM: found } };
  const missing = `no Chromium here; install it with: sudo apt-get ${APT.join(' ')} (or set CHROMIUM to its path)`;
  if (!mayInstall()) {
    process.stdout.write(`${missing}\n`);
    return { env: { CHROMIUM_MISSING: missing } };
  }
  process.stdout.write(`installing Chromium: apt-get update, apt-get ${APT.join(' ')}\n`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const code = (await run('apt-get', ['update', '-q'], { env })) || (await run('apt-get', [...APT, '-q'], { env }));
  const installed = code === 0 ? findChromium() : undefined;
  if (installed) return { env: { CHROMIUM: installed }, installed: true };
  process.stdout.write(`${missing}\n`);
  return { env: { CHROMIUM_MISSING: missing }, installed: false };
}
