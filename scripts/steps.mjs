// The checks besides the tests. `npm test` runs them before the tests, `npm run check` alone.

import { buildProduct, PRODUCT_NAMES } from './build.mjs';
import { runNode } from './run.mjs';

// Always, not only when stale: the compiler is asked, not our memory of its last answer.
const BUILDS = PRODUCT_NAMES.map((name) => ({
  name: `build ${name}`,
  go: () => buildProduct(name, { always: true }),
}));
/** Takes as long as all the checks together; each compiler uses one core. */
const TYPES_OF_TESTS = { name: 'types of the tests', go: () => runNode('tsc', ['-p', 'tests/tsconfig.json']) };
const CHECKS = [
  { name: 'types of the console', go: () => runNode('tsc', ['-p', 'packages/console']) },
  { name: 'lint and format', go: () => runNode('biome', ['ci', '--colors=off', '.']) },
  { name: 'lockfile and dependencies', go: () => runNode('scripts/check-lockfile.mjs') },
  { name: 'unused files, exports and dependencies', go: () => runNode('knip', ['--no-progress']) },
  { name: 'rules and tests', go: () => runNode('scripts/check-spec.mjs') },
];

/** Runs one step, says how it went, and counts it in `tally`. */
export async function takeStep(tally, name, go) {
  process.stdout.write(`-- ${name}\n`);
  const begun = performance.now();
  const isFine = (await go()) === 0;
  tally[isFine ? 'passed' : 'failed'] += 1;
  process.stdout.write(
    `-- ${name}: ${isFine ? 'ok' : 'FAILED'} (${((performance.now() - begun) / 1000).toFixed(1)} s)\n`,
  );
}

/** Builds, then takes the checks beside the longest of them. */
export async function takeSteps(tally) {
  await takeInOrder(tally, BUILDS);
  await Promise.all([takeInOrder(tally, [TYPES_OF_TESTS]), takeInOrder(tally, CHECKS)]);
}

async function takeInOrder(tally, steps) {
  for (const { name, go } of steps) await takeStep(tally, name, go);
}

/** The last line of every run, and the exit code that goes with it. Nothing counted is a failure, not a success. */
export function close({ passed, failed, skipped = 0 }) {
  process.stdout.write(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
}
