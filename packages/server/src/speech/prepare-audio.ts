// Loads what a session's audio passes on its way to speech input: resampler and noise filter.

import { prepareDenoiser } from '../audio/denoise.ts';
import { prepareResampler } from '../audio/resample.ts';
import type { SpeechParts } from './speech-input.ts';

/** Resolves once audio may be written to speech input; at once if nothing listens to it. */
export async function prepareAudio(speech: SpeechParts | undefined): Promise<void> {
  if (!speech?.detector && !speech?.transcriber) return;
  await Promise.all([prepareResampler(), prepareDenoiser()]);
}
