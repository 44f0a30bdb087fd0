// OpenAI's HTTP API in front of the offline transcriber, rules and voice.

import type { ServerResponse } from 'node:http';
import { resampleAll } from '../../packages/server/src/audio/resample.ts';
import { readWav } from '../../packages/server/src/audio/wav.ts';
import { SPEECH_HZ, type Speaker, type Transcriber } from '../../packages/server/src/speech/ports.ts';
import { type Answer, chatStream, type EndpointRequest, type FakeEndpoints, fakeEndpoints } from './fake-endpoints.ts';

/** Ends with the request. */
function whileWanted(response: ServerResponse): AbortSignal {
  const abort = new AbortController();
  response.on('close', () => abort.abort());
  return abort.signal;
}

/** Says the text with a voice of ours, as raw samples at 24 kHz; refuses a voice it does not have. */
const speaking =
  (speaker: Speaker): Answer =>
  async (response, { body }) => {
    const { input, voice, speed = 1 } = JSON.parse(String(body)) as { input: string; voice: string; speed?: number };
    if (!speaker.voices.includes(voice)) return void response.writeHead(400).end();
    response.writeHead(200, { 'content-type': 'audio/pcm' });
    const signal = whileWanted(response);
    for await (const { samples, rateHz } of speaker.speak(input, { voice, speed, signal })) {
      const { buffer, byteOffset, byteLength } = resampleAll(samples, rateHz, 24_000);
      response.write(new Uint8Array(buffer, byteOffset, byteLength));
    }
    response.end();
  };

/** Makes out the words of the file it is sent. */
const hearing =
  (transcriber: Transcriber): Answer =>
  async (response, { headers, body }) => {
    const form = await new Response(new Uint8Array(body), {
      headers: { 'content-type': headers['content-type'] ?? '' },
    }).formData();
    const sound = readWav(new Uint8Array(await (form.get('file') as File).arrayBuffer()));
    if (sound?.rateHz !== SPEECH_HZ) return void response.writeHead(400).end();
    const utterance = transcriber.open({ speaker: 'endpoint', signal: whileWanted(response) });
    utterance.write(sound.samples);
    const { transcript } = await utterance.finish();
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ text: transcript }));
  };

/** Repeats the latest words of the user. */
const repeating: Answer = (response, { body }: EndpointRequest) => {
  const { messages } = JSON.parse(String(body)) as { messages: { role: string; content: string }[] };
  const text = messages.findLast(({ role }) => role === 'user')?.content ?? 'nothing';
  response.writeHead(200, { 'content-type': 'text/event-stream' }).end(chatStream(`You said: ${text}. Is that right?`));
};

export async function voiceEndpoints(parts: { speaker: Speaker; transcriber: Transcriber }): Promise<FakeEndpoints> {
  const fake = await fakeEndpoints();
  Object.assign(fake.usual, {
    speak: speaking(parts.speaker),
    transcribe: hearing(parts.transcriber),
    think: repeating,
  });
  return fake;
}
