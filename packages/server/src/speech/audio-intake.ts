// Audio on its way to a session's listener: one append at a time, and none before resampler and noise filter are loaded.

import { prepareDenoiser } from '../audio/denoise.ts';
import { prepareResampler } from '../audio/resample.ts';
import type { Listener, SpeechParts } from './speech-input.ts';

export interface AudioIntake {
  /** Listens to one append. Long audio is listened to in slices, between which the event loop turns; what comes after it waits. */
  write(bytes: Uint8Array): Promise<void>;
  /** Resolves once audio may be written. */
  idle(): Promise<void>;
}

export function audioIntake(listener: Pick<Listener, 'write'>, speech: SpeechParts | undefined): AudioIntake {
  const isNeeded = speech?.detector || speech?.transcriber;
  const prepared = isNeeded ? Promise.all([prepareResampler(), prepareDenoiser()]) : undefined;
  let pending: Promise<void> | undefined;
  return {
    async write(bytes) {
      const slices = listener.write(bytes);
      if (!slices) return;
      pending = slices;
      await slices;
      pending = undefined;
    },
    async idle() {
      await prepared;
      while (pending) await pending;
    },
  };
}
