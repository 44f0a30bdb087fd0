// The 11 events a client sends, and what each carries.
// https://platform.openai.com/docs/api-reference/realtime-client-events

import type { ClientEventType } from '../event-types.ts';
import { integer, literal, nullish, object, type Schema, string, variants } from '../schema/schema.ts';
import { InputItem } from './realtime-conversation.ts';
import { RealtimeResponseCreateParams } from './realtime-response.ts';
import { SessionUpdateConfig } from './realtime-session.ts';

interface ClientEventBase {
  /** The client's own name for this event, at most 512 characters. Comes back only as `error.error.event_id` [ER2]. */
  event_id?: string | null;
}

/** Changes the session: absent keys stay, `null` turns off [SE6, SE8]. All of it applies, or nothing [SE13]. */
export interface SessionUpdateEvent extends ClientEventBase {
  type: 'session.update';
  session: SessionUpdateConfig;
}

/** Adds audio to the input buffer. Has no answer [IB1]. */
export interface InputAudioBufferAppendEvent extends ClientEventBase {
  type: 'input_audio_buffer.append';
  /** Base64 in the session's input format, at most 15 MiB of text [IB4]. */
  audio: string;
}

/** Makes the buffered audio a user message [IB7]. */
export interface InputAudioBufferCommitEvent extends ClientEventBase {
  type: 'input_audio_buffer.commit';
}

/** Empties the input buffer [IB14]. */
export interface InputAudioBufferClearEvent extends ClientEventBase {
  type: 'input_audio_buffer.clear';
}

/** Adds an item to the conversation. */
export interface ConversationItemCreateEvent extends ClientEventBase {
  type: 'conversation.item.create';
  /** Absent, `null` or `""` means last; `root` means first; otherwise right after that item [CV3 to CV6]. */
  previous_item_id?: string | null;
  item: InputItem;
}

/** Asks for an item with its audio [CV29]. */
export interface ConversationItemRetrieveEvent extends ClientEventBase {
  type: 'conversation.item.retrieve';
  item_id: string;
}

/** Cuts an assistant item's audio to what was heard [TR1 to TR13]. */
export interface ConversationItemTruncateEvent extends ClientEventBase {
  type: 'conversation.item.truncate';
  item_id: string;
  /** The audio part; always 0 today. */
  content_index: number;
  /** Milliseconds from the start of the item's audio, inclusive. */
  audio_end_ms: number;
}

/** Removes an item. */
export interface ConversationItemDeleteEvent extends ClientEventBase {
  type: 'conversation.item.delete';
  item_id: string;
}

/** Starts a response. */
export interface ResponseCreateEvent extends ClientEventBase {
  type: 'response.create';
  response?: RealtimeResponseCreateParams | null;
}

/** Ends a response before it is done. Without an id, the one of the default conversation [RS24]. */
export interface ResponseCancelEvent extends ClientEventBase {
  type: 'response.cancel';
  response_id?: string | null;
}

/** Drops audio that has not been played yet. WebRTC and sideband only [WR7, WR9]. */
export interface OutputAudioBufferClearEvent extends ClientEventBase {
  type: 'output_audio_buffer.clear';
}

/** Everything a client may say. */
export type ClientEvent =
  | SessionUpdateEvent
  | InputAudioBufferAppendEvent
  | InputAudioBufferCommitEvent
  | InputAudioBufferClearEvent
  | ConversationItemCreateEvent
  | ConversationItemRetrieveEvent
  | ConversationItemTruncateEvent
  | ConversationItemDeleteEvent
  | ResponseCreateEvent
  | ResponseCancelEvent
  | OutputAudioBufferClearEvent;

/** Longest base64 text of one append, in characters: 15 MiB [IB4]. */
export const MAX_APPEND_LENGTH = 15 * 1024 * 1024;

export const eventId = nullish(string({ max: 512, official: true }));
const item_id = string();

export const ClientEvent: Schema<ClientEvent> = variants<ClientEvent>({
  'session.update': object<SessionUpdateEvent>({
    event_id: eventId,
    type: literal('session.update'),
    session: SessionUpdateConfig,
  }),
  'input_audio_buffer.append': object<InputAudioBufferAppendEvent>({
    event_id: eventId,
    type: literal('input_audio_buffer.append'),
    audio: string({ secret: 'media', max: MAX_APPEND_LENGTH }),
  }),
  'input_audio_buffer.commit': object<InputAudioBufferCommitEvent>({
    event_id: eventId,
    type: literal('input_audio_buffer.commit'),
  }),
  'input_audio_buffer.clear': object<InputAudioBufferClearEvent>({
    event_id: eventId,
    type: literal('input_audio_buffer.clear'),
  }),
  'conversation.item.create': object<ConversationItemCreateEvent>({
    event_id: eventId,
    type: literal('conversation.item.create'),
    previous_item_id: nullish(string()),
    item: InputItem,
  }),
  'conversation.item.retrieve': object<ConversationItemRetrieveEvent>({
    event_id: eventId,
    type: literal('conversation.item.retrieve'),
    item_id,
  }),
  'conversation.item.truncate': object<ConversationItemTruncateEvent>({
    event_id: eventId,
    type: literal('conversation.item.truncate'),
    item_id,
    content_index: integer({ min: 0 }),
    audio_end_ms: integer({ min: 0 }),
  }),
  'conversation.item.delete': object<ConversationItemDeleteEvent>({
    event_id: eventId,
    type: literal('conversation.item.delete'),
    item_id,
  }),
  'response.create': object<ResponseCreateEvent>({
    event_id: eventId,
    type: literal('response.create'),
    response: nullish(RealtimeResponseCreateParams),
  }),
  'response.cancel': object<ResponseCancelEvent>({
    event_id: eventId,
    type: literal('response.cancel'),
    response_id: nullish(string()),
  }),
  'output_audio_buffer.clear': object<OutputAudioBufferClearEvent>({
    event_id: eventId,
    type: literal('output_audio_buffer.clear'),
  }),
} satisfies Record<ClientEventType, unknown>);
