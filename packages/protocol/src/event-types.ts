// The names of all events, once, and a way to read the name off a frame without parsing it.
// The shapes live in `realtime-client-events`, `realtime-server-events` and `realtime-translation`.

/** The 11 events a client may send in a realtime or transcription session [CD10]. */
export const CLIENT_EVENT_TYPES = [
  'session.update',
  'input_audio_buffer.append',
  'input_audio_buffer.commit',
  'input_audio_buffer.clear',
  'conversation.item.create',
  'conversation.item.retrieve',
  'conversation.item.truncate',
  'conversation.item.delete',
  'response.create',
  'response.cancel',
  'output_audio_buffer.clear',
] as const;

/** The 46 events a server may send; `conversation.created` and `conversation.item.created` only in beta mode [CD10]. */
export const SERVER_EVENT_TYPES = [
  'error',
  'session.created',
  'session.updated',
  'conversation.created',
  'conversation.item.created',
  'conversation.item.added',
  'conversation.item.done',
  'conversation.item.retrieved',
  'conversation.item.truncated',
  'conversation.item.deleted',
  'conversation.item.input_audio_transcription.delta',
  'conversation.item.input_audio_transcription.segment',
  'conversation.item.input_audio_transcription.completed',
  'conversation.item.input_audio_transcription.failed',
  'input_audio_buffer.committed',
  'input_audio_buffer.cleared',
  'input_audio_buffer.speech_started',
  'input_audio_buffer.speech_stopped',
  'input_audio_buffer.timeout_triggered',
  'input_audio_buffer.dtmf_event_received',
  'rate_limits.updated',
  'response.created',
  'response.done',
  'response.output_item.added',
  'response.output_item.done',
  'response.content_part.added',
  'response.content_part.done',
  'response.output_text.delta',
  'response.output_text.done',
  'response.output_audio.delta',
  'response.output_audio.done',
  'response.output_audio_transcript.delta',
  'response.output_audio_transcript.done',
  'response.function_call_arguments.delta',
  'response.function_call_arguments.done',
  'response.mcp_call_arguments.delta',
  'response.mcp_call_arguments.done',
  'response.mcp_call.in_progress',
  'response.mcp_call.completed',
  'response.mcp_call.failed',
  'mcp_list_tools.in_progress',
  'mcp_list_tools.completed',
  'mcp_list_tools.failed',
  'output_audio_buffer.started',
  'output_audio_buffer.stopped',
  'output_audio_buffer.cleared',
] as const;

/** The 3 events a client may send in a translation session [TL2]. */
export const TRANSLATION_CLIENT_EVENT_TYPES = [
  'session.update',
  'session.input_audio_buffer.append',
  'session.close',
] as const;

/** The 7 events of a translation session's server, the shared `error` included. */
export const TRANSLATION_SERVER_EVENT_TYPES = [
  'error',
  'session.created',
  'session.updated',
  'session.closed',
  'session.input_transcript.delta',
  'session.output_transcript.delta',
  'session.output_audio.delta',
] as const;

/** The name of a client event. */
export type ClientEventType = (typeof CLIENT_EVENT_TYPES)[number];
/** The name of a server event. */
export type ServerEventType = (typeof SERVER_EVENT_TYPES)[number];
/** The name of a translation session's client event. */
export type TranslationClientEventType = (typeof TRANSLATION_CLIENT_EVENT_TYPES)[number];
/** The name of a translation session's server event. */
export type TranslationServerEventType = (typeof TRANSLATION_SERVER_EVENT_TYPES)[number];
