// Spoken to through endpoints of one's own: the real server, Silero, and over HTTP ears, a mind and a voice.

import { type Conversation, converse } from '@support/conversation.ts';
import { stalling } from '@support/fake-endpoints.ts';
import { allOf, openParts, spoken } from '@support/parts.ts';
import { voiceEndpoints } from '@support/voice-endpoints.ts';
import { withEndpoints } from '@support/with-endpoints.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cascade } from '../../packages/server/src/engines/cascade.ts';
import { type CascadeComponents, cascadeComponents } from '../../packages/server/src/speech/http/cascade-config.ts';
import { startServer, type TestServer } from '../../packages/server/src/testing.ts';

const { parts: offline, missing } = allOf(await openParts());
const fake = await withEndpoints(offline && voiceEndpoints(offline));

describe.skipIf(!offline)(offline ? 'through endpoints' : `through endpoints (${missing})`, () => {
  let parts: Required<CascadeComponents>;
  let server: TestServer;

  beforeAll(async () => {
    if (!offline) return;
    const { url } = fake;
    const endpoints = {
      transcribe: { url, model: 'ears' },
      think: { url, model: 'mind' },
      speak: { url, model: 'voice' },
    };
    parts = cascadeComponents(endpoints, {}) as Required<CascadeComponents>;
    server = await startServer({
      engine: cascade({ thinker: parts.thinker, speaker: parts.speaker }),
      speech: { detector: offline.detector, transcriber: parts.transcriber },
    });
  });
  afterAll(async () => {
    if (!offline) return;
    await server.close();
    await Promise.all([parts.transcriber.close(), parts.speaker.close()]);
    offline.detector.close();
    await Promise.all([offline.transcriber.close(), offline.speaker.close()]);
  });

  async function begin(): Promise<Conversation> {
    const conversation = await converse(server.realtimeURL);
    const audio = { input: { transcription: { model: 'whisper-1' } }, output: { voice: 'rms' } };
    conversation.send({ type: 'session.update', session: { type: 'realtime', audio } });
    await conversation.next('session.updated');
    return conversation;
  }

  async function recognised(samples: Int16Array): Promise<string> {
    const utterance = offline!.transcriber.open({ speaker: 'listener', signal: new AbortController().signal });
    utterance.write(samples);
    return (await utterance.finish()).transcript.toLowerCase();
  }
  const heardBy = async (conversation: Conversation) =>
    (await conversation.next('conversation.item.input_audio_transcription.completed')).transcript.toLowerCase();

  it('hears a question and says an answer that can be understood', async () => {
    const conversation = await begin();
    conversation.say(await spoken(offline!.speaker, 'What is the weather like in Paris today?'));
    const { response } = await conversation.next('response.done');
    expect(response.status).toBe('completed');
    expect(await heardBy(conversation)).toContain('weather');
    expect(fake.of('transcribe')).toHaveLength(1);
    expect(fake.of('speak').length).toBeGreaterThan(1);
    expect(await recognised(conversation.audioOf(response.id ?? ''))).toContain('weather');
    await conversation.close();
  });

  it('[VA8] hangs up on every endpoint when it is spoken to meanwhile, and hears the first words of it', async () => {
    fake.reset();
    const conversation = await begin();
    fake.next('speak', stalling);
    conversation.say(await spoken(offline!.speaker, 'Hello! How are you doing today?', 'awb'));
    await conversation.next('response.output_audio_transcript.delta');
    conversation.say(await spoken(offline!.speaker, 'What is the weather like in Paris today?'));
    const { response } = await conversation.next('response.done');
    expect(response).toMatchObject({ status: 'cancelled', status_details: { reason: 'turn_detected' } });
    await fake.hungUp('speak');
    expect((await conversation.next('response.done')).response.status).toBe('completed');
    await heardBy(conversation);
    expect(await heardBy(conversation)).toMatch(/what.*weather/);
    await conversation.close();
  });
});
