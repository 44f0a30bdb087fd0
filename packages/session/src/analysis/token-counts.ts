// Token counts by kind, from the `usage` of any server. Prices: `prices.ts`.

import { objectOf } from '../is-object.ts';

/** Tokens by kind; `seconds` of audio if usage is given as a duration. Cached tokens are not included in the others. */
export interface TokenCounts {
  readonly input_text: number;
  readonly input_audio: number;
  readonly input_image: number;
  readonly cached_text: number;
  readonly cached_audio: number;
  readonly cached_image: number;
  readonly output_text: number;
  readonly output_audio: number;
  readonly seconds: number;
}

type Json = Readonly<Record<string, unknown>>;

/** Tokens of the `usage` of a response. */
export function responseTokens(usage: Json): TokenCounts {
  // If a server sends only sums, they count as text.
  const input = objectOf(usage.input_token_details ?? { text_tokens: usage.input_tokens });
  const cached = objectOf(input.cached_tokens_details ?? { text_tokens: input.cached_tokens });
  const output = objectOf(usage.output_token_details ?? { text_tokens: usage.output_tokens });
  const fresh = (kind: string) => Math.max(0, count(input[kind]) - count(cached[kind]));
  return {
    input_text: fresh('text_tokens'),
    input_audio: fresh('audio_tokens'),
    input_image: fresh('image_tokens'),
    cached_text: count(cached.text_tokens),
    cached_audio: count(cached.audio_tokens),
    cached_image: count(cached.image_tokens),
    output_text: count(output.text_tokens),
    output_audio: count(output.audio_tokens),
    seconds: 0,
  };
}

/** Tokens of the `usage` of a transcription. */
export function transcriptionTokens(usage: Json): TokenCounts {
  const input = objectOf(usage.input_token_details ?? { audio_tokens: usage.input_tokens });
  return {
    ...responseTokens({}),
    input_text: count(input.text_tokens),
    input_audio: count(input.audio_tokens),
    output_text: count(usage.output_tokens),
    seconds: usage.type === 'duration' ? count(usage.seconds) : 0,
  };
}

const count = (value: unknown): number =>
  typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0;
