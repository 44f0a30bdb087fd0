// Responses: parameters of a request, the response object of a server, usage.

import {
  array,
  boolean,
  choice,
  integer,
  literal,
  nullable,
  nullish,
  number,
  object,
  optional,
  record,
  type Schema,
  secret,
  string,
  variants,
} from '../schema/schema.ts';
import { RealtimeConversationItem, ResponseInputItem } from './realtime-conversation.ts';
import {
  MAX_INSTRUCTIONS,
  MaxOutputTokens,
  RealtimeAudioFormat,
  RealtimeModalities,
  type RealtimeModality,
  RealtimePrompt,
  RealtimeReasoning,
  type RealtimeTool,
  RealtimeToolChoice,
  RealtimeTools,
  RealtimeVoice,
} from './realtime-session.ts';

/** At most 16 pairs; keys of at most 64, values of at most 512 characters [RS10]. Comes back unchanged [RS9]. */
export type Metadata = Record<string, string>;
export const Metadata: Schema<Metadata> = record(string({ secret: 'words', max: 512 }), { maxKeys: 16, maxKey: 64 });

/** Format and voice of one response's audio. */
export interface ResponseAudio {
  output?: { format?: RealtimeAudioFormat; voice?: RealtimeVoice };
}
export const ResponseAudio: Schema<ResponseAudio> = object<ResponseAudio>({
  output: optional(
    object<{ format?: RealtimeAudioFormat; voice?: RealtimeVoice }>({
      format: optional(RealtimeAudioFormat),
      voice: optional(RealtimeVoice),
    }),
  ),
});

/** What `response.create` may ask for. Absent fields take the session's values [RS7]. */
export interface RealtimeResponseCreateParams {
  output_modalities?: RealtimeModality[];
  instructions?: string;
  audio?: ResponseAudio;
  tools?: RealtimeTool[];
  tool_choice?: RealtimeToolChoice;
  parallel_tool_calls?: boolean;
  /** `null`: none, whatever the session has. */
  reasoning?: RealtimeReasoning | null;
  max_output_tokens?: MaxOutputTokens;
  /** `none` is out of band: the conversation neither shows nor keeps it. @default 'auto' */
  conversation?: 'auto' | 'none';
  metadata?: Metadata | null;
  prompt?: RealtimePrompt | null;
  /** The context in place of the conversation; `[]` is empty, `null` is the conversation [OB4]. */
  input?: ResponseInputItem[] | null;
}
export const RealtimeResponseCreateParams: Schema<RealtimeResponseCreateParams> = object<RealtimeResponseCreateParams>({
  output_modalities: optional(RealtimeModalities),
  instructions: optional(string({ secret: 'words', max: MAX_INSTRUCTIONS })),
  audio: optional(ResponseAudio),
  tools: optional(RealtimeTools),
  tool_choice: optional(RealtimeToolChoice),
  parallel_tool_calls: optional(boolean()),
  reasoning: nullish(RealtimeReasoning),
  max_output_tokens: optional(MaxOutputTokens),
  conversation: optional(choice('auto', 'none')),
  metadata: optional(nullable(Metadata)),
  prompt: optional(nullable(RealtimePrompt)),
  input: nullish(array(ResponseInputItem)),
});

/** How a response ended, or that it has not. */
export type RealtimeResponseStatus = 'completed' | 'cancelled' | 'failed' | 'incomplete' | 'in_progress';
export const RealtimeResponseStatus: Schema<RealtimeResponseStatus> = choice(
  'completed',
  'cancelled',
  'failed',
  'incomplete',
  'in_progress',
);

/** Why a response ended other than by completing. */
export interface RealtimeResponseStatusDetails {
  type?: 'completed' | 'cancelled' | 'failed' | 'incomplete';
  reason?: 'turn_detected' | 'client_cancelled' | 'max_output_tokens' | 'content_filter' | null;
  error?: { type?: string | null; code?: string | null; message?: string | null } | null;
}
type StatusError = NonNullable<RealtimeResponseStatusDetails['error']>;
export const RealtimeResponseStatusDetails: Schema<RealtimeResponseStatusDetails> =
  object<RealtimeResponseStatusDetails>(
    {
      type: optional(choice('completed', 'cancelled', 'failed', 'incomplete')),
      reason: nullish(choice('turn_detected', 'client_cancelled', 'max_output_tokens', 'content_filter')),
      error: nullish(
        object<StatusError>({ type: nullish(string()), code: nullish(string()), message: nullish(string()) }, 'keep'),
      ),
    },
    'keep',
  );

/** Tokens by modality. */
export interface CachedTokensDetails {
  text_tokens?: number;
  audio_tokens?: number;
  image_tokens?: number;
}
export interface InputTokenDetails extends CachedTokensDetails {
  /** A part of the input tokens. */
  cached_tokens?: number;
  cached_tokens_details?: CachedTokensDetails;
}
export interface OutputTokenDetails {
  text_tokens?: number;
  audio_tokens?: number;
  /** Only from reasoning engines. */
  reasoning_tokens?: number;
}

