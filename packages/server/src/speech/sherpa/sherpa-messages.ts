// What is said between a model's process, `sherpa-process.js`, and whoever uses it.

import type { SherpaModel } from './sherpa-models.ts';

/** Samples are 16-bit mono; those that are heard at 16 kHz. */
export type ToModel =
  | { do: 'load'; model: SherpaModel }
  | { do: 'feed'; run: number; samples: Int16Array }
  | { do: 'finish'; run: number }
  | { do: 'speak'; run: number; text: string; voice: number; speed: number }
  | { do: 'drop'; run: number };

export type FromModel =
  | { did: 'load'; voices: number }
  /** There is no library to load it. */
  | { did: 'miss' }
  | { did: 'words'; run: number; words: string }
  | { did: 'final'; run: number; words: string }
  | { did: 'sound'; run: number; samples: Int16Array; rateHz: number };
