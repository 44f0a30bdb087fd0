// Lists the public names of each package by entry point and kind: `tests/architecture/public-names.txt`. A test fails if the
// list is out of date. `node scripts/public-names.mjs --write` updates it.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { isMain, root } from './run.mjs';

/** Where the list is kept. */
export const LISTING = join(root, 'tests/architecture/public-names.txt');

const PACKAGES = ['protocol', 'session', 'server'];

/** `./dist/schema/schema.d.ts` → the source it is compiled from. */
const sourceOf = (name, types) =>
  join(root, 'packages', name, types.replace('./dist/', 'src/').replace(/\.d\.ts$/, '.ts'));

/** The entry points of a package: what is imported, and its source. */
function entriesOf(name) {
  const manifest = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'));
  return Object.entries(manifest.exports)
    .filter(([, target]) => typeof target === 'object')
    .map(([path, { types }]) => ({ entry: manifest.name + path.slice(1), source: sourceOf(name, types) }));
}

const KINDS = [
  [ts.SymbolFlags.Class, 'class'],
  [ts.SymbolFlags.Function, 'function'],
  [ts.SymbolFlags.Enum, 'enum'],
  [ts.SymbolFlags.Variable, 'const'],
  [ts.SymbolFlags.Interface | ts.SymbolFlags.TypeAlias, 'type'],
];

function namesIn(program, source) {
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(program.getSourceFile(source));
  return checker.getExportsOfModule(module).flatMap((symbol) => {
    const { flags } = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    const kinds = KINDS.filter(([flag]) => flags & flag).map(([, kind]) => kind);
    return `${kinds.join(' and ') || 'name'} ${symbol.name}`;
  });
}

/** The text of the list. */
export function publicNames() {
  const entries = PACKAGES.flatMap(entriesOf);
  const options = {
    noLib: true,
    types: [],
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    allowImportingTsExtensions: true,
    noEmit: true,
  };
  const program = ts.createProgram(
    entries.map(({ source }) => source),
    options,
  );
  return entries.map(({ entry, source }) => `${entry}\n  ${namesIn(program, source).sort().join('\n  ')}\n`).join('\n');
}

if (isMain(import.meta.url)) {
  if (process.argv.includes('--write')) writeFileSync(LISTING, publicNames());
  else process.stdout.write(publicNames());
}
