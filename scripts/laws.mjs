// Checks the laws of sessions, mirrors and relays under random schedules: `npm run laws`.
//
//   npm run laws                          100,000 schedules
//   npm run laws -- --seeds 1000000       another number
//   npm run laws -- --seed 7              other schedules, determined by the seed
//
// `npm test` plays 10,000. A failing schedule is shrunk and printed with its seed.

import { parseArgs } from 'node:util';
import { install } from './install.mjs';
import { requireNode, runNode } from './run.mjs';

requireNode();
const { values } = parseArgs({ options: { seeds: { type: 'string', default: '100000' }, seed: { type: 'string' } } });
const seeds = Number(values.seeds);
const seed = values.seed === undefined ? undefined : Number(values.seed);
// Fewer say too little: laws also look that what they are about has happened.
if (!Number.isSafeInteger(seeds) || seeds < 1000 || (seed !== undefined && !Number.isSafeInteger(seed))) {
  console.error('usage: npm run laws -- [--seeds COUNT] [--seed NUMBER], with a COUNT of 1000 or more');
  process.exit(2);
}
const env = { ...process.env, COLLOQUY_SEEDS: values.seeds, ...(values.seed && { COLLOQUY_SEED: values.seed }) };
console.log(`${seeds} schedules; each law says when it has held`);
process.exitCode =
  (await install()) ||
  (await runNode('vitest', ['run', '--reporter=tree', 'tests/laws/session', 'tests/laws/mirror', 'tests/laws/relay'], {
    env,
  }));
