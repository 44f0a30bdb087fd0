// Engine without network and key: rules write the text, Flite makes the audio. The session's host supplies speech
// input.

import { type OfflineThinkerOptions, offlineThinker } from '../speech/offline/offline-thinker.ts';
import type { PaceOptions } from '../speech/pace.ts';
import type { Speaker } from '../speech/ports.ts';
import { cascade } from './cascade.ts';
import type { Engine } from './engine.ts';

export interface OfflineOptions extends OfflineThinkerOptions {
  /** If absent, answers are transcripts without audio. */
  speaker?: Speaker | undefined;
  pace?: PaceOptions;
}

/** A demonstration without a language model. The same text always gets the same answer, except for the time of day. */
export function offline({ speaker, pace = {}, ...options }: OfflineOptions = {}): Engine {
  return cascade({ name: 'offline', thinker: offlineThinker(options), speaker, pace });
}
