// A server whose process is stopped for longer than any of its limits, and goes on: nobody is blamed for it.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { dial, pcm, stopAll, stops } from '@support/dial.ts';
import { afterEach, expect, it } from 'vitest';

afterEach(stopAll);

const LIMIT_MS = 4000;
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

it('[LM16, LM9, AU20] keeps idle clients and slow readers over a stop (SIGSTOP) longer than every limit', async () => {
  const limits = { stallMs: LIMIT_MS, pingMs: 200, pongMs: LIMIT_MS };
  const { child, url } = await serveInChild({ limits });
  const idle = Array.from({ length: 6 }, () => dial(url));
  const slow = Array.from({ length: 2 }, () => dial(url));
  const clients = [...idle, ...slow];
  for (const { next } of clients) await next('session.created');
  const item = { id: 'long', type: 'message', role: 'user', content: [{ type: 'input_audio', audio: pcm(60_000) }] };
  const retrieve = { type: 'conversation.item.retrieve', item_id: 'long' };
  for (const { send, next } of slow) {
    send({ type: 'conversation.item.create', item });
    await next('conversation.item.done');
  }
  for (const { send, socket } of slow) {
    socket.pause(); // until the server goes on: for the server, that is a moment
    send(retrieve, retrieve, retrieve); // 11.5 MB, more than the kernel takes
  }
  await dial(url).next('session.created');
  child.kill('SIGSTOP');
  await pause(STOPPED_MS);
  child.kill('SIGCONT');
  for (const { socket } of slow) socket.resume();
  // Whoever was blamed is closed by now, or before it has read the rest.
  for (const { send } of clients) send({ type: 'input_audio_buffer.clear' });
  const answers = await Promise.allSettled(clients.map(({ next }) => next('input_audio_buffer.cleared')));
  expect(answers.map(({ status }) => status)).toEqual(clients.map(() => 'fulfilled'));
});
