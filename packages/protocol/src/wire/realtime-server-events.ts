// The 46 events a server sends, and what each carries.
// https://platform.openai.com/docs/api-reference/realtime-server-events

import type { RealtimeError } from '../errors.ts';
import type { ServerEventType } from '../event-types.ts';
import {
  array,
  expected,
  integer,
  literal,
  nullable,
  number,
  object,
  optional,
  type Schema,
  secret,
  string,
  variants,
} from '../schema/schema.ts';
import { RealtimeConversationItem } from './realtime-conversation.ts';
import { LogProb, RateLimit, RealtimeResponse, ResponseContentPart, TranscriptionUsage } from './realtime-response.ts';
import { SessionObject } from './realtime-session.ts';

interface Event<T extends ServerEventType> {
  type: T;
  /** The server's own name for this event. Always sent; other servers forget it [CD6]. */
  event_id?: string;
}

/** An event that speaks of one part of one output item. Indexes count from 0. */
interface PartEvent<T extends ServerEventType> extends Event<T> {
  response_id: string;
  item_id: string;
  output_index: number;
  content_index: number;
}

/** A client event was refused, or something failed. Most errors leave the session open [ER1]. */
export interface ErrorEvent extends Event<'error'> {
  error: Omit<RealtimeError, 'code' | 'param' | 'event_id'> &
    Partial<Pick<RealtimeError, 'code' | 'param' | 'event_id'>>;
}
/** First event of a session [SE1]. */
export interface SessionCreatedEvent extends Event<'session.created'> {
  session: SessionObject;
}
/** Answer to `session.update`: the whole effective configuration [SE12]. */
export interface SessionUpdatedEvent extends Event<'session.updated'> {
  session: SessionObject;
}
/** Beta mode only [SE2]. */
export interface ConversationCreatedEvent extends Event<'conversation.created'> {
  conversation: { id?: string; object?: string };
}
/** An item took its place. Sent twice per item: `added`, and `done` when its content is final. */
interface ItemEvent<T extends ServerEventType> extends Event<T> {
  /** `null` means the item is first [CV7]. Always sent. */
  previous_item_id?: string | null;
  item: RealtimeConversationItem;
}
/** Beta mode only [CV2]. */
export type ConversationItemCreatedEvent = ItemEvent<'conversation.item.created'>;
export type ConversationItemAddedEvent = ItemEvent<'conversation.item.added'>;
export type ConversationItemDoneEvent = ItemEvent<'conversation.item.done'>;
/** The only event that carries stored audio [CV29]. */
export interface ConversationItemRetrievedEvent extends Event<'conversation.item.retrieved'> {
  item: RealtimeConversationItem;
}
export interface ConversationItemTruncatedEvent extends Event<'conversation.item.truncated'> {
  item_id: string;
  content_index: number;
  /** Milliseconds from the start of the item's audio, inclusive. */
  audio_end_ms: number;
}
export interface ConversationItemDeletedEvent extends Event<'conversation.item.deleted'> {
  item_id: string;
}
export interface InputAudioTranscriptionDeltaEvent extends Event<'conversation.item.input_audio_transcription.delta'> {
  item_id: string;
  content_index?: number;
  delta?: string;
  logprobs?: LogProb[] | null;
}
/** A stretch of speech by one speaker. `start` and `end` are **seconds**. */
export interface InputAudioTranscriptionSegmentEvent
  extends Event<'conversation.item.input_audio_transcription.segment'> {
  item_id: string;
  content_index: number;
  id: string;
  text: string;
  speaker: string;
  start: number;
  end: number;
}
export interface InputAudioTranscriptionCompletedEvent
  extends Event<'conversation.item.input_audio_transcription.completed'> {
  item_id: string;
  content_index: number;
  /** The authoritative text. Other servers' need not equal the concatenated deltas [TX5]; ours does [TX19]. */
  transcript: string;
  usage?: TranscriptionUsage;
  languages?: { code: string }[];
  logprobs?: LogProb[] | null;
}
export interface InputAudioTranscriptionFailedEvent
  extends Event<'conversation.item.input_audio_transcription.failed'> {
  item_id: string;
  content_index: number;
  error: { type?: string; code?: string; message?: string; param?: string | null };
}
export interface InputAudioBufferCommittedEvent extends Event<'input_audio_buffer.committed'> {
  /** `null` when the new item is first. */
  previous_item_id?: string | null;
  item_id: string;
}
export type InputAudioBufferClearedEvent = Event<'input_audio_buffer.cleared'>;
export interface SpeechStartedEvent extends Event<'input_audio_buffer.speech_started'> {
  /** Milliseconds of all audio written in the session, prefix padding included [VA4]. */
  audio_start_ms: number;
  item_id: string;
}
export interface SpeechStoppedEvent extends Event<'input_audio_buffer.speech_stopped'> {
  /** Milliseconds of all audio written in the session, the closing silence included [VA5]. */
  audio_end_ms: number;
  item_id: string;
}
export interface TimeoutTriggeredEvent extends Event<'input_audio_buffer.timeout_triggered'> {
  audio_start_ms: number;
  audio_end_ms: number;
  item_id: string;
}
/** SIP only; the one event without an `event_id` [IB20]. `received_at` is in unix seconds. */
export interface DtmfEventReceivedEvent extends Event<'input_audio_buffer.dtmf_event_received'> {
  event: string;
  received_at: number;
}
export interface RateLimitsUpdatedEvent extends Event<'rate_limits.updated'> {
  rate_limits: RateLimit[];
}
export interface ResponseCreatedEvent extends Event<'response.created'> {
  response: RealtimeResponse;
}
export interface ResponseDoneEvent extends Event<'response.done'> {
  response: RealtimeResponse;
}
interface OutputItemEvent<T extends ServerEventType> extends Event<T> {
  response_id: string;
  output_index: number;
  item: RealtimeConversationItem;
}
export type ResponseOutputItemAddedEvent = OutputItemEvent<'response.output_item.added'>;
export type ResponseOutputItemDoneEvent = OutputItemEvent<'response.output_item.done'>;
export interface ResponseContentPartAddedEvent extends PartEvent<'response.content_part.added'> {
  part: ResponseContentPart;
}
export interface ResponseContentPartDoneEvent extends PartEvent<'response.content_part.done'> {
  part: ResponseContentPart;
}
/** A piece of text or of a transcript. */
interface DeltaEvent<T extends ServerEventType> extends PartEvent<T> {
  delta: string;
}
export type ResponseOutputTextDeltaEvent = DeltaEvent<'response.output_text.delta'>;
export interface ResponseOutputTextDoneEvent extends PartEvent<'response.output_text.done'> {
  text: string;
}
/** `delta` is base64 audio in the response's output format. */
export type ResponseOutputAudioDeltaEvent = DeltaEvent<'response.output_audio.delta'>;
export type ResponseOutputAudioDoneEvent = PartEvent<'response.output_audio.done'>;
export type ResponseOutputAudioTranscriptDeltaEvent = DeltaEvent<'response.output_audio_transcript.delta'>;
export interface ResponseOutputAudioTranscriptDoneEvent extends PartEvent<'response.output_audio_transcript.done'> {
  transcript: string;
}
interface CallEvent<T extends ServerEventType> extends Event<T> {
  response_id: string;
  item_id: string;
  output_index: number;
}
export interface ResponseFunctionCallArgumentsDeltaEvent extends CallEvent<'response.function_call_arguments.delta'> {
  call_id: string;
  delta: string;
}
export interface ResponseFunctionCallArgumentsDoneEvent extends CallEvent<'response.function_call_arguments.done'> {
  call_id: string;
  /** Always sent; other servers forget it [CD6]. */
  name?: string;
  arguments: string;
}
export interface ResponseMcpCallArgumentsDeltaEvent extends CallEvent<'response.mcp_call_arguments.delta'> {
  delta: string;
  obfuscation?: string | null;
}
export interface ResponseMcpCallArgumentsDoneEvent extends CallEvent<'response.mcp_call_arguments.done'> {
  arguments: string;
}
/** Says nothing of the response or the result: find both by `item_id`. */
interface McpCallEvent<T extends ServerEventType> extends Event<T> {
  output_index: number;
  item_id: string;
}
export type ResponseMcpCallInProgressEvent = McpCallEvent<'response.mcp_call.in_progress'>;
export type ResponseMcpCallCompletedEvent = McpCallEvent<'response.mcp_call.completed'>;
export type ResponseMcpCallFailedEvent = McpCallEvent<'response.mcp_call.failed'>;
interface McpListToolsEvent<T extends ServerEventType> extends Event<T> {
  item_id: string;
}
export type McpListToolsInProgressEvent = McpListToolsEvent<'mcp_list_tools.in_progress'>;
export type McpListToolsCompletedEvent = McpListToolsEvent<'mcp_list_tools.completed'>;
export type McpListToolsFailedEvent = McpListToolsEvent<'mcp_list_tools.failed'>;
/** WebRTC and SIP only. */
interface OutputAudioBufferEvent<T extends ServerEventType> extends Event<T> {
  response_id: string;
}
export type OutputAudioBufferStartedEvent = OutputAudioBufferEvent<'output_audio_buffer.started'>;
export type OutputAudioBufferStoppedEvent = OutputAudioBufferEvent<'output_audio_buffer.stopped'>;
export type OutputAudioBufferClearedEvent = OutputAudioBufferEvent<'output_audio_buffer.cleared'>;

