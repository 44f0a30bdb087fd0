// The command line as it is installed: the built files, in processes of their own.

import { beforeAll } from 'vitest';
import { buildProduct } from '../../scripts/build.mjs';
import { replaySuite } from './replay-suite.ts';
import { serveSuite } from './serve-suite.ts';
import { talkSuite } from './talk-suite.ts';

const BUILD_MS = 120_000;

beforeAll(async () => {
  for (const product of ['packages', 'console']) {
    if ((await buildProduct(product, { out: 2 })) !== 0) throw new Error(`${product} cannot be built`);
  }
}, BUILD_MS);

serveSuite();
replaySuite();
talkSuite();
