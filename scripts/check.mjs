// `npm run check`: everything `npm test` looks at besides the tests themselves.

import { install } from './install.mjs';
import { requireNode } from './run.mjs';
import { close, takeSteps } from './steps.mjs';

requireNode();
const tally = { passed: 0, failed: 0 };
if ((await install()) === 0) await takeSteps(tally);
else tally.failed += 1;
close(tally);
