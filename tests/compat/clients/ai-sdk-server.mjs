// Vercel's AI SDK where the application owns the socket, as its guide has it: the SDK names the address and the headers,
// writes what is sent and reads what comes. A conversation, or a transcription session.

import { createOpenAI } from '@ai-sdk/openai';
import { WebSocket } from 'ws';
import { hearing, pcm } from './heard.mjs';

const { baseURL, apiKey, intent } = JSON.parse(process.argv[2]);
const id = intent === 'conversation' ? 'gpt-realtime' : 'gpt-realtime-whisper';
const model = createOpenAI({ baseURL, apiKey }).experimental_realtime(id, { api: 'realtime' });
const { url, headers, protocols } = await model.getServerWebSocketConfig({ intent });
const socket = new WebSocket(url, protocols, { headers });
const heard = hearing();
socket.on('message', (data) => heard.push(model.parseServerEvent(JSON.parse(data))));
const send = async (event) => socket.send(JSON.stringify(await model.serializeClientEvent(event, { intent })));
const custom = (name) => heard.until('custom', ({ rawType }) => rawType === name);

const report = {};
await heard.until('session-created');
const format = { inputAudioFormat: { type: 'audio/pcm', rate: 24000 }, turnDetection: { type: 'disabled' } };
if (intent === 'conversation') {
  await send({ type: 'session-update', config: { ...format, outputModalities: ['text'] } });
} else {
  await send({ type: 'session-update', config: { ...format, inputAudioTranscription: { language: 'it' } } });
}
const { session } = (await heard.until('session-updated')).raw;
report.session = [session.type, session.audio.input.transcription];

await send({ type: 'input-audio-append', audio: pcm(200).toString('base64') });
await send({ type: 'input-audio-clear' });
await custom('input_audio_buffer.cleared');
await send({ type: 'input-audio-append', audio: pcm(300).toString('base64') });
await send({ type: 'input-audio-commit' });
const { itemId, previousItemId } = await heard.until('audio-committed');
report.committed = [typeof itemId, previousItemId];
if (intent === 'conversation') {
  await send({ type: 'response-create', options: { instructions: 'Count.', metadata: { turn: '1' } } });
  const { status, raw } = await heard.until('response-done');
  report.answer = [status, raw.response.metadata, heard.events.find(({ type }) => type === 'text-done').text];
}

const closed = new Promise((resolve) => {
  socket.once('close', resolve);
});
socket.close(1000);
report.close = await closed;
report.error_events = heard.count('error');
process.stdout.write(JSON.stringify(report));
