// Custom parts: a detector, a transcriber, a thinker and a speaker in a spoken conversation.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { cascade, prepareResampler, resampleAll } from '@colloquy/server';
import { startServer } from '@colloquy/server/testing';
import { WebSocket } from 'ws';
import { detector, morse, read, speaker, thinker, transcriber } from './morse.mjs';

const server = await startServer({
  engine: cascade({ name: 'morse', thinker, speaker }),
  speech: { detector, transcriber },
});
const socket = new WebSocket(server.realtimeURL);
await once(socket, 'open');
const send = (event) => socket.send(JSON.stringify(event));

// What a client sends has 24,000 samples a second; the parts hear 16,000.
await prepareResampler();
const said = resampleAll(morse('live on time'), 16_000, 24_000);
const silence = new Int16Array(24_000);
for (const samples of [said, silence]) {
  const audio = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength).toString('base64');
  send({ type: 'input_audio_buffer.append', audio });
}
const { response } = await server.waitFor('response.done', { timeoutMs: 30_000 });
const answer = Buffer.concat(
  server.sent('response.output_audio.delta').map(({ delta }) => Buffer.from(delta, 'base64')),
);
const heard = read(resampleAll(new Int16Array(Uint8Array.from(answer).buffer), 24_000, 16_000));
socket.close();
await server.close();

assert.equal(response.output[0].content[0].transcript, 'emit no evil');
assert.equal(heard, 'emit no evil');
console.log(heard);
