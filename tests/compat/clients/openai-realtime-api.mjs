// The life of an openai-realtime-api client, which speaks beta: written as its users write it.

import { createHash } from 'node:crypto';

const { url, apiKey, way } = JSON.parse(process.argv[2]);
// It offers subprotocols where the runtime has a WebSocket, and sets headers where it has none.
if (way === 'headers') delete globalThis.WebSocket;
else if (!globalThis.WebSocket) throw new Error('this runtime has no WebSocket of its own');
const { RealtimeClient } = await import('openai-realtime-api');

const client = new RealtimeClient({
  url,
  apiKey,
  model: 'gpt-realtime',
  sessionConfig: { instructions: 'Repeat what you hear.', temperature: 0.7 },
});
const report = {};
const passed = [];
client.on('realtime.event', ({ source, event }) => passed.push({ source, event }));
const told = () => passed.filter(({ source }) => source === 'server').map(({ event }) => event);
const next = (type) => client.realtime.waitForNext(`server.${type}`);
const say = (text) => client.sendUserMessageContent([{ type: 'input_text', text }]);
const sha256 = (audio) =>
  createHash('sha256')
    .update(new Uint8Array(audio.buffer, audio.byteOffset, audio.byteLength))
    .digest('hex');

/** What became of one answer: the client's own item, and the server's last word on it. */
async function answer(ask) {
  const from = passed.length;
  const done = next('response.done');
  ask();
  const { response } = await done;
  const output = response.output.at(-1);
  const item = client.conversation.getItem(output.id);
  const types = passed.slice(from).map(({ event }) => event.type);
  return {
    status: response.status,
    modalities: response.modalities,
    temperature: response.temperature,
    parts: (output.content ?? []).map(({ type }) => type),
    said: output.content?.[0]?.transcript ?? output.content?.[0]?.text,
    text: item.formatted.text,
    transcript: item.formatted.transcript,
    audio_bytes: item.formatted.audio.byteLength,
    audio_sha256: sha256(item.formatted.audio),
    usage: response.usage?.total_tokens > 0,
    once: [
      'response.audio.done',
      'response.audio_transcript.done',
      'response.content_part.done',
      'response.output_item.done',
    ].map((type) => types.filter((each) => each === type).length),
  };
}

const updated = next('session.updated');
report.before = client.isConnected;
await client.connect();
report.connected = client.isConnected;
await client.waitForSessionCreated();
report.first = passed.map(({ source, event }) => `${source} ${event.type}`);
report.session = (await updated).session;

// A turn in words, item by item.
const items = [];
client.on('conversation.item.appended', ({ item }) => items.push([item.role, item.status, item.formatted.text]));
report.text = await answer(() => say('How are you?'));
report.items = items.slice();

// A turn in audio, given whole; another through the input buffer.
const spoken = Int16Array.from({ length: 24 * 300 }, (_, index) => (index * 7) % 251);
const audio = Buffer.from(spoken.buffer).toString('base64');
report.spoken = await answer(() => client.sendUserMessageContent([{ type: 'input_audio', audio }]));
report.appended = await answer(() => {
  client.appendInputAudio(spoken);
  client.createResponse();
});
report.heard_bytes = client.conversation.getItems().findLast(({ role }) => role === 'user').formatted.audio.byteLength;

// A tool: the client calls it, answers and asks again by itself.
client.addTool(
  { name: 'add', description: 'adds', parameters: { type: 'object', properties: {} } },
  ({ a, b }) => a + b,
);
await next('session.updated');
const first = next('response.done').then(() => next('response.done'));
say('call add {"a":1,"b":2}');
const { response: followUp } = await first;
report.tool = followUp.output[0].content[0].transcript;
report.call = client.conversation.getItems().find(({ type }) => type === 'function_call').formatted.tool;

// Words alone.
client.updateSession({ modalities: ['text'] });
await next('session.updated');
report.plain = await answer(() => say('in words'));
client.updateSession({ modalities: ['text', 'audio'] });
await next('session.updated');

// Interrupted after the first word.
const cut = next('conversation.item.truncated');
const cancelled = next('response.done');
const speaking = new Promise((resolve) => {
  client.realtime.on('server.response.audio.delta', resolve);
});
say('one two three four five six seven eight nine ten');
const { item_id } = await speaking;
client.cancelResponse(item_id, 24 * 100);
report.cut = (await cut).audio_end_ms;
report.cancelled = (await cancelled).response.status;
report.cut_samples = client.conversation.getItem(item_id).formatted.audio.length;

// Forgotten.
const deleted = next('conversation.item.deleted');
client.deleteItem(item_id);
await deleted;
report.forgotten = client.conversation.getItem(item_id) === undefined;

report.errors = told().filter(({ type }) => type === 'error');
const refused = next('error');
client.updateSession({ temperature: 3 });
report.refused = (await refused).error;
report.refused_names_event =
  report.refused.event_id === passed.findLast(({ source }) => source === 'client').event.event_id;

report.types = [...new Set(told().map(({ type }) => type))].sort();
client.disconnect();
report.after = client.isConnected;
process.stdout.write(JSON.stringify(report));
