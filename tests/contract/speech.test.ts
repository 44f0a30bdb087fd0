// The offline parts, held to what every part of speech owes.

import { allOf, openParts, spoken } from '@support/parts.ts';
import { afterAll, beforeAll, describe } from 'vitest';
import { offlineThinker } from '../../packages/server/src/speech/offline/offline-thinker.ts';
import { detectorContract, HELLO, speakerContract, thinkerContract, transcriberContract } from './speech.ts';

const opened = await openParts();
const { detector, transcriber, speaker } = opened;

afterAll(async () => {
  if (detector.ok) detector.component.close();
  if (transcriber.ok) await transcriber.component.close();
  if (speaker.ok) await speaker.component.close();
});

const speech: Record<'counting' | 'weather' | 'hello', Int16Array> = {
  counting: new Int16Array(),
  weather: new Int16Array(),
  hello: new Int16Array(),
};

beforeAll(async () => {
  if (!speaker.ok) return;
  speech.counting = trimmed(await spoken(speaker.component, 'nine nine nine nine nine nine'));
  speech.weather = await spoken(speaker.component, 'What is the weather like in Paris today?');
  speech.hello = await spoken(speaker.component, 'Hello! How are you doing today?', 'awb');
});

/** Without the quiet at either end. */
function trimmed(samples: Int16Array): Int16Array {
  const isLoud = (sample: number) => Math.abs(sample) > 500;
  return samples.slice(samples.findIndex(isLoud), samples.findLastIndex(isLoud));
}

const heardBy = allOf({ detector, speaker });
describe.skipIf(!heardBy.parts)(heardBy.parts ? 'silero' : `silero (${heardBy.missing})`, () => {
  detectorContract(() => ({ detector: heardBy.parts!.detector, speech: speech.counting }));
});

const understood = allOf({ transcriber, speaker });
describe.skipIf(!understood.parts)(understood.parts ? 'pocketsphinx' : `pocketsphinx (${understood.missing})`, () => {
  transcriberContract(() => ({
    transcriber: understood.parts!.transcriber,
    utterances: [
      { speech: speech.weather, word: 'weather' },
      { speech: speech.hello, word: 'hello' },
    ],
  }));
});

describe('offline thinker', () => {
  thinkerContract(() => ({
    thinker: offlineThinker(),
    request: HELLO,
  }));
});

const text = allOf({ speaker });
describe.skipIf(!text.parts)(text.parts ? 'flite' : `flite (${text.missing})`, () => {
  speakerContract(() => ({ speaker: text.parts!.speaker, voice: 'rms' }));
});
