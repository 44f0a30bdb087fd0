// Messages between a model's process, `sherpa-process.js`, and its users.

import type { SherpaModel } from './sherpa-models.ts';

/** Samples are 16-bit mono, those for transcription at 16 kHz. */
export type ToModel =
  | { do: 'load'; model: SherpaModel }
  | { do: 'feed'; run: number; samples: Int16Array }
  | { do: 'finish'; run: number }
  | { do: 'speak'; run: number; text: string; voice: number; speed: number }
  | { do: 'drop'; run: number };

export type FromModel =
  | { did: 'load'; voices: number }
  /** The package is not installed. */
  | { did: 'miss' }
  | { did: 'partial'; run: number; text: string }
  | { did: 'final'; run: number; text: string }
  | { did: 'sound'; run: number; samples: Int16Array; rateHz: number };
