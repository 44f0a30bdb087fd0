// What one client does to another: how long a neighbour waits for its answer while somebody else sends the most expensive things a
// client may send, beside the same neighbour alone.
//
//   npm run bench -- neighbour
//
// The server is a process of its own; this one holds the neighbour, a third the other client, so that neither waits for the other's
// own work. The neighbour sends an item every 10 ms and waits for the answer.

import { fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { CREATE, close, connect, exchange, quantile, startServer } from './server-work.mjs';

const EVERY_MS = 10;
/** At least as long, also when the other client is done earlier. */
const LEAST_MS = 3000;

const OTHERS = [
  ['alone', undefined],
  ['retrieves a 12 min item once', 'retrieve'],
  ['asks for a 12 min item 60 times and hangs up', 'retrieve and hang up'],
  ['sends a frame of 15 MiB, 4 times', 'large frames'],
  ['sends a million keys, 4 times', 'many keys'],
];

const row = (cells) => process.stdout.write(`| ${cells.join(' | ')} |\n`);
const ms = (value) => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;

/** Starts the other client; resolves when it is connected and ready to begin. */
function startOther(kind, url) {
  const child = fork(fileURLToPath(new URL('neighbour-other.mjs', import.meta.url)), [kind, url]);
  const ready = new Promise((resolve) => child.once('message', resolve));
  const done = new Promise((resolve) => child.once('exit', resolve));
  return { ready, done, begin: () => child.send('begin') };
}

/** Milliseconds of each answer the neighbour waited for. */
async function waits(server, kind) {
  const neighbour = await connect(server);
  const other = kind && startOther(kind, server.url);
  await other?.ready;
  let isOver = !other;
  other?.done.then(() => {
    isOver = true;
  });
  other?.begin();
  const all = [];
  const began = performance.now();
  while (!isOver || performance.now() - began < LEAST_MS) {
    const sent = performance.now();
    await exchange(neighbour, CREATE, (frame) => frame.includes('conversation.item.done'));
    all.push(performance.now() - sent);
    await sleep(EVERY_MS);
  }
  await close(neighbour);
  return all;
}

const server = await startServer('colloquy');
await waits(server, undefined); // warms up
row(['the other client', 'p50', 'p99', 'longest']);
row(['---', '---', '---', '---']);
for (const [name, kind] of OTHERS) {
  const all = await waits(server, kind);
  row([name, ms(quantile(all, 0.5)), ms(quantile(all, 0.99)), ms(Math.max(...all))]);
}
server.stop();
