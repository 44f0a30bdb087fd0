// `npm start`: installs and builds what a fresh clone lacks, then serves. Arguments go to `colloquy serve`:
// `npm start -- --port 9000`.
//
// Our own lines go to stderr: stdout belongs to the server. The server runs in this very process, so signals reach it
// and its exit code is ours without anything in between.

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from './build.mjs';
import { install } from './install.mjs';
import { requireNode, root } from './run.mjs';
import { provideSpeech } from './speech-packages.mjs';

/**
 * Asks the server to drain when the program that started us has gone. npm, ended by SIGTERM, passes nothing on through
 * the shell between us, and would leave a server behind that nobody owns.
 */
function drainWhenOrphaned() {
  const parent = process.ppid;
  let isAsked = false;
  const heard = new Set();
  const watch = setInterval(() => {
    // Listened to only beside the server's own handlers: a lone listener here would take away the default, to end.
    for (const signal of ['SIGINT', 'SIGTERM']) {
      if (heard.has(signal) || process.listenerCount(signal) === 0) continue;
      heard.add(signal);
      process.on(signal, () => {
        isAsked = true;
      });
    }
    if (process.ppid === parent) return;
    clearInterval(watch);
    if (!isAsked) process.kill(process.pid, 'SIGTERM');
  }, 250);
  watch.unref();
}

/** Whether what is about to be served may hear: the offline parts do, unless only engines without ears are asked for. */
function listens(args) {
  const at = args.findIndex((arg) => /^--engine(=|$)/.test(arg));
  const given = at < 0 ? process.env.COLLOQUY_ENGINE : (args[at].split('=')[1] ?? args[at + 1]);
  const isRelay = args.some((arg) => /^--upstream(=|$)/.test(arg)) || process.env.COLLOQUY_UPSTREAM;
  return !isRelay && (!given || given.split(',').some((name) => !['parrot', 'scripted'].includes(name.trim())));
}

requireNode();
const failed = (await install({ out: 2 })) || (await build({ out: 2 }));
if (failed) process.exit(failed);
if (listens(process.argv.slice(2))) await provideSpeech({ out: 2, isNamed: false });

const main = join(root, 'packages/cli/dist/main.js');
process.argv = [process.execPath, main, 'serve', ...process.argv.slice(2)];
if (process.env.npm_lifecycle_event === 'start') drainWhenOrphaned();
await import(pathToFileURL(main).href);
