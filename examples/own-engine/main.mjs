// A custom engine: an object with a name and a generator. It answers in capitals, with a beep as audio.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { startServer } from '@colloquy/server/testing';
import { WebSocket } from 'ws';

// 200 ms of 16-bit samples at 24 kHz, the format of a session that asks for no other.
const beep = new Uint8Array(Int16Array.from({ length: 4800 }, (_, i) => 8000 * Math.sin(i / 10)).buffer);

const shouter = {
  name: 'shouter',
  async *respond({ context, config }) {
    const isSpoken = config.output_modalities.includes('audio');
    const user = context.findLast((item) => item.type === 'message' && item.role === 'user');
    for (const { text } of user.content) {
      yield { type: isSpoken ? 'transcript.delta' : 'text.delta', delta: `${text.toUpperCase()}!` };
      if (isSpoken) yield { type: 'audio.delta', audio: beep };
    }
    yield { type: 'done' };
  },
};

const server = await startServer({ engine: shouter });
const socket = new WebSocket(server.realtimeURL);
await once(socket, 'open');
const send = (event) => socket.send(JSON.stringify(event));
const content = [{ type: 'input_text', text: 'hear me' }];
send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } });
send({ type: 'response.create', response: { output_modalities: ['text'] } });
const { text } = await server.waitFor('response.output_text.done', { timeoutMs: 30_000 });
send({ type: 'response.create', response: { output_modalities: ['audio'] } });
const { transcript } = await server.waitFor('response.output_audio_transcript.done', { timeoutMs: 30_000 });
const [{ delta }] = server.sent('response.output_audio.delta');
socket.close();
await server.close();

assert.deepEqual([text, transcript], ['HEAR ME!', 'HEAR ME!']);
assert.deepEqual(Buffer.from(delta, 'base64'), Buffer.from(beep));
console.log(text);
