// Enforces `max_output_tokens` [RS22]. Counting: `usage.ts`.

import type { ResponseState } from './state.ts';
import { CHARACTERS_PER_TOKEN, outputAudioTokens, textTokens } from './usage.ts';

/** The prefix of a text that `max_output_tokens` leaves room for. Never ends between the halves of a surrogate pair. */
export function withinLimit(response: ResponseState, text: string): string {
  const { max_output_tokens } = response.config;
  if (max_output_tokens === 'inf') return text;
  const audioTokens = outputAudioTokens(response.audio_bytes, response.config.audio.output.format);
  const room = Math.max(0, (max_output_tokens - audioTokens) * CHARACTERS_PER_TOKEN - response.characters);
  if (text.length <= room) return text;
  const last = text.charCodeAt(room - 1);
  return text.slice(0, last >= 0xd800 && last < 0xdc00 ? room - 1 : room);
}

/** Output tokens of a response, plus those of further characters and audio bytes. */
export function outputTokens(response: ResponseState, characters = 0, audioBytes = 0): number {
  const { format } = response.config.audio.output;
  return textTokens(response.characters + characters) + outputAudioTokens(response.audio_bytes + audioBytes, format);
}
