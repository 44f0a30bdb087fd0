// Tokens: how many a text, a stretch of audio or an image counts for, and what a response has consumed.
//
// The count is an estimate, the same on every run: one token per 4 characters (UTF-16 code units) of text, rounded up; one
// per 100 ms of audio heard; one per 50 ms of audio spoken; 85 for an image at low detail and 765 for any other. An engine
// that knows better says so with a `usage` piece, which then counts instead.

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
const HEARD_MS_PER_TOKEN = 100;
const SPOKEN_MS_PER_TOKEN = 50;
const LOW_IMAGE_TOKENS = 85;
const IMAGE_TOKENS = 765;

export const textTokens = (characters: number): number => Math.ceil(characters / CHARACTERS_PER_TOKEN);

/** Tokens of so many bytes of audio that the model hears. */
export const heardTokens = (bytes: number, format: RealtimeAudioFormat): number =>
  Math.ceil(bytesToMs(bytes, format) / HEARD_MS_PER_TOKEN);

/** Tokens of so many bytes of audio that the model speaks. */
export const spokenTokens = (bytes: number, format: RealtimeAudioFormat): number =>
  Math.ceil(bytesToMs(bytes, format) / SPOKEN_MS_PER_TOKEN);

export const sumTokens = (a: TokenCounts, b: TokenCounts): TokenCounts => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];

export const totalTokens = ([text, audio, image]: TokenCounts): number => text + audio + image;

/** What an item counts for in a context. Audio counts instead of its words; the words of the user's audio are not shown to the model. */
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
        counts = sumTokens(counts, partTokens(part, format && bytes > 0 ? heardTokens(bytes, format) : 0));
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

function partTokens(part: Part, heard: number): TokenCounts {
  switch (part.type) {
    case 'input_text':
    case 'output_text':
      return [textTokens(part.text?.length ?? 0), 0, 0];
    case 'input_image':
      return [0, 0, part.detail === 'low' ? LOW_IMAGE_TOKENS : IMAGE_TOKENS];
    case 'output_audio':
      return heard > 0 ? [0, heard, 0] : [textTokens(part.transcript?.length ?? 0), 0, 0];
    default:
      return [0, heard, 0];
  }
}

/** What a response has consumed so far, as far as the session can tell. */
export interface Consumed {
  input: TokenCounts;
  cached: TokenCounts;
  text: number;
  audio: number;
}

/** The complete `usage` of a response [RS35]: the engine's own numbers where it gave them, every key present. */
export function completeUsage(consumed: Consumed, given: RealtimeUsage | null): RealtimeUsage {
  return given ? filledIn(given) : estimated(consumed);
}

function estimated({ input, cached, text, audio }: Consumed): RealtimeUsage {
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

const NO_CONSUMPTION: Consumed = { input: NO_TOKENS, cached: NO_TOKENS, text: 0, audio: 0 };

function filledIn(given: RealtimeUsage): RealtimeUsage {
  const nothing = estimated(NO_CONSUMPTION);
  const input = { ...nothing.input_token_details, ...given.input_token_details };
  const output = { ...nothing.output_token_details, ...given.output_token_details };
  const { text_tokens = 0, audio_tokens = 0, image_tokens = 0 } = input;
  const input_tokens = given.input_tokens ?? text_tokens + audio_tokens + image_tokens;
  const output_tokens = given.output_tokens ?? (output.text_tokens ?? 0) + (output.audio_tokens ?? 0);
  return {
    ...given,
    total_tokens: given.total_tokens ?? input_tokens + output_tokens,
    input_tokens,
    output_tokens,
    input_token_details: {
      ...input,
      cached_tokens_details: { ...nothing.input_token_details?.cached_tokens_details, ...input.cached_tokens_details },
    },
    output_token_details: output,
  };
}
