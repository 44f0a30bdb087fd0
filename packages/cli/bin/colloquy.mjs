#!/usr/bin/env node
// The command. A committed file, so that npm links it in a clone before anything is built.

import { existsSync } from 'node:fs';
import * as module from 'node:module';

// From Node 22.8 on: compiled modules are kept in the folder for temporary files, for the next start.
module.enableCompileCache?.();

const main = new URL('../dist/main.js', import.meta.url);
if (existsSync(main)) await import(main.href);
else {
  process.stderr.write("colloquy: not built yet; run 'npm start' or 'npm run build' in the repository first\n");
  process.exitCode = 1;
}
