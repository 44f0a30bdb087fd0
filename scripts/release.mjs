// `npm run release`: versions, checks and publishes the packages. What each step is for is in VERSIONING.md.
//
//   npm run release -- --version        applies the changesets: versions, changelogs, lockfile
//   npm run release -- --check v0.2.0   fails unless every package has the version of this tag and a changelog entry
//   npm run release -- --dry-run        builds, packs and lists what would be published
//   npm run release -- --publish        builds and publishes, in the order of dependencies, with provenance

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './build.mjs';
import { isMain, root, runNode, runNpm } from './run.mjs';

/** In the order of dependencies: whoever installs one finds those it needs. */
const PACKAGES = ['protocol', 'session', 'server', 'cli'];

const USAGE = 'usage: npm run release -- --version | --check TAG | --dry-run | --publish\n';

/** What disagrees with this tag, a sentence each. */
export function tagProblems(tag, packages = PACKAGES.map(readPackage)) {
  const wanted = /^v(\d+\.\d+\.\d+(?:-[\w.]+)?)$/.exec(tag)?.[1];
  if (!wanted) return [`'${tag}' is not a version tag such as v0.2.0`];
  return packages.flatMap(({ name, version, dependencies = {}, changelog }) => [
    ...(version === wanted ? [] : [`${name} has version ${version}, not ${wanted}`]),
    ...Object.entries(dependencies)
      .filter(([other, range]) => other.startsWith('@colloquy/') && range !== wanted)
      .map(([other, range]) => `${name} depends on ${other} ${range}, not ${wanted}`),
    ...(changelog.includes(`## ${wanted}`) ? [] : [`the changelog of ${name} has no entry for ${wanted}`]),
  ]);
}

function readPackage(folder) {
  const manifest = JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8'));
  const path = join(root, 'packages', folder, 'CHANGELOG.md');
  return { ...manifest, changelog: existsSync(path) ? readFileSync(path, 'utf8') : '' };
}

/** Applies the changesets and brings the lockfile in line. */
async function applyVersions() {
  return (await runNode('changeset', ['version'])) || (await runNpm(['install', '--package-lock-only']));
}

async function publishAll(flags) {
  const failed = await build();
  if (failed) return failed;
  for (const name of PACKAGES) {
    const code = await runNpm(['publish', '--access', 'public', ...flags, '-w', `packages/${name}`]);
    if (code !== 0) return code;
  }
  return 0;
}

function checkTag(tag) {
  const problems = tagProblems(tag);
  for (const problem of problems) process.stdout.write(`${problem}\n`);
  return problems.length === 0 ? 0 : 1;
}

function release([step, tag]) {
  switch (step) {
    case '--version':
      return applyVersions();
    case '--check':
      if (tag) return checkTag(tag);
      break;
    case '--dry-run':
      return publishAll(['--dry-run']);
    case '--publish':
      return publishAll(['--provenance']);
  }
  process.stderr.write(USAGE);
  return 2;
}

if (isMain(import.meta.url)) process.exitCode = await release(process.argv.slice(2));
