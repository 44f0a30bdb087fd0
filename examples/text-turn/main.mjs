// A text turn with the official OpenAI SDK.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { startServer } from '@colloquy/server/testing';
import OpenAI from 'openai';
import { OpenAIRealtimeWS } from 'openai/realtime/ws';

const server = await startServer({ tls: true });
const client = new OpenAI({ apiKey: 'sk-test', baseURL: server.tlsBaseURL });
const rt = new OpenAIRealtimeWS({ model: 'gpt-realtime', options: { ca: readFileSync(server.caFile) } }, client);

rt.on('error', (error) => assert.fail(error.message));
rt.on('session.created', () => {
  rt.send({
    type: 'conversation.item.create',
    item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'good morning' }] },
  });
  rt.send({ type: 'response.create', response: { output_modalities: ['text'] } });
});
let text = '';
rt.on('response.output_text.delta', ({ delta }) => {
  text += delta;
});
await new Promise((resolve) => rt.on('response.done', resolve));
rt.close();
await server.close();

assert.equal(text, 'You said: good morning');
console.log(text);
