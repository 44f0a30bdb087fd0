// Checks the laws of decoding, encoding and redaction on mutated frames with the built package: `npm run fuzz`.
//
//   npm run fuzz                              ten million frames
//   npm run fuzz -- --frames 1000 --seed 7    another number and seed
//   npm run fuzz -- --offers                  SDP offers in place of frames
//
// A frame is determined by the seed and its number; a failure prints both. Exits with 1 after ten failures.

import { parseArgs } from 'node:util';
import { frameLaws } from '../tests/support/frame-laws.mjs';
import { offerLaws } from '../tests/support/offer-laws.mjs';
import { random } from '../tests/support/wire-values.mjs';
import { build } from './build.mjs';
import { install } from './install.mjs';
import { requireNode } from './run.mjs';

requireNode();
const { values } = parseArgs({
  options: {
    frames: { type: 'string', default: '10000000' },
    offers: { type: 'boolean', default: false },
    seed: { type: 'string', default: String(Date.now() % 1e9) },
  },
});
const frames = Number(values.frames);
const seed = Number(values.seed);
if (!Number.isSafeInteger(frames) || frames < 1 || !Number.isSafeInteger(seed) || seed < 0) {
  console.error('usage: npm run fuzz -- [--frames COUNT] [--seed NUMBER] [--offers]');
  process.exit(2);
}

const failed = (await install()) || (await build());
if (failed) process.exit(failed);
const protocol = await import('@colloquy/protocol');
const laws = values.offers ? offerLaws(protocol) : frameLaws(protocol);
const started = performance.now();
let told = started;
let complaints = 0;

const show = (frame) =>
  JSON.stringify(frame instanceof Uint8Array ? { hex: Buffer.from(frame).toString('hex') } : { frame });
const say = (done) => {
  const seconds = (performance.now() - started) / 1000;
  console.log(`${done} of ${frames} frames, ${complaints} complaints, ${Math.round(done / seconds)} per second`);
};

console.log(`seed ${seed}`);
for (let number = 0; number < frames && complaints < 10; number++) {
  // Numbers next to each other are to give frames far apart.
  const r = random(Math.imul(number + 1, 0x9e3779b1) ^ seed);
  const frame = laws.frame(r);
  const complaint = laws.complaint(frame, r);
  if (complaint) {
    complaints++;
    console.log(`frame ${number} of seed ${seed}: ${complaint}\n  ${show(frame).slice(0, 2000)}`);
  }
  if (number % 1000 === 0 && performance.now() - told > 5000) {
    told = performance.now();
    say(number + 1);
  }
}
say(frames);
process.exitCode = complaints > 0 ? 1 : 0;
