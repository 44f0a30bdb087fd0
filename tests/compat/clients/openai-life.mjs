// openai-node's `OpenAIRealtimeWS` through its whole life: history in any order, audio by the buffer, a response beside the
// conversation while another is spoken, an interruption cut to what was heard, parallel calls, deletion, goodbye.

import { connect } from 'node:net';
import OpenAI from 'openai';
import { OpenAIRealtimeWS } from 'openai/realtime/ws';
import { digest, hearing, LONG, pcm } from './heard.mjs';

const { baseURL, apiKey } = JSON.parse(process.argv[2]);
const options = { createConnection: ({ host, port }) => connect({ host, port: Number(port) }) };
const realtime = new OpenAIRealtimeWS({ model: 'gpt-realtime', options }, new OpenAI({ apiKey, baseURL }));
const heard = hearing();
const errors = [];
realtime.on('event', heard.push);
realtime.on('error', (error) => errors.push(String(error?.message ?? error)));

const report = {};
const say = (text) => ({ type: 'message', role: 'user', content: [{ type: 'input_text', text }] });
const parameters = { type: 'object', properties: { a: { type: 'number' }, b: { type: 'number' } } };
const create = (item, more) => realtime.send({ type: 'conversation.item.create', item, ...more });
const respond = (response) => realtime.send({ type: 'response.create', ...(response && { response }) });
const deltasOf = (id, type) => heard.events.filter((event) => event.type === type && event.response_id === id);

// Connect and configure.
await heard.until('session.created');
realtime.send({
  type: 'session.update',
  session: {
    type: 'realtime',
    instructions: 'Repeat.',
    audio: { input: { turn_detection: null }, output: { voice: 'cedar' } },
    tools: [{ type: 'function', name: 'add', description: 'adds', parameters }],
  },
});
const { session } = await heard.until('session.updated');
report.configured = [session.instructions, session.audio.output.voice, session.audio.input.turn_detection];

// History given, out of order: each item says behind which it belongs.
create({ type: 'function_call', id: 'h_call', call_id: 'c_1', name: 'add', arguments: '{"a":2,"b":2}' });
create({ type: 'function_call_output', id: 'h_output', call_id: 'c_1', output: '4' });
create({ ...say('What is two and two?'), id: 'h_user' }, { previous_item_id: 'root' });
const brief = { type: 'message', role: 'system', id: 'h_system', content: [{ type: 'input_text', text: 'Be brief.' }] };
create(brief, { previous_item_id: 'root' });
create({ type: 'message', role: 'assistant', id: 'h_said', content: [{ type: 'output_text', text: 'Four.' }] });
report.history = [];
for (const id of ['h_call', 'h_output', 'h_user', 'h_system', 'h_said']) {
  const { item, previous_item_id } = await heard.until('conversation.item.added', (event) => event.item.id === id);
  report.history.push([item.id, previous_item_id]);
}

// A text turn, then a spoken one by the audio buffer, manual.
create(say('hello there'));
respond({ output_modalities: ['text'] });
report.text = (await heard.until('response.done')).response.output[0].content[0];
const spoken = pcm(300);
for (let at = 0; at < spoken.length; at += 4800) {
  realtime.send({ type: 'input_audio_buffer.append', audio: spoken.subarray(at, at + 4800).toString('base64') });
}
realtime.send({ type: 'input_audio_buffer.commit' });
const committed = await heard.until('input_audio_buffer.committed');
respond();
const answered = (await heard.until('response.done')).response;
report.committed = heard.events.some(({ type, item }) => /added$/.test(type) && item?.id === committed.item_id);
report.audio = digest(
  deltasOf(answered.id, 'response.output_audio.delta').map(({ delta }) => Buffer.from(delta, 'base64')),
);
report.transcript = answered.output[0].content[0].transcript;

// While a long answer is spoken: a response out of band, with a context of its own; then the long one is cut off.
create(say(LONG));
respond();
const long = (await heard.until('response.created')).response;
const { item_id, content_index } = await heard.until('response.output_audio.delta');
respond({
  conversation: 'none',
  metadata: { purpose: 'topic' },
  instructions: 'Name the topic.',
  output_modalities: ['text'],
  tools: [],
  input: [{ type: 'item_reference', id: 'h_user' }, say('in a word')],
});
const beside = (await heard.until('response.created')).response;
const besideDone = (await heard.until('response.done', ({ response }) => response.id === beside.id)).response;
report.beside = {
  status: besideDone.status,
  metadata: [beside.metadata, besideDone.metadata],
  conversation_id: besideDone.conversation_id ?? null,
  text: deltasOf(beside.id, 'response.output_text.delta')
    .map(({ delta }) => delta)
    .join(''),
  joined: heard.events.some(
    ({ type, item }) => /^conversation\.item/.test(type) && item?.id === besideDone.output[0].id,
  ),
};
await heard.until('response.output_audio.delta', ({ response_id }) => response_id === long.id);
realtime.send({ type: 'response.cancel', event_id: 'cut' });
realtime.send({ type: 'conversation.item.truncate', item_id, content_index, audio_end_ms: 250 });
const cutOff = (await heard.until('response.done', ({ response }) => response.id === long.id)).response;
const truncated = await heard.until('conversation.item.truncated');
realtime.send({ type: 'conversation.item.retrieve', item_id });
const [kept] = (await heard.until('conversation.item.retrieved')).item.content;
report.interrupted = {
  ...{ status: cutOff.status, details: cutOff.status_details, audio_end_ms: truncated.audio_end_ms },
  ...{ kept_bytes: Buffer.from(kept.audio, 'base64').length, kept_transcript: kept.transcript ?? '' },
};
report.after_the_end = heard.events
  .slice(heard.events.findIndex(({ type, response }) => type === 'response.done' && response.id === long.id) + 1)
  .filter(({ response_id }) => response_id === long.id).length;

// Two calls at once, both answered before the next response.
create(say('call add {"a":1,"b":2} and call add {"a":3,"b":4}'));
respond({ output_modalities: ['text'] });
const { output } = (await heard.until('response.done')).response;
report.calls = output.map(({ name, arguments: text }) => [name, text]);
report.call_indexes = heard.events
  .filter(({ type, item }) => type === 'response.output_item.done' && item.type === 'function_call')
  .map(({ output_index }) => output_index);
for (const { call_id, arguments: text } of output) {
  const { a, b } = JSON.parse(text);
  create({ type: 'function_call_output', call_id, output: String(a + b) });
}
respond({ output_modalities: ['text'] });
report.followUp = (await heard.until('response.done')).response.output[0].content[0].text;

// Forget one, and goodbye.
realtime.send({ type: 'conversation.item.delete', item_id: 'h_system' });
report.deleted = (await heard.until('conversation.item.deleted')).item_id;
const closed = new Promise((resolve) => {
  realtime.socket.once('close', resolve);
});
realtime.close();
report.close = await closed;
report.errors = errors;
report.error_events = heard.count('error');
process.stdout.write(JSON.stringify(report));
