// The parts that ask OpenAI-compatible endpoints, held to what every part of speech owes: over real HTTP, with endpoints that
// truly hear and speak.

import { allOf, openParts, spoken } from '@support/parts.ts';
import { voiceEndpoints } from '@support/voice-endpoints.ts';
import { withEndpoints } from '@support/with-endpoints.ts';
import { afterAll, beforeAll, describe } from 'vitest';
import { type CascadeComponents, cascadeComponents } from '../../packages/server/src/speech/http/cascade-config.ts';
import { HELLO, speakerContract, thinkerContract, transcriberContract } from './speech.ts';

const { detector, transcriber, speaker } = await openParts();
const offline = allOf({ transcriber, speaker });
const fake = await withEndpoints(offline.parts && voiceEndpoints(offline.parts));

describe.skipIf(!offline.parts)(offline.parts ? 'over HTTP' : `over HTTP (${offline.missing})`, () => {
  let parts: Required<CascadeComponents>;
  let weather: Int16Array = new Int16Array();
  let hello: Int16Array = new Int16Array();

  beforeAll(async () => {
    if (!offline.parts) return;
    const { url } = fake;
    parts = cascadeComponents(
      {
        transcribe: { url, model: 'ears' },
        think: { url, model: 'mind' },
        speak: { url, model: 'voice', voices: ['rms', 'slt'] },
      },
      {},
    ) as Required<CascadeComponents>;
    weather = await spoken(offline.parts.speaker, 'What is the weather like in Paris today?');
    hello = await spoken(offline.parts.speaker, 'Hello! How are you doing today?', 'awb');
  });
  afterAll(async () => {
    if (detector.ok) detector.component.close();
    if (!offline.parts) return;
    await Promise.all([parts.transcriber.close(), parts.speaker.close()]);
    await Promise.all([offline.parts.transcriber.close(), offline.parts.speaker.close()]);
  });

  describe('/v1/audio/transcriptions', () => {
    transcriberContract(() => ({
      transcriber: parts.transcriber,
      utterances: [
        { speech: weather, word: 'weather' },
        { speech: hello, word: 'hello' },
      ],
    }));
  });

  describe('/v1/chat/completions', () => {
    thinkerContract(() => ({
      thinker: parts.thinker,
      request: HELLO,
    }));
  });

  describe('/v1/audio/speech', () => {
    speakerContract(() => ({ speaker: parts.speaker, voice: 'rms' }));
  });
});
