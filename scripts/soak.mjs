// One spoken session, faster than real time: `npm run soak`.
//
//   npm run soak                     30 minutes of audio
//   npm run soak -- --minutes 2      another length
//
// The server is a separate process with the offline engine; the session has names, sums, interruptions and noise. Exits with 1
// if a
// turn is not answered, an error occurs, or memory grows beyond the session's limit [LM5].

import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { install } from './install.mjs';
import { requireNode } from './run.mjs';

requireNode();
const { values } = parseArgs({ options: { minutes: { type: 'string', default: '30' } } });
const minutes = Number(values.minutes);
if (!(minutes > 0 && minutes <= 600)) {
  console.error('usage: npm run soak -- [--minutes COUNT]');
  process.exit(2);
}
const failed = (await install()) || (await build());
if (failed) process.exit(failed);

const { holdSession, missing } = await import('../tests/bench/voice-session.mjs');
if (missing.length > 0) {
  console.error(`there is nothing to talk with: ${missing.join('; ')}`);
  process.exit(1);
}

const told = { at: performance.now() };
const mib = (bytes) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
const outcome = await holdSession(minutes * 60_000, ({ audioMs, turns, kept }) => {
  if (performance.now() - told.at < 5000) return;
  told.at = performance.now();
  console.log(`${(audioMs / 60_000).toFixed(1)} of ${minutes} min, ${turns} turns, ${mib(kept)} kept`);
});

const { audioMs, tookMs, turns, misheard, interruptions, noises, mistaken, faults, start, end, most, stored, cpuMs } =
  outcome;
console.log(
  `${(audioMs / 60_000).toFixed(1)} minutes of audio in ${(tookMs / 60_000).toFixed(1)}: ${turns} turns answered, ${misheard} misheard, ${interruptions} interrupted, ${mistaken} of ${noises} noises taken for speech`,
);
console.log(`CPU of the server: ${(cpuMs / 1000).toFixed(1)} s`);
console.log(
  `kept, after collecting garbage: ${mib(start.kept)} at the start, ${mib(most)} at most, ${mib(end.kept)} at the end`,
);
console.log(`resident: ${mib(start.rss)} at the start, ${mib(end.rss)} at the end`);

/** What a session may keep, and what the process may need besides. */
const LIMIT = 64 * 2 ** 20;
const BESIDES = 24 * 2 ** 20;
const allowed = Math.min(LIMIT, stored) + BESIDES;
if (most - start.kept > allowed)
  faults.push(`${mib(most - start.kept)} more were kept than at the start, ${mib(allowed)} may be`);
if (mistaken > 1 && mistaken > noises / 10) faults.push('too many noises were taken for speech');
for (const fault of faults) console.error(fault);
console.log(faults.length === 0 ? 'soak: ok' : `soak: ${faults.length} faults`);
process.exit(faults.length === 0 ? 0 : 1);
