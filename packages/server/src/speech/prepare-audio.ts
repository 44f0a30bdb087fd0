// Loads the modules that process input audio: resampler and noise filter.

import { prepareDenoiser } from '../audio/denoise.ts';
import { prepareResampler } from '../audio/resample.ts';
import type { SpeechComponents } from './speech-input.ts';

/** Resolves when audio may be written to speech input; immediately if there is none, and no call whose audio is converted. */
export async function prepareAudio(speech: SpeechComponents | undefined, isCall: boolean): Promise<void> {
  if (!speech?.detector && !speech?.transcriber && !isCall) return;
  await Promise.all([prepareResampler(), prepareDenoiser()]);
}