/** What a response consumed, in tokens. Total is input plus output. */
export interface RealtimeUsage {
  total_tokens?: number;
  input_tokens?: number;
  output_tokens?: number;
  input_token_details?: InputTokenDetails;
  output_token_details?: OutputTokenDetails;
}

const tokens = optional(integer());
const byModality = { text_tokens: tokens, audio_tokens: tokens, image_tokens: tokens };
export const RealtimeUsage: Schema<RealtimeUsage> = object<RealtimeUsage>(
  {
    total_tokens: tokens,
    input_tokens: tokens,
    output_tokens: tokens,
    input_token_details: optional(
      object<InputTokenDetails>(
        {
          ...byModality,
          cached_tokens: tokens,
          cached_tokens_details: optional(object<CachedTokensDetails>(byModality, 'keep')),
        },
        'keep',
      ),
    ),
    output_token_details: optional(
      object<OutputTokenDetails>({ text_tokens: tokens, audio_tokens: tokens, reasoning_tokens: tokens }, 'keep'),
    ),
  },
  'keep',
);

/** A response as a server states it in `response.created` and `response.done`. */
export interface RealtimeResponse {
  object?: 'realtime.response';
  id?: string;
  status?: RealtimeResponseStatus;
  /** `null` while in progress and when completed. */
  status_details?: RealtimeResponseStatusDetails | null;
  /** In `output_index` order; empty until done. Without audio bytes. */
  output?: RealtimeConversationItem[];
  /** `null` when out of band [OB1]. */
  conversation_id?: string | null;
  output_modalities?: RealtimeModality[];
  max_output_tokens?: MaxOutputTokens;
  audio?: ResponseAudio | null;
  /** `null` until done. */
  usage?: RealtimeUsage | null;
  /** What the client sent, or `null` [RS9]. */
  metadata?: Metadata | null;
}
export const RealtimeResponse: Schema<RealtimeResponse> = object<RealtimeResponse>(
  {
    object: optional(literal('realtime.response')),
    id: optional(string()),
    status: optional(RealtimeResponseStatus),
    status_details: optional(nullable(RealtimeResponseStatusDetails)),
    output: optional(array(RealtimeConversationItem)),
    conversation_id: optional(nullable(string())),
    output_modalities: optional(RealtimeModalities),
    max_output_tokens: optional(MaxOutputTokens),
    audio: nullish(ResponseAudio),
    usage: optional(nullable(RealtimeUsage)),
    metadata: optional(nullable(Metadata)),
  },
  'keep',
);

/** A part as `response.content_part.*` names it: `text` and `audio`, where items say `output_text` and `output_audio` [RS19]. */
export interface ResponseContentPart {
  type?: 'text' | 'audio';
  text?: string;
  transcript?: string;
  audio?: string;
}
export const ResponseContentPart: Schema<ResponseContentPart> = object<ResponseContentPart>(
  {
    type: optional(choice('text', 'audio')),
    text: optional(secret('words')),
    transcript: optional(secret('words')),
    audio: optional(secret('media')),
  },
  'keep',
);

/** What transcribing one item's audio cost: tokens, or seconds of audio [TX6]. */
export type TranscriptionUsage =
  | {
      type: 'tokens';
      total_tokens: number;
      input_tokens: number;
      output_tokens: number;
      input_token_details?: { text_tokens?: number; audio_tokens?: number };
    }
  | { type: 'duration'; seconds: number };

/** One limit and what is left of it. `reset_seconds` may be fractional. */
export interface RateLimit {
  name?: 'requests' | 'tokens';
  limit?: number;
  remaining?: number;
  reset_seconds?: number;
}
export const RateLimit: Schema<RateLimit> = object<RateLimit>(
  {
    name: optional(choice('requests', 'tokens')),
    limit: optional(integer()),
    remaining: optional(integer()),
    reset_seconds: optional(number()),
  },
  'keep',
);

type UsageOf<T extends TranscriptionUsage['type']> = Extract<TranscriptionUsage, { type: T }>;
export const TranscriptionUsage: Schema<TranscriptionUsage> = variants<TranscriptionUsage>({
  tokens: object<UsageOf<'tokens'>>(
    {
      type: literal('tokens'),
      total_tokens: integer(),
      input_tokens: integer(),
      output_tokens: integer(),
      input_token_details: optional(
        object<{ text_tokens?: number; audio_tokens?: number }>({ text_tokens: tokens, audio_tokens: tokens }, 'keep'),
      ),
    },
    'keep',
  ),
  duration: object<UsageOf<'duration'>>({ type: literal('duration'), seconds: number() }, 'keep'),
});

/** How likely a transcribed token was. `bytes` are 0 to 255. */
export interface LogProb {
  token: string;
  logprob: number;
  bytes: number[];
}
export const LogProb: Schema<LogProb> = object<LogProb>(
  { token: secret('words'), logprob: number(), bytes: array(integer()) },
  'keep',
);
