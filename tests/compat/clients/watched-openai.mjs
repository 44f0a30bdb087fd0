// openai-node as its guide has it, with neither an address nor a key in the program: `colloquy watch` gives both.

import OpenAI from 'openai';
import { OpenAIRealtimeWS } from 'openai/realtime/ws';

const client = new OpenAI();
const { value } = await client.realtime.clientSecrets.create({});
const realtime = new OpenAIRealtimeWS({ model: 'gpt-realtime' }, client);
realtime.on('error', (error) => {
  console.error(String(error));
  process.exit(1);
});
realtime.on('session.created', () => {
  const content = [{ type: 'input_text', text: 'hello there' }];
  realtime.send({ type: 'session.update', session: { type: 'realtime', output_modalities: ['text'] } });
  realtime.send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } });
  realtime.send({ type: 'response.create' });
});
realtime.on('response.output_text.done', ({ text }) => console.log(text, value.slice(0, 3)));
realtime.on('response.done', () => {
  process.exitCode = 7;
  realtime.close();
});
