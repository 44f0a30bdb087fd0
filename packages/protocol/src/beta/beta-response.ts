// Beta responses: parameters of a request, and the table of their fields in GA.

import { array, choice, json, nullable, object, optional, type Schema, string } from '../schema/schema.ts';
import { Metadata, type RealtimeResponse } from '../wire/realtime-response.ts';
import { MAX_INSTRUCTIONS, MaxOutputTokens, RealtimeToolChoice, RealtimeVoice } from '../wire/realtime-session.ts';
import { type BetaField, flatten, same } from './beta-fields.ts';
import { itemToBeta, itemToGa } from './beta-items.ts';
import {
  BetaAudioFormat,
  BetaModalities,
  BetaTemperature,
  type BetaTool,
  BetaTools,
  TOOL_FIELDS,
  VOICE_FIELDS,
} from './beta-session.ts';

/** What `response.create` may ask for in beta [BT10]. Absent fields take the session's values. */
export interface BetaResponseConfig {
  modalities?: ('text' | 'audio')[];
  instructions?: string;
  voice?: RealtimeVoice;
  output_audio_format?: BetaAudioFormat;
  tools?: BetaTool[];
  tool_choice?: RealtimeToolChoice;
  temperature?: number;
  max_output_tokens?: MaxOutputTokens;
  /** What openai-node's beta module calls it; `max_output_tokens` wins. */
  max_response_output_tokens?: MaxOutputTokens;
  conversation?: 'auto' | 'none';
  metadata?: Metadata | null;
  /** Items, judged by the GA server. */
  input?: unknown[] | null;
}
export const BetaResponseConfig: Schema<BetaResponseConfig> = object<BetaResponseConfig>({
  modalities: optional(BetaModalities),
  instructions: optional(string({ secret: 'words', max: MAX_INSTRUCTIONS })),
  voice: optional(RealtimeVoice),
  output_audio_format: optional(BetaAudioFormat),
  tools: optional(BetaTools),
  tool_choice: optional(RealtimeToolChoice),
  temperature: optional(BetaTemperature),
  max_output_tokens: optional(MaxOutputTokens),
  max_response_output_tokens: optional(MaxOutputTokens),
  conversation: optional(choice('auto', 'none')),
  metadata: optional(nullable(Metadata)),
  input: optional(nullable(array(json()))),
});

const items = (map: (item: unknown) => unknown[]) => (value: unknown) =>
  Array.isArray(value) ? value.flatMap(map) : value;
const toGa = items((item) => [itemToGa(item)]);
const toBeta = items((item) => {
  const mapped = itemToBeta(item);
  return mapped ? [mapped.item] : [];
});

/** `response.create`, field by field. */
export const RESPONSE_CREATE_FIELDS: readonly BetaField[] = [
  ...same('instructions'),
  ...VOICE_FIELDS,
  ...TOOL_FIELDS,
  { beta: 'max_response_output_tokens', ga: 'max_output_tokens', alias: true },
  ...same('max_output_tokens', 'conversation', 'metadata'),
  { beta: 'input', ga: 'input', toGa, toBeta },
];

/** A response as a server states it, field by field; `temperature` has no counterpart. */
export const RESPONSE_FIELDS: readonly BetaField[] = [
  ...same('object', 'id', 'status', 'status_details'),
  { beta: 'output', ga: 'output', toGa, toBeta },
  ...same('conversation_id'),
  ...VOICE_FIELDS,
  ...same('max_output_tokens', 'usage', 'metadata'),
];

/** A response a GA server states, as beta states it. */
export const responseToBeta = (response: RealtimeResponse, temperature: number): Record<string, unknown> => ({
  ...flatten(RESPONSE_FIELDS, response),
  temperature,
});
