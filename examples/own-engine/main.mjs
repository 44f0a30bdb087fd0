// An engine of one's own: an object with a name and a generator. This one shouts.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { startServer } from '@colloquy/server/testing';
import { WebSocket } from 'ws';

const shouter = {
  name: 'shouter',
  async *respond({ context }) {
    const user = context.findLast((item) => item.type === 'message' && item.role === 'user');
    for (const { text } of user.content) yield { type: 'text.delta', delta: `${text.toUpperCase()}!` };
    yield { type: 'done' };
  },
};

const server = await startServer({ engine: shouter });
const socket = new WebSocket(server.realtimeURL);
await once(socket, 'open');
for (const event of [
  {
    type: 'conversation.item.create',
    item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'hear me' }] },
  },
  { type: 'response.create', response: { output_modalities: ['text'] } },
])
  socket.send(JSON.stringify(event));
const { text } = await server.waitFor('response.output_text.done');
socket.close();
await server.close();

assert.equal(text, 'HEAR ME!');
console.log(text);
