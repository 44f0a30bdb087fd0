// OpenAI's Agents SDK, spoken to and listened to: the server finds the turns. Speech comes from files of 24 kHz PCM, answers go to
// files; who speaks and who understands is `tests/voice/agents-voice.test.ts`.

import { readFileSync, writeFileSync } from 'node:fs';
import { RealtimeAgent, RealtimeSession, tool } from '@openai/agents-realtime';
import { z } from 'zod';
import { hearing } from './heard.mjs';

const { url, apiKey, files } = JSON.parse(process.argv[2]);

const asked = [];
const weather = tool({
  name: 'get_weather',
  description: 'says what the weather is like',
  parameters: z.object({ location: z.string() }),
  execute: async ({ location }) => {
    asked.push(location);
    return JSON.stringify({ forecast: 'It will be sunny in the afternoon.' });
  },
});
const agent = new RealtimeAgent({ name: 'voice', instructions: 'Answer.', voice: 'rms', tools: [weather] });
const session = new RealtimeSession(agent, {
  transport: 'websocket',
  model: 'gpt-realtime',
  tracingDisabled: true,
  config: {
    outputModalities: ['audio'],
    audio: { input: { turnDetection: { type: 'server_vad' }, transcription: { model: 'whisper-1' } } },
  },
});

const heard = hearing();
const errors = [];
const report = { interruptions: 0 };
let audio = [];
session.on('error', ({ error }) => errors.push(String(error?.error?.message ?? error?.message ?? error)));
session.on('audio', ({ data }) => audio.push(Buffer.from(data)));
session.on('audio_interrupted', () => {
  report.interruptions += 1;
});
session.on('transport_event', heard.push);

function say(file) {
  const spoken = readFileSync(file);
  for (let at = 0; at < spoken.length; at += 4800) {
    session.sendAudio(Uint8Array.from(spoken.subarray(at, at + 4800)).buffer);
  }
}
/** The next answer, whose sound is kept in a file. */
async function answer(file) {
  audio = [];
  const { response } = await heard.until('response.done');
  writeFileSync(file, Buffer.concat(audio));
  return response.status;
}
const transcript = async () => (await heard.until('conversation.item.input_audio_transcription.completed')).transcript;

await session.connect({ apiKey, url });
await heard.until('session.updated');

say(files.sum);
report.sum = [await transcript(), await answer(files.sumAnswer)];

say(files.weather);
report.weather = [await transcript(), await answer(files.call), await answer(files.weatherAnswer), asked];

say(files.help);
await transcript();
await heard.until('response.output_audio.delta');
say(files.sum);
const cut = (await heard.until('response.done')).response;
const truncated = await heard.until('conversation.item.truncated');
report.cut = { status: cut.status, reason: cut.status_details?.reason, of: truncated.item_id === cut.output[0].id };
report.after = [await transcript(), await answer(files.afterAnswer)];

const gone = new Promise((resolve) => {
  session.transport.on('connection_change', (status) => status === 'disconnected' && resolve(status));
});
session.close();
report.close = await gone;
report.errors = errors;
report.error_events = heard.count('error');
process.stdout.write(JSON.stringify(report));
