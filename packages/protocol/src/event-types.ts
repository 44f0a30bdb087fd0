// The names of all events, and reading the name from a frame without parsing it.
// Types: `realtime-client-events`, `realtime-server-events`, `realtime-translation`.

import { decodeText, endOfString, spell } from './codec/json-scan.ts';

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

/**
 * The top-level `type` of a frame: JSON text, UTF-8 bytes of it, or a parsed value. `undefined` when there is none or it is no string.
 *
 * Nothing is parsed: strings are skipped, and a frame that begins with its type and names no other is not even walked. Agrees
 * with `JSON.parse` for every valid frame: escapes, order of keys, nested types, the last of equal keys. Of a frame that is not JSON
 * it may answer anything. Never throws.
 *
 * @see SPEC.md CD8
 */
export function eventTypeOf(frame: unknown): string | undefined {
  if (typeof frame === 'string') return typeInText(frame);
  try {
    if (frame instanceof Uint8Array) return typeInBytes(frame);
    const type = Object.hasOwn(frame as object, 'type') ? (frame as { type: unknown }).type : undefined;
    return typeof type === 'string' ? type : undefined;
  } catch {
    // `null`, `undefined`, a throwing getter or proxy.
    return undefined;
  }
}

/** How a frame begins that says its type first, as nearly every sender does. */
const HEAD = '{"type":"';
/** Longer than any name there is. */
const HEAD_LENGTH = 128;
const BACKSLASH = 0x5c;

function typeInText(text: string): string | undefined {
  if (text.startsWith(HEAD)) {
    const end = text.indexOf('"', HEAD.length);
    if (!text.includes('\\') && !text.includes('"type"', end))
      return end < 0 ? undefined : text.slice(HEAD.length, end);
  }
  return lastType(text);
}

/** The part of Node's `Buffer` that finds a text among bytes at once. */
type Searchable = Uint8Array & {
  readonly latin1Slice?: unknown;
  includes(what: string | number, from?: number): boolean;
};

function typeInBytes(bytes: Searchable): string | undefined {
  let head = '';
  // Of bytes past ASCII nothing is known here; they end the head.
  if (bytes.latin1Slice) {
    const end = Math.min(bytes.length, HEAD_LENGTH);
    for (let i = 0; i < end && (bytes[i] as number) < 0x80; i++) head += String.fromCharCode(bytes[i] as number);
    const close = head.indexOf('"', HEAD.length);
    const isWhole = head.startsWith(HEAD) && close > 0;
    if (isWhole && !bytes.includes(BACKSLASH) && !bytes.includes('"type"', close))
      return head.slice(HEAD.length, close);
  }
  const text = decodeText(bytes);
  return text === undefined ? undefined : typeInText(text);
}

/** Walks a whole text, as it must when keys may repeat, and reads the keys of the outermost object only. */
function lastType(text: string): string | undefined {
  let type: string | undefined;
  let depth = 0;
  let isKey = false;
  for (let at = 0; at < text.length; at++) {
    switch (text[at]) {
      case '{':
      case '[':
        if (depth === 0 && text[at] === '[') return undefined;
        isKey = depth++ === 0;
        break;
      case '}':
      case ']':
        if (--depth === 0) return type;
        break;
      case ',':
        isKey = depth === 1;
        break;
      case '"': {
        const end = endOfString(text, at);
        if (end === -1 || depth === 0) return undefined;
        if (isKey && spell(text.slice(at + 1, end)) === 'type') type = stringAfterColon(text, end + 1);
        isKey = false;
        at = end;
      }
    }
  }
  return undefined;
}

function stringAfterColon(text: string, from: number): string | undefined {
  let at = from;
  while (' \t\n\r:'.includes(text[at] ?? 'x')) at++;
  return text[at] === '"' ? spell(text.slice(at + 1, endOfString(text, at))) : undefined;
}
