// `npm run bench`: builds, then runs every `tests/bench/*.bench.mjs`, each in a process of its own and one after the other,
// against `packages/*/dist`: what is measured is what is published.
//
//   npm run bench                 all of them
//   npm run bench -- codec        those whose name contains "codec"
//   npm run bench -- codec -- …   what follows the second `--` goes to the benches

import { existsSync, readdirSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { build } from './build.mjs';
import { install } from './install.mjs';
import { requireNode, root, run } from './run.mjs';

const FOLDER = 'tests/bench';

requireNode();
const given = process.argv.slice(2);
const split = given.includes('--') ? given.indexOf('--') : given.length;
const wanted = given.slice(0, split);
const passedOn = given.slice(split + 1);

const failed = (await install()) || (await build());
if (failed) process.exit(failed);

const names = existsSync(join(root, FOLDER)) ? readdirSync(join(root, FOLDER)) : [];
const benches = names
  .filter((name) => name.endsWith('.bench.mjs'))
  .filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part)))
  .sort();
if (benches.length === 0) {
  process.stderr.write(`no bench in ${FOLDER} ${wanted.length > 0 ? `is named like ${wanted.join(' or ')}` : 'yet'}\n`);
  process.exit(1);
}

process.stdout.write(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}\n`);
for (const name of benches) {
  process.stdout.write(`\n## ${name.replace('.bench.mjs', '')}\n\n`);
  // With the collector in reach, so that a bench can put garbage where it belongs: outside what it measures.
  const code = await run(process.execPath, ['--expose-gc', join(root, FOLDER, name), ...passedOn]);
  if (code !== 0) {
    process.stderr.write(`${name} ended with code ${code}\n`);
    process.exitCode = 1;
  }
}
