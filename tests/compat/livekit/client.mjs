// LiveKit's agents with the OpenAI plugin, on the model's own session, as its agent runtime drives it: history given and
// changed, instructions, tools, spoken turns, an interruption cut to what was heard, an aborted reply, goodbye.
//
// It stands beside its packages, where it finds them, and not with the other clients.

import { initializeLogger, llm, tool } from '@livekit/agents';
import { realtime } from '@livekit/agents-plugin-openai';
import { AudioFrame } from '@livekit/rtc-node';
import { z } from 'zod';
import { digest, hearing, LONG, pcm } from '../clients/heard.mjs';

const { baseURL, apiKey, modality } = JSON.parse(process.argv[2]);

// What it cannot make sense of it logs, and goes on; the log goes to the standard output, which is the report's.
const say = process.stdout.write.bind(process.stdout);
const logged = [];
process.stdout.write = (line) => logged.push(String(line)) > 0;
initializeLogger({ pretty: false, level: 'error' });

const model = new realtime.RealtimeModel({
  ...{ apiKey, baseURL, model: 'gpt-realtime', voice: 'cedar' },
  modalities: modality === 'audio' ? ['text', 'audio'] : ['text'],
  turnDetection: null,
  inputAudioTranscription: null,
});
const session = model.session();
const heard = hearing();
const errors = [];
const metrics = [];
session.on('openai_server_event_received', heard.push);
session.on('error', ({ error }) => errors.push(String(error?.message ?? error)));
session.on('metrics_collected', ({ cancelled, outputTokens }) => metrics.push([cancelled, outputTokens > 0]));

const report = {};
const add = tool({
  name: 'add',
  description: 'adds two numbers',
  parameters: z.object({ a: z.number(), b: z.number() }),
  execute: async ({ a, b }) => String(a + b),
});
const lines = () =>
  session.chatCtx.items.map((item) => {
    if (item.type === 'function_call') return `call ${item.args}`;
    if (item.type === 'function_call_output') return `output ${item.output}`;
    return `${item.role}: ${item.content.join(' ')}`.slice(0, 60);
  });
/** The conversation as this client knows it, changed, given back. */
async function change(how) {
  const known = session.chatCtx.copy();
  how(known);
  await session.updateChatCtx(known);
}
const tell = (text) => change((known) => known.addMessage({ role: 'user', content: text }));

/** All of a stream, or what came of it until `enough`. */
async function all(stream, enough = () => false) {
  const pieces = [];
  // A cancelled stream rejects what the session still writes into it, and the plugin does not handle that.
  for await (const piece of stream.values({ preventCancel: true })) {
    pieces.push(piece);
    if (enough(pieces)) break;
  }
  return pieces;
}
const bytesOf = ({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength);
/** A whole reply: its words, its audio, its calls. */
async function heardReply(generation) {
  const reply = { words: '', frames: [], calls: [], modalities: undefined };
  const messages = async () => {
    for await (const message of generation.messageStream) {
      reply.id = message.messageId;
      const [words, frames] = await Promise.all([all(message.textStream), all(message.audioStream)]);
      reply.words += words.join('');
      reply.frames.push(...frames.map(bytesOf));
      reply.modalities = await message.modalities;
    }
  };
  const calls = async () => {
    reply.calls = await all(generation.functionStream);
  };
  await Promise.all([messages(), calls()]);
  return reply;
}

// Configure; history given.
await session.updateInstructions('Repeat.');
await session.updateTools(new llm.ToolContext([add]));
await change((known) => {
  known.addMessage({ role: 'system', content: 'Be brief.' });
  known.addMessage({ role: 'user', content: 'What is two and two?' });
  known.insert(llm.FunctionCall.create({ callId: 'c_1', name: 'add', args: '{"a":2,"b":2}' }));
  known.insert(llm.FunctionCallOutput.create({ callId: 'c_1', name: 'add', output: '4', isError: false }));
  known.addMessage({ role: 'assistant', content: 'Four.' });
});
report.history = lines();

// Asked in text; then history changed: one item goes, one comes between.
await tell('hello there');
const first = await heardReply(await session.generateReply());
report.first = { words: first.words, modalities: first.modalities, ...digest(first.frames) };
await change((known) => {
  known.items = known.items.filter(({ role }) => role !== 'system');
  known.items.splice(1, 0, llm.ChatMessage.create({ role: 'user', content: ['I mean it.'] }));
});
report.changed = lines();

// Spoken to.
const spoken = pcm(300);
const samples = new Int16Array(spoken.buffer, spoken.byteOffset, spoken.length / 2);
session.pushAudio(new AudioFrame(samples, 24000, 1, samples.length));
await session.commitAudio();
await heard.until('input_audio_buffer.committed');
const second = await heardReply(await session.generateReply('Be loud.'));
report.second = second.words;

// Interrupted in the middle, cut to what was heard.
await tell(LONG);
const long = await session.generateReply();
const [message] = await all(long.messageStream, () => true);
const begun = modality === 'audio' ? message.audioStream : message.textStream;
await all(begun, (pieces) => pieces.length === 3);
await session.interrupt();
const heardOfIt = {
  messageId: message.messageId,
  audioEndMs: 400,
  modalities: [modality],
  audioTranscript: 'You said:',
};
const stopped = () => heard.until('response.done', ({ response }) => response.status !== 'completed');
if (modality === 'audio') {
  await session.truncate(heardOfIt); // in the same breath, while the answer is still being closed
  report.interrupted = (await stopped()).response.status_details;
  report.truncated = (await heard.until('conversation.item.truncated')).audio_end_ms;
} else {
  report.interrupted = (await stopped()).response.status_details;
  await session.truncate(heardOfIt); // text cannot be cut: the item is deleted, and created anew under its id
  report.replaced = (
    await heard.until('conversation.item.added', ({ item }) => item.id === message.messageId)
  ).item.content;
}
await session.interrupt(); // nothing is being said: nothing is sent
report.errors_so_far = heard.count('error');

// Asked, and called off before the answer begins: it cancels twice, once at random and once by name.
const controller = new AbortController();
const calledOff = session.generateReply(undefined, { signal: controller.signal });
controller.abort();
report.called_off = await calledOff.catch((error) => error.message);
await heard.until('error');

// A tool.
await tell('call add {"a":1,"b":2}');
const { calls } = await heardReply(await session.generateReply());
report.calls = calls.map(({ name, args }) => [name, args]);
const outputs = calls.map(({ callId, name, args }) => {
  const { a, b } = JSON.parse(args);
  return llm.FunctionCallOutput.create({ callId, name, output: String(a + b), isError: false });
});
await change((known) => known.insert(outputs));
report.followUp = (await heardReply(await session.generateReply())).words;
report.lines = lines();

await session.close();
await model.close();
report.metrics = metrics;
report.errors = errors;
report.logged = logged.map((line) => JSON.parse(line).msg ?? line);
report.error_events = heard.events.filter(({ type }) => type === 'error').map(({ error }) => error.message);
say(JSON.stringify(report), () => process.exit()); // its `close` leaves the socket to the end of the process