/** Everything a server may say. */
export type ServerEvent =
  | ErrorEvent
  | SessionCreatedEvent
  | SessionUpdatedEvent
  | ConversationCreatedEvent
  | ConversationItemCreatedEvent
  | ConversationItemAddedEvent
  | ConversationItemDoneEvent
  | ConversationItemRetrievedEvent
  | ConversationItemTruncatedEvent
  | ConversationItemDeletedEvent
  | InputAudioTranscriptionDeltaEvent
  | InputAudioTranscriptionSegmentEvent
  | InputAudioTranscriptionCompletedEvent
  | InputAudioTranscriptionFailedEvent
  | InputAudioBufferCommittedEvent
  | InputAudioBufferClearedEvent
  | SpeechStartedEvent
  | SpeechStoppedEvent
  | TimeoutTriggeredEvent
  | DtmfEventReceivedEvent
  | RateLimitsUpdatedEvent
  | ResponseCreatedEvent
  | ResponseDoneEvent
  | ResponseOutputItemAddedEvent
  | ResponseOutputItemDoneEvent
  | ResponseContentPartAddedEvent
  | ResponseContentPartDoneEvent
  | ResponseOutputTextDeltaEvent
  | ResponseOutputTextDoneEvent
  | ResponseOutputAudioDeltaEvent
  | ResponseOutputAudioDoneEvent
  | ResponseOutputAudioTranscriptDeltaEvent
  | ResponseOutputAudioTranscriptDoneEvent
  | ResponseFunctionCallArgumentsDeltaEvent
  | ResponseFunctionCallArgumentsDoneEvent
  | ResponseMcpCallArgumentsDeltaEvent
  | ResponseMcpCallArgumentsDoneEvent
  | ResponseMcpCallInProgressEvent
  | ResponseMcpCallCompletedEvent
  | ResponseMcpCallFailedEvent
  | McpListToolsInProgressEvent
  | McpListToolsCompletedEvent
  | McpListToolsFailedEvent
  | OutputAudioBufferStartedEvent
  | OutputAudioBufferStoppedEvent
  | OutputAudioBufferClearedEvent;

