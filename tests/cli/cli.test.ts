// The command line as it is installed: the built files, in processes of their own.

import { logFolder } from '@support/logs.ts';
import { afterAll, beforeAll } from 'vitest';
import { buildProduct } from '../../scripts/build.mjs';
import { changeSuite } from './change-suite.ts';
import { completionSuite } from './completion-suite.ts';
import { longLogSuite } from './long-log-suite.ts';
import { lookSuite } from './look-suite.ts';
import { playSuite } from './play-suite.ts';
import { replaySuite } from './replay-suite.ts';
import { serveSuite } from './serve-suite.ts';
import { sessionsSuite } from './sessions-suite.ts';
import { spokenTalkSuite } from './spoken-talk-suite.ts';
import { tailSuite } from './tail-suite.ts';
import { talkSuite } from './talk-suite.ts';

const BUILD_MS = 120_000;

const logs = logFolder();
afterAll(() => logs.remove());

beforeAll(async () => {
  for (const product of ['packages', 'console']) {
    if ((await buildProduct(product, { out: 2 })) !== 0) throw new Error(`${product} cannot be built`);
  }
}, BUILD_MS);

serveSuite();
replaySuite();
playSuite(logs);
talkSuite();
spokenTalkSuite();
lookSuite(logs);
sessionsSuite(logs);
changeSuite(logs);
longLogSuite(logs);
completionSuite();
tailSuite();
