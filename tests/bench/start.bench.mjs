// What a start costs: CPU time (user and system) of `colloquy …` in a process of its own, beside `node -e 0`, alternating. A server
// is ended once it says where it listens. `npm run bench -- start`

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { median } from './server-work.mjs';

const RUNS = 9;
const COLLOQUY = fileURLToPath(new URL('../../packages/cli/bin/colloquy.mjs', import.meta.url));
const REPORT = fileURLToPath(new URL('start-report.mjs', import.meta.url));

const PARROT = [COLLOQUY, 'serve', '--engine', 'parrot', '--port', '0'];

const STARTS = [
  { name: '`node -e 0`', args: ['-e', '0'] },
  { name: '`colloquy --version`', args: [COLLOQUY, '--version'], goal: '2' },
  { name: '`colloquy help`', args: [COLLOQUY, 'help'], goal: '2' },
  { name: '`colloquy help serve`', args: [COLLOQUY, 'help', 'serve'] },
  { name: '`colloquy serve --engine parrot`, until it listens', args: PARROT },
  { name: 'the same with `--no-detector`', args: [...PARROT, '--no-detector'] },
];

/** CPU milliseconds of one start: of a process that ends, all of it; of a server, up to its first line. */
function cpuOf(args) {
  const child = spawn(process.execPath, ['--import', REPORT, ...args], { stdio: ['ignore', 'pipe', 'ignore', 'pipe'] });
  let report = '';
  child.stdout.on('data', (text) => {
    if (String(text).includes('listening on')) child.kill('SIGTERM');
  });
  child.stdio[3].on('data', (text) => {
    report += text;
  });
  return new Promise((resolve) => {
    child.on('close', () => resolve(Number(report)));
  });
}

const times = STARTS.map(() => []);
for (let run = 0; run < RUNS; run += 1) {
  for (const [index, { args }] of STARTS.entries()) times[index].push(await cpuOf(args));
}

const [bare, ...others] = times.map(median);
process.stdout.write('| start | CPU | beside `node -e 0` | goal |\n| --- | --- | --- | --- |\n');
for (const [index, ms] of [bare, ...others].entries()) {
  const { name, goal = '–' } = STARTS[index];
  process.stdout.write(`| ${name} | ${ms.toFixed(0)} ms | ${(ms / bare).toFixed(2)} | ${goal} |\n`);
}
