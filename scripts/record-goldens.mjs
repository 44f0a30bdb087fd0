// Records the sessions of tests/golden. Read the diff before you commit it: each line is a change in what a session or relay
// sends.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
const env = { ...process.env, COLLOQUY_RECORD_GOLDENS: '1' };
const { status } = spawnSync(process.execPath, [vitest, 'run', 'tests/golden'], { cwd: root, env, stdio: 'inherit' });
process.exit(status ?? 1);
