// `npm run check`: the checks of `npm test` without the tests.

import { install } from './install.mjs';
import { requireNode } from './run.mjs';
import { close, takeSteps } from './steps.mjs';

requireNode();
const tally = { passed: 0, failed: 0 };
if ((await install()) === 0) await takeSteps(tally);
else tally.failed += 1;
close(tally);
