// The engine that needs no network and no key: rules think, Flite speaks. What it hears with is the host's business, as with
// every engine.

import { type OfflineThinkerOptions, offlineThinker } from '../speech/offline/offline-thinker.ts';
import type { PaceOptions } from '../speech/pace.ts';
import type { Speaker } from '../speech/ports.ts';
import { cascade } from './cascade.ts';
import type { Engine } from './engine.ts';

export interface OfflineOptions extends OfflineThinkerOptions {
  /** Absent: answers are transcripts without a sound. */
  speaker?: Speaker | undefined;
  pace?: PaceOptions;
}

/** A demonstration without a language model; the same words always get the same answer, the clock's excepted. */
export function offline({ speaker, pace = {}, ...options }: OfflineOptions = {}): Engine {
  return cascade({ name: 'offline', thinker: offlineThinker(options), speaker, pace });
}