type Named<T extends ServerEventType> = Extract<ServerEvent, { type: T }>;

const named = <T extends ServerEventType>(type: T) => ({ type: literal(type), event_id: expected(string()) });
const index = integer();
const part = { response_id: string(), item_id: string(), output_index: index, content_index: index };
const call = { response_id: string(), item_id: string(), output_index: index };
const previous_item_id = optional(nullable(string()));
const textSecret = secret('words');
const logprobs = optional(nullable(array(LogProb)));

export const ErrorEvent: Schema<ErrorEvent> = object<ErrorEvent>(
  {
    ...named('error'),
    error: object<ErrorEvent['error']>(
      {
        type: string(),
        code: optional(nullable(string())),
        message: string(),
        param: optional(nullable(string())),
        event_id: optional(nullable(string())),
      },
      'keep',
    ),
  },
  'keep',
);

export const ServerEvent: Schema<ServerEvent> = variants<ServerEvent>({
  error: ErrorEvent,
  'session.created': object<SessionCreatedEvent>({ ...named('session.created'), session: SessionObject }, 'keep'),
  'session.updated': object<SessionUpdatedEvent>({ ...named('session.updated'), session: SessionObject }, 'keep'),
  'conversation.created': object<ConversationCreatedEvent>(
    {
      ...named('conversation.created'),
      conversation: object<ConversationCreatedEvent['conversation']>(
        { id: optional(string()), object: optional(string()) },
        'keep',
      ),
    },
    'keep',
  ),
  'conversation.item.created': itemEvent('conversation.item.created'),
  'conversation.item.added': itemEvent('conversation.item.added'),
  'conversation.item.done': itemEvent('conversation.item.done'),
  'conversation.item.retrieved': object<ConversationItemRetrievedEvent>(
    { ...named('conversation.item.retrieved'), item: RealtimeConversationItem },
    'keep',
  ),
  'conversation.item.truncated': object<ConversationItemTruncatedEvent>(
    {
      ...named('conversation.item.truncated'),
      item_id: string(),
      content_index: index,
      audio_end_ms: integer(),
    },
    'keep',
  ),
  'conversation.item.deleted': object<ConversationItemDeletedEvent>(
    { ...named('conversation.item.deleted'), item_id: string() },
    'keep',
  ),
  'conversation.item.input_audio_transcription.delta': object<InputAudioTranscriptionDeltaEvent>(
    {
      ...named('conversation.item.input_audio_transcription.delta'),
      item_id: string(),
      content_index: optional(index),
      delta: optional(textSecret),
      logprobs,
    },
    'keep',
  ),
  'conversation.item.input_audio_transcription.segment': object<InputAudioTranscriptionSegmentEvent>(
    {
      ...named('conversation.item.input_audio_transcription.segment'),
      item_id: string(),
      content_index: index,
      id: string(),
      text: textSecret,
      speaker: string(),
      start: number(),
      end: number(),
    },
    'keep',
  ),
  'conversation.item.input_audio_transcription.completed': object<InputAudioTranscriptionCompletedEvent>(
    {
      ...named('conversation.item.input_audio_transcription.completed'),
      item_id: string(),
      content_index: index,
      transcript: textSecret,
      usage: expected(TranscriptionUsage),
      languages: optional(array(object<{ code: string }>({ code: string() }, 'keep'))),
      logprobs,
    },
    'keep',
  ),
  'conversation.item.input_audio_transcription.failed': object<InputAudioTranscriptionFailedEvent>(
    {
      ...named('conversation.item.input_audio_transcription.failed'),
      item_id: string(),
      content_index: index,
      error: object<InputAudioTranscriptionFailedEvent['error']>(
        {
          type: optional(string()),
          code: optional(string()),
          message: optional(string()),
          param: optional(nullable(string())),
        },
        'keep',
      ),
    },
    'keep',
  ),
  'input_audio_buffer.committed': object<InputAudioBufferCommittedEvent>(
    { ...named('input_audio_buffer.committed'), previous_item_id, item_id: string() },
    'keep',
  ),
  'input_audio_buffer.cleared': object<InputAudioBufferClearedEvent>(named('input_audio_buffer.cleared'), 'keep'),
  'input_audio_buffer.speech_started': object<SpeechStartedEvent>(
    { ...named('input_audio_buffer.speech_started'), audio_start_ms: integer(), item_id: string() },
    'keep',
  ),
  'input_audio_buffer.speech_stopped': object<SpeechStoppedEvent>(
    { ...named('input_audio_buffer.speech_stopped'), audio_end_ms: integer(), item_id: string() },
    'keep',
  ),
  'input_audio_buffer.timeout_triggered': object<TimeoutTriggeredEvent>(
    {
      ...named('input_audio_buffer.timeout_triggered'),
      audio_start_ms: integer(),
      audio_end_ms: integer(),
      item_id: string(),
    },
    'keep',
  ),
  'input_audio_buffer.dtmf_event_received': object<DtmfEventReceivedEvent>(
    {
      type: literal('input_audio_buffer.dtmf_event_received'),
      event_id: optional(string()),
      event: textSecret,
      received_at: integer(),
    },
    'keep',
  ),
  'rate_limits.updated': object<RateLimitsUpdatedEvent>(
    { ...named('rate_limits.updated'), rate_limits: array(RateLimit) },
    'keep',
  ),
  'response.created': object<ResponseCreatedEvent>(
    { ...named('response.created'), response: RealtimeResponse },
    'keep',
  ),
  'response.done': object<ResponseDoneEvent>({ ...named('response.done'), response: RealtimeResponse }, 'keep'),
  'response.output_item.added': outputItemEvent('response.output_item.added'),
  'response.output_item.done': outputItemEvent('response.output_item.done'),
  'response.content_part.added': object<ResponseContentPartAddedEvent>(
    { ...named('response.content_part.added'), ...part, part: ResponseContentPart },
    'keep',
  ),
  'response.content_part.done': object<ResponseContentPartDoneEvent>(
    { ...named('response.content_part.done'), ...part, part: ResponseContentPart },
    'keep',
  ),
  'response.output_text.delta': object<ResponseOutputTextDeltaEvent>(
    { ...named('response.output_text.delta'), ...part, delta: textSecret },
    'keep',
  ),
  'response.output_text.done': object<ResponseOutputTextDoneEvent>(
    { ...named('response.output_text.done'), ...part, text: textSecret },
    'keep',
  ),
  'response.output_audio.delta': object<ResponseOutputAudioDeltaEvent>(
    { ...named('response.output_audio.delta'), ...part, delta: secret('media') },
    'keep',
  ),
  'response.output_audio.done': object<ResponseOutputAudioDoneEvent>(
    { ...named('response.output_audio.done'), ...part },
    'keep',
  ),
  'response.output_audio_transcript.delta': object<ResponseOutputAudioTranscriptDeltaEvent>(
    { ...named('response.output_audio_transcript.delta'), ...part, delta: textSecret },
    'keep',
  ),
  'response.output_audio_transcript.done': object<ResponseOutputAudioTranscriptDoneEvent>(
    { ...named('response.output_audio_transcript.done'), ...part, transcript: textSecret },
    'keep',
  ),
  'response.function_call_arguments.delta': object<ResponseFunctionCallArgumentsDeltaEvent>(
    { ...named('response.function_call_arguments.delta'), ...call, call_id: string(), delta: textSecret },
    'keep',
  ),
  'response.function_call_arguments.done': object<ResponseFunctionCallArgumentsDoneEvent>(
    {
      ...named('response.function_call_arguments.done'),
      ...call,
      call_id: string(),
      name: expected(string()),
      arguments: textSecret,
    },
    'keep',
  ),
  'response.mcp_call_arguments.delta': object<ResponseMcpCallArgumentsDeltaEvent>(
    {
      ...named('response.mcp_call_arguments.delta'),
      ...call,
      delta: textSecret,
      obfuscation: optional(nullable(string())),
    },
    'keep',
  ),
  'response.mcp_call_arguments.done': object<ResponseMcpCallArgumentsDoneEvent>(
    { ...named('response.mcp_call_arguments.done'), ...call, arguments: textSecret },
    'keep',
  ),
  'response.mcp_call.in_progress': mcpCallEvent('response.mcp_call.in_progress'),
  'response.mcp_call.completed': mcpCallEvent('response.mcp_call.completed'),
  'response.mcp_call.failed': mcpCallEvent('response.mcp_call.failed'),
  'mcp_list_tools.in_progress': mcpListToolsEvent('mcp_list_tools.in_progress'),
  'mcp_list_tools.completed': mcpListToolsEvent('mcp_list_tools.completed'),
  'mcp_list_tools.failed': mcpListToolsEvent('mcp_list_tools.failed'),
  'output_audio_buffer.started': outputAudioBufferEvent('output_audio_buffer.started'),
  'output_audio_buffer.stopped': outputAudioBufferEvent('output_audio_buffer.stopped'),
  'output_audio_buffer.cleared': outputAudioBufferEvent('output_audio_buffer.cleared'),
});

