// Records the demo session of the console, packages/console/public/demo.jsonl. It is the same on every machine.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
const env = { ...process.env, COLLOQUY_RECORD_DEMO: '1' };
const { status } = spawnSync(process.execPath, [vitest, 'run', 'tests/golden/demo.test.ts'], {
  ...{ cwd: root, env, stdio: 'inherit' },
});
process.exit(status ?? 1);
