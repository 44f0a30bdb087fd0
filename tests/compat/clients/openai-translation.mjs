// openai-node's `OpenAIRealtimeTranslationWS`, over TLS, which it insists on: a client secret for a translation, and the session it opens.

import { readFileSync } from 'node:fs';
import OpenAI from 'openai';
import { OpenAIRealtimeTranslationWS } from 'openai/realtime/translations/ws';

const { baseURL, apiKey, ca, ms } = JSON.parse(process.argv[2]);
const model = 'gpt-realtime-translate';
const minted = await new OpenAI({ apiKey, baseURL }).realtime.translations.clientSecrets.create({
  session: { model, audio: { input: { transcription: { model: 'whisper-1' } }, output: { language: 'es' } } },
});

const options = { ca: readFileSync(ca) };
const client = new OpenAI({ apiKey: minted.value, baseURL });
const session = await OpenAIRealtimeTranslationWS.create(client, { model, options });
const errors = [];
const types = [];
const said = { input: '', output: '', bytes: 0 };
let created;
session.on('error', (error) => errors.push(String(error?.message ?? error)));
session.on('event', ({ type }) => types.push(type));
session.on('session.created', (event) => {
  created = event.session;
});
session.on('session.input_transcript.delta', ({ delta }) => {
  said.input += delta;
});
session.on('session.output_transcript.delta', ({ delta }) => {
  said.output += delta;
});
session.on('session.output_audio.delta', ({ delta }) => {
  said.bytes += Buffer.from(delta, 'base64').length;
});
await new Promise((resolve) => {
  session.on('session.created', resolve);
});
for (let sent = 0; sent < ms; sent += 200) {
  const audio = Buffer.alloc(48 * Math.min(200, ms - sent)).toString('base64');
  session.send({ type: 'session.input_audio_buffer.append', audio });
}
await session.finish({ timeoutMs: 10_000 });

process.stdout.write(
  JSON.stringify({
    prefix: minted.value.slice(0, 3),
    minted: minted.session.audio,
    created: created.audio,
    said,
    first: types[0],
    last: types.at(-1),
    errors,
  }),
);
