// Two hundred sessions at once, each with a word nobody else knows: nothing crosses between them.

import { once } from 'node:events';
import { startServer } from '@colloquy/server/testing';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';

const SESSIONS = 200;
const canary = (index: number) => `canary-${index}-${(index * 2_654_435_761).toString(36)}`;

/** A client that says its word three times, by text and by a function call, and keeps every frame it was sent. */
async function converse(url: string, word: string): Promise<string[]> {
  const socket = new WebSocket(url);
  const frames: string[] = [];
  let turns = 0;
  const send = (event: object) => socket.send(JSON.stringify(event));
  const turn = () => {
    send({
      type: 'conversation.item.create',
      item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: `call keep {"word":"${word}"}` }] },
    });
    send({ type: 'response.create', response: { instructions: word, metadata: { word } } });
  };
  socket.on('message', (data) => {
    const frame = String(data);
    frames.push(frame);
    const event = JSON.parse(frame);
    if (event.type === 'session.created') turn();
    if (event.type !== 'response.done') return;
    turns += 1;
    const call = event.response.output.find((item: { type: string }) => item.type === 'function_call');
    if (turns === 3) return socket.close();
    if (!call) return turn();
    const output = { type: 'function_call_output', call_id: call.call_id, output: `kept ${word}` };
    send({ type: 'conversation.item.create', item: output });
    send({ type: 'response.create' });
  });
  socket.once('open', () =>
    send({
      type: 'session.update',
      session: { type: 'realtime', output_modalities: ['text'], tools: [{ type: 'function', name: 'keep' }] },
    }),
  );
  await once(socket, 'close');
  return frames;
}

it('[RD10] nothing said in one of 200 concurrent sessions reaches another', async () => {
  const server = await startServer({ limits: { opensPerSecond: 1000, opensBurst: 1000, sessionsPerKey: 1000 } });
  const all = await Promise.all(
    Array.from({ length: SESSIONS }, (_, index) => converse(server.realtimeURL, canary(index))),
  );
  await server.close();
  const ids = new Set<string>();
  for (const [index, frames] of all.entries()) {
    const text = frames.join('\n');
    const canaries = new Set(text.match(/canary-\d+-[0-9a-z]+/g));
    expect([...canaries]).toEqual([canary(index)]);
    expect(frames.filter((frame) => frame.includes('"type":"response.done"'))).toHaveLength(3);
    expect(text).not.toContain('"type":"error"');
    for (const id of text.match(/"(?:item|resp|sess|conv|event)_[A-Za-z0-9]{21}"/g) ?? []) ids.add(`${index}${id}`);
  }
  // An id is one session's own: as many ids with the session's number before them as without it.
  expect(new Set([...ids].map((id) => id.replace(/^\d+/, ''))).size).toBe(ids.size);
});
