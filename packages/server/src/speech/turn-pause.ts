// How long a silence must be before a turn is over: fixed for `server_vad`, by the shape of the words for `semantic_vad`.

import type { RealtimeTurnDetection } from '@colloquy/protocol';

const DEFAULT_SILENCE_MS = 500;

type Eagerness = 'low' | 'medium' | 'high';

/** Longest wait for more [VA16]. */
const LONGEST_MS: Record<Eagerness, number> = { low: 8000, medium: 4000, high: 2000 };
/** Wait after words that may well be all, and where there are no words to go by. */
const WHOLE_MS: Record<Eagerness, number> = { low: 1200, medium: 700, high: 400 };
const WORDLESS_MS: Record<Eagerness, number> = { low: 2400, medium: 1400, high: 800 };

/** Words after which a sentence goes on. */
const UNFINISHED = new Set(
  (
    'a an the this these those my your his her its our their and or but nor so because since although though while if ' +
    'unless until when where that which who whose what how than as like of to in on at by for from with without about ' +
    'into onto over under between through during before after is are was were am be been being have has had do does did ' +
    'will would can could shall should may might must not very really um uh er erm hmm well i we they he she it you'
  ).split(' '),
);
/** Words that end a question or a sentence as often as not, whatever stands above. */
const ENDING =
  /\b(?:(?:how|what|who|where|when|why) (?:is|are|was) (?:it|he|she|they|you|that|this)|(?:do|can|are|is) (?:you|it|they)|thank you)$/;

/**
 * Milliseconds of silence that close the turn in which `words` were said so far. For `semantic_vad` the words are all there
 * is to go by: at most 8, 4 or 2 seconds by eagerness, when they break off in the middle.
 */
export function closingSilenceMs(detection: RealtimeTurnDetection, words: string): number {
  if (detection.type === 'server_vad') return detection.silence_duration_ms ?? DEFAULT_SILENCE_MS;
  const { eagerness = 'auto' } = detection;
  const haste = eagerness === 'low' || eagerness === 'high' ? eagerness : 'medium';
  const said = words.trim().toLowerCase().slice(-200);
  if (said === '') return WORDLESS_MS[haste];
  const last = said.slice(said.lastIndexOf(' ') + 1);
  return UNFINISHED.has(last) && !ENDING.test(said) ? LONGEST_MS[haste] : WHOLE_MS[haste];
}
