// How much a response may say: `max_output_tokens` [RS22], counted as `usage.ts` counts.

import type { ResponseState } from './state.ts';
import { CHARACTERS_PER_TOKEN, spokenTokens, textTokens } from './usage.ts';

/** As much of some words as `max_output_tokens` leaves room for. Never ends between the halves of a surrogate pair. */
export function withinLimit(response: ResponseState, words: string): string {
  const { max_output_tokens } = response.config;
  if (max_output_tokens === 'inf') return words;
  const spoken = spokenTokens(response.audio_bytes, response.config.audio.output.format);
  const room = Math.max(0, (max_output_tokens - spoken) * CHARACTERS_PER_TOKEN - response.characters);
  if (words.length <= room) return words;
  const last = words.charCodeAt(room - 1);
  return words.slice(0, last >= 0xd800 && last < 0xdc00 ? room - 1 : room);
}

/** Tokens a response has put out, and what so much more would make it. */
export function outputTokens(response: ResponseState, characters = 0, audioBytes = 0): number {
  const { format } = response.config.audio.output;
  return textTokens(response.characters + characters) + spokenTokens(response.audio_bytes + audioBytes, format);
}
