// openai-node's `AzureOpenAI` with its beta Realtime client, which dials Azure's beta address, over plain TCP.

import { connect } from 'node:net';
import { AzureOpenAI } from 'openai';
import { OpenAIRealtimeWS } from 'openai/beta/realtime/ws';

const { endpoint, apiKey, deployment } = JSON.parse(process.argv[2]);
const client = new AzureOpenAI({ apiKey, endpoint, apiVersion: '2024-10-01-preview', deployment });
const options = { createConnection: ({ host, port }) => connect({ host, port: Number(port) }) };
const realtime = await OpenAIRealtimeWS.azure(client, { options });

const events = [];
const errors = [];
const closed = new Promise((resolve) => realtime.socket.on('close', (code) => resolve(code)));
realtime.on('error', (error) => errors.push(error.error?.code ?? String(error.message)));
realtime.on('event', (event) => {
  events.push(event);
  if (event.type === 'session.created') {
    const content = [{ type: 'input_text', text: 'How are you?' }];
    realtime.send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } });
    realtime.send({ type: 'response.create', response: { modalities: ['text'] } });
  }
  if (event.type === 'response.done') realtime.close();
});
const code = await closed;
const done = events.find(({ type }) => type === 'response.done');
process.stdout.write(
  JSON.stringify({
    path: realtime.url.pathname,
    query: [...realtime.url.searchParams],
    types: events.map(({ type }) => type),
    session: events[0]?.session,
    text: done?.response.output[0]?.content[0]?.text,
    errors,
    code,
  }),
);
