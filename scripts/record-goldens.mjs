// Writes the recordings in tests/golden anew from the scripts beside them. Read the diff before you keep it: every line of it is
// something a session or a relay now says differently.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
const env = { ...process.env, COLLOQUY_RECORD_GOLDENS: '1' };
const { status } = spawnSync(process.execPath, [vitest, 'run', 'tests/golden'], { cwd: root, env, stdio: 'inherit' });
process.exit(status ?? 1);
