// Token counts of text, audio and images, and the usage of a response.
//
// The count is a deterministic estimate: one token per 4 characters (UTF-16 code units) of text, rounded up; one per
// 100 ms of input audio; one per 50 ms of output audio; 85 for an image at low detail and 765 for any other. If an
// engine sends a `usage` event, its numbers count instead.

import {
  bytesToMs,
  type RealtimeAudioFormat,
  type RealtimeConversationItem,
  type RealtimeUsage,
} from '@colloquy/protocol';

/** Input tokens by modality. */
export type TokenCounts = readonly [text: number, audio: number, image: number];

export const NO_TOKENS: TokenCounts = [0, 0, 0];

export const CHARACTERS_PER_TOKEN = 4;
const INPUT_AUDIO_MS_PER_TOKEN = 100;
const OUTPUT_AUDIO_MS_PER_TOKEN = 50;
const LOW_IMAGE_TOKENS = 85;
const IMAGE_TOKENS = 765;

export const textTokens = (characters: number): number => Math.ceil(characters / CHARACTERS_PER_TOKEN);

/** Tokens of input audio. */
const inputAudioTokens = (bytes: number, format: RealtimeAudioFormat): number =>
  Math.ceil(bytesToMs(bytes, format) / INPUT_AUDIO_MS_PER_TOKEN);

/** Tokens of output audio. */
export const outputAudioTokens = (bytes: number, format: RealtimeAudioFormat): number =>
  Math.ceil(bytesToMs(bytes, format) / OUTPUT_AUDIO_MS_PER_TOKEN);

export const sumTokens = (a: TokenCounts, b: TokenCounts): TokenCounts => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];

export const totalTokens = ([text, audio, image]: TokenCounts): number => text + audio + image;

/**
 * Token count of an item in a context. Audio counts instead of its transcript; the engine does not read the transcript
 * of user audio.
 */
export function itemTokens(
  item: RealtimeConversationItem,
  audio: readonly number[] | null,
  format: RealtimeAudioFormat | null,
): TokenCounts {
  switch (item.type) {
    case 'message': {
      let counts = NO_TOKENS;
      for (const [index, part] of item.content.entries()) {
        const bytes = audio?.[index] ?? 0;
        counts = sumTokens(counts, partTokens(part, format && bytes > 0 ? inputAudioTokens(bytes, format) : 0));
      }
      return counts;
    }
    case 'function_call':
      return [textTokens(item.name.length + (item.arguments?.length ?? 0)), 0, 0];
    case 'function_call_output':
      return [textTokens(item.output.length), 0, 0];
    case 'mcp_call':
      return [textTokens(item.name.length + (item.arguments?.length ?? 0) + (item.output?.length ?? 0)), 0, 0];
    default:
      return NO_TOKENS;
  }
}

type Part = Extract<RealtimeConversationItem, { type: 'message' }>['content'][number];

function partTokens(part: Part, audioTokens: number): TokenCounts {
  switch (part.type) {
    case 'input_text':
    case 'output_text':
      return [textTokens(part.text?.length ?? 0), 0, 0];
    case 'input_image':
      return [0, 0, part.detail === 'low' ? LOW_IMAGE_TOKENS : IMAGE_TOKENS];
    case 'output_audio':
      return audioTokens > 0 ? [0, audioTokens, 0] : [textTokens(part.transcript?.length ?? 0), 0, 0];
    default:
      return [0, audioTokens, 0];
  }
}

/** Estimated consumption of a response. */
export interface Consumption {
  input: TokenCounts;
  cached: TokenCounts;
  text: number;
  audio: number;
}

/** The complete `usage` of a response [RS35]: the engine's numbers if it sent any, with every key present. */
export function completeUsage(consumption: Consumption, engineUsage: RealtimeUsage | null): RealtimeUsage {
  return engineUsage ? completeEngineUsage(engineUsage) : estimateUsage(consumption);
}

function estimateUsage({ input, cached, text, audio }: Consumption): RealtimeUsage {
  return {
    total_tokens: totalTokens(input) + text + audio,
    input_tokens: totalTokens(input),
    output_tokens: text + audio,
    input_token_details: {
      ...byModality(input),
      cached_tokens: totalTokens(cached),
      cached_tokens_details: byModality(cached),
    },
    output_token_details: { text_tokens: text, audio_tokens: audio },
  };
}

const byModality = ([text_tokens, audio_tokens, image_tokens]: TokenCounts) => ({
  text_tokens,
  audio_tokens,
  image_tokens,
});

const NO_CONSUMPTION: Consumption = { input: NO_TOKENS, cached: NO_TOKENS, text: 0, audio: 0 };

function completeEngineUsage(engineUsage: RealtimeUsage): RealtimeUsage {
  const zero = estimateUsage(NO_CONSUMPTION);
  const input = { ...zero.input_token_details, ...engineUsage.input_token_details };
  const output = { ...zero.output_token_details, ...engineUsage.output_token_details };
  const { text_tokens = 0, audio_tokens = 0, image_tokens = 0 } = input;
  const input_tokens = engineUsage.input_tokens ?? text_tokens + audio_tokens + image_tokens;
  const output_tokens = engineUsage.output_tokens ?? (output.text_tokens ?? 0) + (output.audio_tokens ?? 0);
  return {
    ...engineUsage,
    total_tokens: engineUsage.total_tokens ?? input_tokens + output_tokens,
    input_tokens,
    output_tokens,
    input_token_details: {
      ...input,
      cached_tokens_details: { ...zero.input_token_details?.cached_tokens_details, ...input.cached_tokens_details },
    },
    output_token_details: output,
  };
}
