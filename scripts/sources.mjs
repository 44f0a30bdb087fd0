// Where the sources of the packages' entry points are. Tests and the console's build read sources, so that neither waits for
// a compiler; users get what `exports` of each package.json names. `tsconfig.base.json` says the same to the compiler.

import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { root } from './run.mjs';

const PACKAGES = ['protocol', 'session', 'server'];

/** Each entry point in `exports`, in the order given there: `{ name, source }`, the name to import and the absolute path of its source. */
export function entryPoints() {
  return PACKAGES.flatMap((folder) => {
    const { name, exports } = JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8'));
    return Object.entries(exports)
      .filter(([, target]) => typeof target === 'object')
      .map(([path, { types }]) => ({
        name: posix.join(name, path),
        source: join(root, 'packages', folder, types.replace('./dist/', 'src/').replace('.d.ts', '.ts')),
      }));
  });
}

/** An alias for each entry point: `{ find, replacement }`, as vite takes them. */
export function sourceAliases() {
  return entryPoints().map(({ name, source }) => ({ find: new RegExp(`^${name}$`), replacement: source }));
}
