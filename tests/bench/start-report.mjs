// Preloaded by `start.bench.mjs`: writes the CPU milliseconds of this process to descriptor 3, when it first asks to be ended or
// when it ends.

import { writeSync } from 'node:fs';

let isWritten = false;
function report() {
  if (isWritten) return;
  isWritten = true;
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  writeSync(3, String((userCPUTime + systemCPUTime) / 1000));
}
// A server listens for SIGTERM as well; this listener, which came first, is called first.
process.on('SIGTERM', report);
process.on('exit', report);
