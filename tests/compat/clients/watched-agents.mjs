// OpenAI's Agents SDK as its guide has it: it connects to the address built into it, with the user's key.

import { RealtimeAgent, RealtimeSession } from '@openai/agents-realtime';

const session = new RealtimeSession(new RealtimeAgent({ name: 'parrot', instructions: 'Repeat.' }), {
  transport: 'websocket',
  model: 'gpt-realtime',
  tracingDisabled: true,
  config: { outputModalities: ['text'] },
});
session.on('error', ({ error }) => {
  console.error(JSON.stringify(error?.error ?? String(error)));
  process.exit(1);
});
session.on('agent_end', (_, __, text) => {
  console.log(text);
  session.close();
});
await session.connect({ apiKey: process.env.OPENAI_API_KEY });
session.sendMessage('hello there');

// The runtime's own fetch and WebSocket.
const { status } = await fetch('https://api.openai.com/v1/realtime/client_secrets', {
  method: 'POST',
  headers: { authorization: `Bearer ${process.env.OPENAI_API_KEY}`, 'content-type': 'application/json' },
  body: '{}',
});
const protocols = ['realtime', `openai-insecure-api-key.${process.env.OPENAI_API_KEY}`];
const socket = new WebSocket('wss://api.openai.com/v1/realtime?model=gpt-realtime', protocols);
socket.onerror = ({ message }) => console.error(message);
socket.onmessage = ({ data }) => {
  console.log(status, JSON.parse(data).type);
  socket.close();
};
