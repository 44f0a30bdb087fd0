// What a zod user would write for the server events of `codec-corpora.mjs`: open objects, told apart by `type`.

import { z } from 'zod';

const event = (type, fields) => z.looseObject({ type: z.literal(type), event_id: z.string(), ...fields });
const int = z.number().int();
const part = { response_id: z.string(), item_id: z.string(), output_index: int, content_index: int };
const maybe = (schema) => schema.nullish();

const contentPart = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('input_text'), text: maybe(z.string()) }),
  z.looseObject({ type: z.literal('input_audio'), audio: maybe(z.string()), transcript: maybe(z.string()) }),
  z.looseObject({ type: z.literal('input_image'), image_url: maybe(z.string()), detail: maybe(z.string()) }),
  z.looseObject({ type: z.literal('output_text'), text: maybe(z.string()) }),
  z.looseObject({ type: z.literal('output_audio'), audio: maybe(z.string()), transcript: maybe(z.string()) }),
]);
const common = { id: maybe(z.string()), object: maybe(z.string()), status: maybe(z.string()) };
const item = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('message'), role: z.string(), content: z.array(contentPart), ...common }),
  z.looseObject({
    type: z.literal('function_call'),
    name: z.string(),
    arguments: maybe(z.string()),
    call_id: maybe(z.string()),
    ...common,
  }),
  z.looseObject({ type: z.literal('function_call_output'), call_id: z.string(), output: z.string(), ...common }),
]);

const format = z.looseObject({ type: z.string(), rate: maybe(int) });
const tool = z.discriminatedUnion('type', [
  z.looseObject({
    type: z.literal('function'),
    name: z.string(),
    description: maybe(z.string()),
    parameters: maybe(z.record(z.string(), z.unknown())),
  }),
  z.looseObject({ type: z.literal('mcp'), server_label: z.string() }),
]);
const turnDetection = z.looseObject({
  type: z.string(),
  threshold: maybe(z.number()),
  prefix_padding_ms: maybe(int),
  silence_duration_ms: maybe(int),
  idle_timeout_ms: maybe(int),
  create_response: maybe(z.boolean()),
  interrupt_response: maybe(z.boolean()),
});
const session = z.looseObject({
  type: z.literal('realtime'),
  object: z.string(),
  id: z.string(),
  model: maybe(z.string()),
  output_modalities: maybe(z.array(z.string())),
  instructions: maybe(z.string()),
  tools: maybe(z.array(tool)),
  tool_choice: maybe(z.union([z.string(), z.looseObject({ type: z.string() })])),
  max_output_tokens: maybe(z.union([int, z.string()])),
  expires_at: maybe(int),
  audio: maybe(
    z.looseObject({
      input: maybe(
        z.looseObject({
          format: maybe(format),
          transcription: maybe(z.looseObject({ model: maybe(z.string()), language: maybe(z.string()) })),
          noise_reduction: maybe(z.looseObject({ type: z.string() })),
          turn_detection: maybe(turnDetection),
        }),
      ),
      output: maybe(z.looseObject({ format: maybe(format), voice: maybe(z.string()), speed: maybe(z.number()) })),
    }),
  ),
});
const tokens = { text_tokens: maybe(int), audio_tokens: maybe(int), image_tokens: maybe(int) };
const response = z.looseObject({
  object: maybe(z.string()),
  id: maybe(z.string()),
  status: maybe(z.string()),
  status_details: maybe(z.looseObject({})),
  output: maybe(z.array(item)),
  conversation_id: maybe(z.string()),
  output_modalities: maybe(z.array(z.string())),
  max_output_tokens: maybe(z.union([int, z.string()])),
  usage: maybe(
    z.looseObject({
      total_tokens: maybe(int),
      input_tokens: maybe(int),
      output_tokens: maybe(int),
      input_token_details: maybe(z.looseObject({ ...tokens, cached_tokens: maybe(int) })),
      output_token_details: maybe(z.looseObject(tokens)),
    }),
  ),
  metadata: maybe(z.record(z.string(), z.string())),
});
const previous = { previous_item_id: maybe(z.string()) };
const outputItem = { response_id: z.string(), output_index: int, item };
const contentPartEvent = { ...part, part: z.looseObject({ type: maybe(z.string()), transcript: maybe(z.string()) }) };

export const ServerEvent = z.discriminatedUnion('type', [
  event('response.output_text.delta', { ...part, delta: z.string() }),
  event('response.output_audio.delta', { ...part, delta: z.string() }),
  event('response.output_audio_transcript.delta', { ...part, delta: z.string() }),
  event('response.output_audio.done', part),
  event('response.output_audio_transcript.done', { ...part, transcript: z.string() }),
  event('conversation.item.added', { ...previous, item }),
  event('conversation.item.done', { ...previous, item }),
  event('session.updated', { session }),
  event('input_audio_buffer.speech_started', { audio_start_ms: int, item_id: z.string() }),
  event('input_audio_buffer.speech_stopped', { audio_end_ms: int, item_id: z.string() }),
  event('input_audio_buffer.committed', { ...previous, item_id: z.string() }),
  event('response.created', { response }),
  event('response.done', { response }),
  event('response.output_item.added', outputItem),
  event('response.output_item.done', outputItem),
  event('response.content_part.added', contentPartEvent),
  event('response.content_part.done', contentPartEvent),
  event('rate_limits.updated', {
    rate_limits: z.array(
      z.looseObject({
        name: maybe(z.string()),
        limit: maybe(int),
        remaining: maybe(int),
        reset_seconds: maybe(z.number()),
      }),
    ),
  }),
]);

export const ClientEvent = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('input_audio_buffer.append'), event_id: maybe(z.string()), audio: z.string() }),
]);
