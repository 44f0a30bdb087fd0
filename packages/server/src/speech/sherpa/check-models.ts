// Checks the models in a user's folder: are they complete, can they be loaded, and do they work?

import { ColloquyError } from '@colloquy/protocol';
import type { EndpointReport } from '../http/check-endpoints.ts';
import { SPEECH_HZ } from '../ports.ts';
import { openSherpaSpeaker, openSherpaTranscriber } from './sherpa.ts';
import { findSherpaModels, type SherpaModel } from './sherpa-models.ts';

/**
 * Loads each model of a folder, transcribes a second of silence or speaks a word, and reports like `checkEndpoints`:
 * `address` is the folder, `model` the kind. Throws what `findSherpaModels` throws.
 */
export async function checkModels(folder: string): Promise<EndpointReport[]> {
  const { transcribe, speak } = findSherpaModels(folder);
  const reports = [
    transcribe && report('transcribe', transcribe, checkTranscriber),
    speak && report('speak', speak, checkSpeaker),
  ];
  return (await Promise.all(reports)).flatMap((each) => each ?? []);
}

async function report(
  stage: 'transcribe' | 'speak',
  model: SherpaModel,
  work: (model: SherpaModel) => Promise<void>,
): Promise<EndpointReport> {
  const blank = { stage, address: model.folder, model: model.kind, first_ms: null, total_ms: null };
  const began = performance.now();
  try {
    await work(model);
    const ms = Math.round(performance.now() - began);
    return { ...blank, ok: true, first_ms: ms, total_ms: ms, problem: null, message: '' };
  } catch (error) {
    const message = ColloquyError.is(error) ? `${(error as Error).message}.` : 'It was loaded, and ended at work.';
    return { ...blank, ok: false, problem: 'wrong_model', message };
  }
}

async function checkTranscriber(model: SherpaModel): Promise<void> {
  const transcriber = await openSherpaTranscriber(model);
  const utterance = transcriber.open({ speaker: 'the doctor', signal: new AbortController().signal });
  utterance.write(new Int16Array(SPEECH_HZ));
  await utterance.finish().finally(() => transcriber.close());
}

async function checkSpeaker(model: SherpaModel): Promise<void> {
  const speaker = await openSherpaSpeaker(model);
  const { signal } = new AbortController();
  try {
    for await (const _ of speaker.speak('Hello.', { voice: speaker.voices[0] ?? '0', speed: 1, signal }));
  } finally {
    await speaker.close();
  }
}