function itemEvent<T extends 'conversation.item.created' | 'conversation.item.added' | 'conversation.item.done'>(
  type: T,
): Schema<Named<T>> {
  return object<ItemEvent<T>>(
    { ...named(type), previous_item_id, item: RealtimeConversationItem } as never,
    'keep',
  ) as never;
}
function outputItemEvent<T extends 'response.output_item.added' | 'response.output_item.done'>(
  type: T,
): Schema<Named<T>> {
  const fields = { response_id: string(), output_index: index, item: RealtimeConversationItem };
  return object<OutputItemEvent<T>>({ ...named(type), ...fields } as never, 'keep') as never;
}
function mcpCallEvent<T extends `response.mcp_call.${'in_progress' | 'completed' | 'failed'}`>(
  type: T,
): Schema<Named<T>> {
  return object<McpCallEvent<T>>({ ...named(type), output_index: index, item_id: string() } as never, 'keep') as never;
}
function mcpListToolsEvent<T extends `mcp_list_tools.${'in_progress' | 'completed' | 'failed'}`>(
  type: T,
): Schema<Named<T>> {
  return object<McpListToolsEvent<T>>({ ...named(type), item_id: string() } as never, 'keep') as never;
}
function outputAudioBufferEvent<T extends `output_audio_buffer.${'started' | 'stopped' | 'cleared'}`>(
  type: T,
): Schema<Named<T>> {
  return object<OutputAudioBufferEvent<T>>({ ...named(type), response_id: string() } as never, 'keep') as never;
}
