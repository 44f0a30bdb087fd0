// A server whose process is stopped for longer than any of its limits, and goes on: nobody is blamed for it.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { dial, pcm, stopAll, stops } from '@support/dial.ts';
import { afterEach, expect, it } from 'vitest';
import type { WebSocket } from 'ws';

afterEach(stopAll);

const LIMIT_MS = 3000;
/** The stop itself: it has to be longer than the limits. */
const STOPPED_MS = 2 * LIMIT_MS;

async function serveInChild(options: object) {
  const child = spawn(process.execPath, [
    join(import.meta.dirname, '../support/serve-child.mjs'),
    JSON.stringify(options),
  ]);
  stops.push(() => {
    child.kill('SIGKILL');
  });
  const ended = once(child, 'exit').then(() => Promise.reject(new Error('the server ended')));
  const [line] = await Promise.race([once(child.stdout.setEncoding('utf8'), 'data'), ended]);
  return { child, url: String(line).trim() };
}

/** Takes a little at a time: all that the kernel holds, then nothing for a while. */
function readSlowly(socket: WebSocket): () => void {
  const timer = setInterval(() => {
    socket.resume();
    setImmediate(() => socket.pause());
  }, 50);
  return () => {
    clearInterval(timer);
    socket.resume();
  };
}

it('[LM16, LM9, AU20] keeps idle clients and slow readers over a stop (SIGSTOP) longer than every limit', async () => {
  const limits = { stallMs: LIMIT_MS, pingMs: 200, pongMs: LIMIT_MS };
  const { child, url } = await serveInChild({ limits });
  const clients = Array.from({ length: 8 }, () => dial(url));
  const item = { id: 'long', type: 'message', role: 'user', content: [{ type: 'input_audio', audio: pcm(120_000) }] };
  for (const [index, { send, next }] of clients.entries()) {
    await next('session.created');
    if (index % 2 === 0) continue;
    send({ type: 'conversation.item.create', item });
    await next('conversation.item.done');
  }
  const resume: (() => void)[] = [];
  for (const [index, { send, socket }] of clients.entries()) {
    if (index % 2 === 0) continue;
    for (let count = 0; count < 4; count += 1) send({ type: 'conversation.item.retrieve', item_id: 'long' });
    resume.push(readSlowly(socket));
  }
  await dial(url).next('session.created');
  child.kill('SIGSTOP');
  await pause(STOPPED_MS);
  child.kill('SIGCONT');
  await dial(url).next('session.created');
  for (const go of resume) go();
  // Whoever was blamed is closed by now, or before it has read the rest.
  for (const { send } of clients) send({ type: 'input_audio_buffer.clear' });
  const answers = await Promise.allSettled(clients.map(({ next }) => next('input_audio_buffer.cleared')));
  expect(answers.map(({ status }) => status)).toEqual(Array(8).fill('fulfilled'));
});
