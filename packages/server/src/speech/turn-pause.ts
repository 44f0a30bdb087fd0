// The silence that ends a turn: fixed for `server_vad`, by the end of the transcript for `semantic_vad`.

import type { RealtimeTurnDetection } from '@colloquy/protocol';

const DEFAULT_SILENCE_MS = 500;

type Eagerness = 'low' | 'medium' | 'high';

/** Wait if the sentence is unfinished [VA16]. */
const MAX_WAIT_MS: Record<Eagerness, number> = { low: 8000, medium: 4000, high: 2000 };
/** Wait if the sentence may be complete, and if there is no transcript. */
const COMPLETE_WAIT_MS: Record<Eagerness, number> = { low: 1200, medium: 700, high: 400 };
const NO_TEXT_WAIT_MS: Record<Eagerness, number> = { low: 2400, medium: 1400, high: 800 };

/** Words after which a sentence goes on. */
const UNFINISHED = new Set(
  (
    'a an the this these those my your his her its our their and or but nor so because since although though while if ' +
    'unless until when where that which who whose what how than as like of to in on at by for from with without about ' +
    'into onto over under between through during before after is are was were am be been being have has had do does did ' +
    'will would can could shall should may might must not very really um uh er erm hmm well i we they he she it you'
  ).split(' '),
);
/** Endings that often complete a sentence, even though their last word is in `UNFINISHED`. */
const ENDING =
  /\b(?:(?:how|what|who|where|when|why) (?:is|are|was) (?:it|he|she|they|you|that|this)|(?:do|can|are|is) (?:you|it|they)|thank you)$/;

/**
 * Milliseconds of silence that close a turn with the transcript `text` so far. For `semantic_vad` it depends on the
 * transcript alone: 8, 4 or 2 seconds by eagerness if the sentence is unfinished, less otherwise.
 */
export function closingSilenceMs(detection: RealtimeTurnDetection, text: string): number {
  if (detection.type === 'server_vad') return detection.silence_duration_ms ?? DEFAULT_SILENCE_MS;
  const { eagerness = 'auto' } = detection;
  const level = eagerness === 'low' || eagerness === 'high' ? eagerness : 'medium';
  const normalized = text.trim().toLowerCase().slice(-200);
  if (normalized === '') return NO_TEXT_WAIT_MS[level];
  const last = normalized.slice(normalized.lastIndexOf(' ') + 1);
  return UNFINISHED.has(last) && !ENDING.test(normalized) ? MAX_WAIT_MS[level] : COMPLETE_WAIT_MS[level];
}
