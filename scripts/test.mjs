// `npm test`: installs what a fresh clone lacks, checks what is not a test (types, lint, lockfile, rules), then runs every
// test. The time it took is printed, then the last line: `N passed, M failed`, with `, K skipped` when there are any; each check
// counts as one.
//
// With arguments only vitest runs, on what they say: `npm test -- packages/protocol`, `npm test -- -t CV5`.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from './build.mjs';
import { isChromiumWanted, provideChromium } from './chromium.mjs';
import { install, provideLiveKit } from './install.mjs';
import { requireNode, runNode } from './run.mjs';
import { provideSpeech } from './speech-packages.mjs';
import { close, takeStep, takeSteps } from './steps.mjs';

const STRICT = '--unhandled-rejections=strict';

/** Runs vitest and resolves with what it counted; a run that broke off counts as one failure more. */
async function runTests(args, env) {
  const folder = mkdtempSync(join(tmpdir(), 'colloquy-test-'));
  const tallyFile = join(folder, 'tally.json');
  try {
    const reporters = ['--reporter=default', '--reporter=./scripts/tally-reporter.mjs'];
    const code = await runNode('vitest', ['run', ...reporters, ...args], {
      env: { ...env, TALLY_FILE: tallyFile, NODE_OPTIONS: `${env.NODE_OPTIONS ?? ''} ${STRICT}`.trim() },
    });
    const tally = readTally(tallyFile);
    if (tally.failed === 0 && (code !== 0 || tally.passed === 0)) {
      process.stdout.write(`vitest ended with code ${code} after ${tally.passed} passing tests\n`);
      tally.failed += 1;
    }
    return tally;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readTally(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // vitest did not come to its end; the caller counts that as a failure.
    return { passed: 0, failed: 0, skipped: 0, leftOut: 0, expectedFailures: 0, figures: [], printed: [] };
  }
}

/** `47 s`, `11 min 5 s` */
function duration(ms) {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

requireNode();
const args = process.argv.slice(2);
const isWhole = args.length === 0;
const begun = performance.now();
const total = { passed: 0, failed: 0, skipped: 0 };

if ((await install()) !== 0) {
  close({ passed: 0, failed: 1 });
} else {
  const { env, installed } = isChromiumWanted() ? await provideChromium() : { env: {} };
  if (installed !== undefined) await takeStep(total, 'install Chromium', () => (installed ? 0 : 1));
  // Beside the checks, which leave the network idle. Where only some tests are run, that one is skipped if it lacks them.
  const livekit = isWhole ? provideLiveKit() : undefined;
  // Spoken tests are skipped without it, and say why.
  await provideSpeech();
  if (isWhole) await takeSteps(total);
  // Tests that start the command line need it built. Errors of type are shown but not counted here: the compiler writes
  // what it can all the same, and judging the rest is the whole run's business.
  else await build();
  await livekit;

  const tests = await runTests(isWhole ? ['--allowOnly=false'] : args, { ...process.env, ...env });
  for (const key of ['passed', 'failed', 'skipped']) total[key] += tests[key];
  if (isWhole) {
    await takeStep(total, 'no test prints to the console', () => {
      for (const line of tests.printed) process.stdout.write(`${line}\n`);
      return tests.printed.length === 0 ? 0 : 1;
    });
  }
  for (const figure of tests.figures) process.stdout.write(`figure: ${figure}\n`);
  if (tests.expectedFailures > 0) {
    process.stdout.write(`${tests.expectedFailures} of the passed are expected failures: rules not yet met\n`);
  }
  if (tests.leftOut > 0) process.stdout.write(`left out by tag: ${tests.leftOut}\n`);
  process.stdout.write(`time: ${duration(performance.now() - begun)}\n`);
  close(total);
}
