// Builds stale packages before the tests of a file that start the built files.

import { beforeAll } from 'vitest';
import { buildProduct } from '../../scripts/build.mjs';

/** Registers the build of these products, in this order. Output of the compilers goes to stderr. */
export function buildBefore(...products: ('packages' | 'console')[]): void {
  beforeAll(async () => {
    for (const product of products) {
      if ((await buildProduct(product, { out: 2 })) !== 0) throw new Error(`${product} cannot be built`);
    }
  });
}
