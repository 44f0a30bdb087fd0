// Installs the dependencies if `node_modules` differs from the lockfile. One test has dependencies in its own folder and
// lockfile.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, runNpm } from './run.mjs';

function packagesIn(lockfile) {
  try {
    return JSON.parse(readFileSync(join(root, lockfile), 'utf8')).packages ?? {};
  } catch {
    // Missing or cut short: nothing is known to be installed.
    return {};
  }
}

/**
 * The first package that is missing or has another version than the lockfile's, or `undefined`. Compares with the
 * listing npm leaves in `node_modules` when it has finished, so an interrupted install counts as none. Packages that are
 * optional may be absent: most of them are for other systems.
 */
export function firstStalePackage(folder = '') {
  const wanted = packagesIn(join(folder, 'package-lock.json'));
  const present = packagesIn(join(folder, 'node_modules/.package-lock.json'));
  for (const [path, { version, link, optional, devOptional }] of Object.entries(wanted)) {
    if (!path.startsWith('node_modules/') && !path.includes('/node_modules/')) continue;
    const found = present[path];
    if (!found && (optional || devOptional)) continue;
    if (!found || found.version !== version || found.link !== link) return path;
  }
  return undefined;
}

/** Brings `node_modules` in line with the lockfile; resolves with npm's exit code, 0 when there was nothing to do. */
export async function install({ out = 1 } = {}) {
  const stale = firstStalePackage();
  if (stale === undefined) return 0;
  process[out === 1 ? 'stdout' : 'stderr'].write(`installing dependencies: npm ci (${stale} is missing or outdated)\n`);
  // The level is given, since a silent caller (`npm test --silent`) must not hide why an install failed.
  const code = await runNpm(['ci', '--loglevel=notice'], { out });
  if (code !== 0) process.stderr.write(`npm ci failed with code ${code}\n`);
  return code;
}

/** LiveKit's agents, 290 MB: a test runs them, nothing else needs them. */
export const LIVEKIT = 'tests/compat/livekit';

/**
 * Sees to it that the test of LiveKit finds its packages; where they cannot be had it says so and the test is skipped. Gives
 * up on a registry that does not answer within 30 s, without asking again. Resolves when there is nothing more to try.
 */
export async function provideLiveKit() {
  if (firstStalePackage(LIVEKIT) === undefined) return;
  const command = `npm ci --prefix ${LIVEKIT}`;
  process.stdout.write(`installing LiveKit for its test: ${command}\n`);
  const patience = ['--fetch-retries=0', '--fetch-timeout=30000'];
  const code = await runNpm(['ci', '--prefix', LIVEKIT, '--loglevel=error', ...patience]);
  if (code !== 0) process.stdout.write(`LiveKit is not here, its test is skipped; install it with: ${command}\n`);
}
