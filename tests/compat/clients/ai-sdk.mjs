// Vercel's AI SDK through its whole life, as its guide has it: an application server that mints a token, and a session that
// opens the provider's socket with it. Its session is made for a browser: an `AudioContext` stands in for the loudspeaker.

import { createServer } from 'node:http';
import { createOpenAI } from '@ai-sdk/openai';
import {
  Experimental_AbstractRealtimeSession as AbstractRealtimeSession,
  experimental_getRealtimeToolDefinitions as getRealtimeToolDefinitions,
  tool,
} from 'ai';
import { z } from 'zod';
import { digest, hearing, LONG, pcm } from './heard.mjs';

const { baseURL, apiKey } = JSON.parse(process.argv[2]);
const openai = createOpenAI({ baseURL, apiKey });
const report = {};

// The loudspeaker: what is played counts, nothing sounds.
const played = { samples: 0, stopped: 0 };
globalThis.AudioContext = class {
  state = 'running';
  currentTime = 0;
  createBuffer(_channels, length, rate) {
    const samples = new Float32Array(length);
    return { duration: length / rate, getChannelData: () => samples };
  }
  createBufferSource() {
    return {
      connect() {},
      disconnect() {},
      start() {
        played.samples += this.buffer.getChannelData(0).length;
      },
      stop() {
        played.stopped += 1;
      },
    };
  }
  async resume() {}
  async close() {}
};

// The application's own server: it holds the key, the session never sees it.
const tools = {
  add: tool({ description: 'adds two numbers', inputSchema: z.object({ a: z.number(), b: z.number() }) }),
};
const setup = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  const definitions = await getRealtimeToolDefinitions({ tools });
  const minted = await openai.experimental_realtime.getToken({
    model: 'gpt-realtime',
    sessionConfig: { ...JSON.parse(body).sessionConfig, tools: definitions },
    expiresAfterSeconds: 60,
  });
  report.minted = [minted.token.slice(0, 3), new URL(minted.url).protocol, typeof minted.expiresAt];
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ ...minted, tools: definitions }));
});
await new Promise((resolve) => setup.listen(0, '127.0.0.1', resolve));

const heard = hearing();
const statuses = [];
const errors = [];
const added = [];
class Session extends AbstractRealtimeSession {
  setState(key, value) {
    if (key === 'status') statuses.push(value);
  }
  get messages() {
    return this.state.messages;
  }
}
const session = new Session({
  model: openai.experimental_realtime('gpt-realtime'),
  api: { token: `http://127.0.0.1:${setup.address().port}/` },
  sessionConfig: {
    instructions: 'Repeat.',
    voice: 'cedar',
    outputModalities: ['text'],
    inputAudioFormat: { type: 'audio/pcm', rate: 24000 },
    outputAudioFormat: { type: 'audio/pcm', rate: 24000 },
    inputAudioTranscription: {},
    turnDetection: { type: 'server-vad', threshold: 0.5, silenceDurationMs: 400, prefixPaddingMs: 200 },
  },
  onEvent: heard.push,
  onError: (error) => errors.push(error.message),
  onToolCall: ({ toolCall: { toolName, args } }) => {
    added.push([toolName, args]);
    return args.a + args.b;
  },
});

// Connect and configure: with the detection of turns at first, then without.
await session.connect();
await heard.until('session-created');
const first = (await heard.until('session-updated')).raw.session;
report.configured = [first.instructions, first.audio.output.voice, first.audio.input.turn_detection.type];
report.transcription = first.audio.input.transcription.model;
await session.sendEvent({
  type: 'session-update',
  config: { turnDetection: { type: 'disabled' } },
});
const second = (await heard.until('session-updated')).raw.session;
report.by_hand = [second.instructions, second.audio.input.turn_detection];

// History given, as far as this client can: messages of the user.
for (const text of ['My name is Ida.', 'I live in Turin.']) {
  await session.sendEvent({ type: 'conversation-item-create', item: { type: 'text-message', role: 'user', text } });
  await heard.until('conversation-item-added');
}

const lastWords = () =>
  session.messages
    .at(-1)
    .parts.map((part) => part.text ?? part.type)
    .join('');
const done = async () => {
  const { status, usage, raw } = await heard.until('response-done');
  return { status, usage: usage.outputTokens > 0, metadata: raw.response.metadata };
};
const heardAudio = (from) =>
  heard.events.slice(from).flatMap(({ type, delta }) => (type === 'audio-delta' ? [Buffer.from(delta, 'base64')] : []));

// A text turn with metadata, a spoken one by the buffer, an audio message.
session.sendTextMessage('hello there');
report.text = { ...(await done()), words: lastWords() };
const spoken = pcm(300);
for (let at = 0; at < spoken.length; at += 4800) session.sendAudio(spoken.subarray(at, at + 4800).toString('base64'));
session.commitAudio();
await heard.until('audio-committed');
let from = heard.events.length;
await session.sendEvent({
  type: 'response-create',
  options: { modalities: ['audio'], metadata: { purpose: 'voice' } },
});
report.audio = { ...(await done()), words: lastWords(), ...digest(heardAudio(from)) };
report.played_all = played.samples * 2 === report.audio.bytes;
const given = { type: 'audio-message', role: 'user', audio: pcm(200).toString('base64') };
await session.sendEvent({ type: 'conversation-item-create', item: given });
session.requestResponse({ modalities: ['text'] });
report.audio_message = { ...(await done()), words: lastWords() };

// Interrupted: what plays is stopped, the response cancelled, its item cut to what was heard.
await session.sendEvent({ type: 'conversation-item-create', item: { type: 'text-message', role: 'user', text: LONG } });
session.requestResponse({ modalities: ['audio'] });
from = heard.events.length;
const { itemId } = await heard.until('audio-delta');
await heard.until('audio-delta');
session.stopPlayback();
session.cancelResponse();
await session.sendEvent({ type: 'conversation-item-truncate', itemId, contentIndex: 0, audioEndMs: 150 });
report.interrupted = await done();
const truncated = await heard.until('custom', ({ rawType }) => rawType === 'conversation.item.truncated');
report.audio_end_ms = truncated.raw.audio_end_ms;
report.stopped = played.stopped > 0;

// A tool: its output goes back, and the client asks on by itself.
session.sendTextMessage('call add {"a":1,"b":2}');
report.call = (await done()).status;
report.followUp = { ...(await done()), words: lastWords() };
report.added = added;

report.custom = [...new Set(heard.events.flatMap(({ type, rawType }) => (type === 'custom' ? [rawType] : [])))].sort();
await session.close();
setup.close();
report.statuses = statuses;
report.errors = errors;
report.error_events = heard.count('error');
process.stdout.write(JSON.stringify(report));
