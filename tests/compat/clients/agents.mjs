// OpenAI's Agents SDK over a plain WebSocket, as its guide has it: an agent with a tool, a text turn, a spoken turn, an
// interruption, a tool call, and goodbye.

import { createHash } from 'node:crypto';
import { RealtimeAgent, RealtimeSession, tool } from '@openai/agents-realtime';
import { z } from 'zod';

const { url, apiKey, modality } = JSON.parse(process.argv[2]);

const added = [];
const add = tool({
  name: 'add',
  description: 'adds two numbers',
  parameters: z.object({ a: z.number(), b: z.number() }),
  execute: async ({ a, b }) => {
    added.push([a, b]);
    return String(a + b);
  },
});

const session = new RealtimeSession(new RealtimeAgent({ name: 'parrot', instructions: 'Repeat.', tools: [add] }), {
  transport: 'websocket',
  model: 'gpt-realtime',
  tracingDisabled: true,
  config: { outputModalities: [modality] },
});

const events = [];
const errors = [];
const audio = [];
let wake = () => {};
session.on('error', ({ error }) => errors.push(String(error?.error?.message ?? error?.message ?? error)));
session.on('audio', ({ data }) => audio.push(Buffer.from(data)));
session.on('transport_event', (event) => {
  events.push(event);
  wake();
});

let asked = 0;
async function until(type) {
  for (;;) {
    const found = events.findIndex((event, index) => index >= asked && event.type === type);
    if (found >= 0) {
      asked = found + 1;
      return events[found];
    }
    await new Promise((resolve) => {
      wake = resolve;
    });
  }
}

const lastWords = () => {
  const item = session.history.findLast((each) => each.type === 'message' && each.role === 'assistant');
  return item?.content.map((part) => part.text ?? part.transcript ?? '').join('') ?? '';
};

async function ask(text) {
  audio.length = 0;
  session.sendMessage(text);
  const { response } = await until('response.done');
  const bytes = Buffer.concat(audio);
  return {
    status: response.status,
    text: lastWords(),
    audio_bytes: bytes.length,
    audio_sha256: createHash('sha256').update(bytes).digest('hex'),
  };
}

const report = {};
await session.connect({ apiKey, url });
report.first = await ask('hello there');

session.sendMessage('on and '.repeat(50).trim()); // long enough to be cut off before its end, on a slow machine too
if (modality === 'audio') {
  await until('response.output_audio.delta');
  session.interrupt();
} else {
  await until('response.output_text.delta');
  session.transport.sendEvent({ type: 'response.cancel' });
}
report.interrupted = (await until('response.done')).response.status;
if (modality === 'audio') report.truncated = (await until('conversation.item.truncated')).type;
report.after = await ask('still here');

session.sendMessage('call add {"a":1,"b":2}');
report.call = (await until('response.done')).response.output.map(({ type }) => type);
report.followUp = (await until('response.done')).response.status;
report.added = added;
report.text = lastWords();
report.history = session.history.map((item) => [item.type, item.role ?? item.name]);

const gone = new Promise((resolve) => {
  session.transport.on('connection_change', (status) => status === 'disconnected' && resolve(status));
});
session.close();
report.close = await gone;
report.errors = errors;
report.error_events = events.filter(({ type }) => type === 'error').length;
process.stdout.write(JSON.stringify(report));
