// A response cancelled half way: it ends `cancelled`, and its audio is truncated to what was heard.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { parrot } from '@colloquy/server';
import { startServer } from '@colloquy/server/testing';
import { WebSocket } from 'ws';

const server = await startServer({ engine: parrot({ pace: 20 }) });
const socket = new WebSocket(server.realtimeURL);
const send = (event) => socket.send(JSON.stringify(event));
await once(socket, 'open');

send({
  type: 'conversation.item.create',
  item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'one two three four five six seven' }] },
});
send({ type: 'response.create' });
const { item_id } = await server.waitFor('response.output_audio.delta', { timeoutMs: 30_000 });
send({ type: 'response.cancel' });
send({ type: 'conversation.item.truncate', item_id, content_index: 0, audio_end_ms: 150 });
send({ type: 'conversation.item.retrieve', item_id });

const { response } = await server.waitFor('response.done', { timeoutMs: 30_000 });
assert.equal(response.status, 'cancelled');
assert.equal(response.status_details.reason, 'client_cancelled');
const { item } = await server.waitFor('conversation.item.retrieved', { timeoutMs: 30_000 });
assert.equal(item.status, 'incomplete');
assert.equal(item.content[0].transcript, null);
assert.deepEqual(server.sent('error'), []);
socket.close();
await server.close();
console.log('cancelled, cut to 150 ms, no error');
