// The pages of the documentation site and their order. A Markdown file that is not named here, but lies in docs/, becomes a
// guide, a page below docs/decisions a decision, and one below docs/spec a part of the specification.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './run.mjs';

/** The title of the group that holds the reference of the packages. */
export const API_GROUP = 'API';

/** Title of a group → its pages, in reading order. A page that does not exist is left out. */
const GROUPS = {
  Start: ['TOUR.md', 'docs/architecture.md', 'docs/clients.md', 'docs/console.md'],
  Guides: [
    'docs/scenarios.md',
    'docs/engines.md',
    'docs/extending.md',
    'docs/cascade.md',
    'docs/mcp.md',
    'docs/relay.md',
    'examples/README.md',
  ],
  Reference: ['docs/console-api.md', 'docs/recording-format.md', 'docs/benchmarks.md', 'SECURITY.md', 'VERSIONING.md'],
  [API_GROUP]: [],
  Spec: ['SPEC.md', 'docs/spec/wire.md', 'docs/spec/ports.md'],
  Decisions: ['docs/decisions/README.md'],
  Contributing: ['CONTRIBUTING.md', 'docs/style.md'],
};

/** The titles of the groups, in the order of the navigation. */
export const GROUP_TITLES = Object.keys(GROUPS);

/** The group of a page of docs/ that `GROUPS` does not name. */
function groupOf(path) {
  if (path.startsWith('docs/decisions/')) return 'Decisions';
  return path.startsWith('docs/spec/') ? 'Spec' : 'Guides';
}

function markdownUnder(folder) {
  return readdirSync(join(root, folder), { recursive: true })
    .map((path) => `${folder}/${String(path).replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.md'))
    .sort();
}

/**
 * The title of a page in the navigation: its first heading up to a colon or comma. A number before the colon is part of it,
 * as in "0004: Wire objects are the domain objects".
 */
function titleOf(path) {
  const [, heading = path] = /^# (.+)$/m.exec(readFileSync(join(root, path), 'utf8')) ?? [];
  const plain = heading.replaceAll('`', '');
  const [, number, rest] = /^(\d+): (.+)$/.exec(plain) ?? [];
  return number ? `${number} ${rest}` : plain.split(/[:,] /)[0];
}

/** Every page but README.md, which is the start page: `{ path, group, title }`, group after group, in reading order. */
export function pages() {
  const listed = Object.entries(GROUPS).flatMap(([group, paths]) => paths.map((path) => ({ path, group })));
  const names = new Set(listed.map(({ path }) => path));
  const others = markdownUnder('docs')
    .filter((path) => !names.has(path))
    .map((path) => ({ path, group: groupOf(path) }));
  return GROUP_TITLES.flatMap((title) => [...listed, ...others].filter(({ group }) => group === title))
    .filter(({ path }) => existsSync(join(root, path)))
    .map(({ path, group }) => ({ path, group, title: titleOf(path) }));
}

/** Where a page is in the site, without `.html`: `docs/console.md` → `docs/console`, a README → the `index` of its folder. */
export const addressOf = (path) => path.replace(/\.md$/, '').replace(/(^|\/)README$/, '$1index');
