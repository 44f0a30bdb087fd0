// Where the sources of the packages' entry points are. Tests and the console's build read sources, so that neither waits for
// a compiler; users get what `exports` of each package.json names. `tsconfig.base.json` says the same to the compiler.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './run.mjs';

const PACKAGES = ['protocol', 'session', 'server'];

/** An alias for each entry point in `exports`, longest name first: `{ find, replacement }`, as vite takes them. */
export function sourceAliases() {
  return PACKAGES.flatMap((folder) => {
    const { name, exports } = JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8'));
    return Object.entries(exports)
      .filter(([, target]) => typeof target === 'object')
      .map(([path, { types }]) => ({
        find: new RegExp(`^${join(name, path)}$`),
        replacement: join(root, 'packages', folder, types.replace('./dist/', 'src/').replace('.d.ts', '.ts')),
      }));
  });
}
