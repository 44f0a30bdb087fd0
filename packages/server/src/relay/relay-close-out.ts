// Builds the events that end a response which the upstream left open, in wire order [OR7, OR8]: open parts, open items, then
// `response.done`. Tracking of responses: `relay-responses.ts`.

import type { RealtimeConversationItem, ServerEvent } from '@colloquy/protocol';
import type { Mirror } from '@colloquy/session';

/** Why the relay ends a response itself. */
export interface RelayFault {
  readonly code: 'upstream_error' | 'upstream_timeout' | 'session_expired';
  readonly message: string;
}

/** A server event without its `event_id`. */
export type Unnumbered = ServerEvent extends infer E ? (E extends ServerEvent ? Omit<E, 'event_id'> : never) : never;

export interface CloseOut {
  readonly events: readonly Unnumbered[];
  /** Ids of conversation items whose `conversation.item.done` is among `events`. */
  readonly closedItems: readonly string[];
}

/** `openItems` maps the id of each open conversation item to the id of the previous item. */
export function closeOutResponse(
  mirror: Mirror,
  response_id: string,
  openItems: ReadonlyMap<string, string | null>,
  { code, message }: RelayFault,
): CloseOut {
  const response = mirror.response(response_id) ?? { object: 'realtime.response', id: response_id };
  const events: Unnumbered[] = [];
  const closedItems: string[] = [];
  const output = (response.output ?? []).map((item, output_index) => {
    if (!isOpenItem(item)) return item;
    const done = { ...item, status: 'incomplete' } as RealtimeConversationItem;
    const ids = { response_id, item_id: item.id as string, output_index };
    events.push(...closeContent(mirror, item, ids));
    const previous_item_id = openItems.get(ids.item_id);
    if (previous_item_id !== undefined) {
      events.push({ type: 'conversation.item.done', previous_item_id, item: done });
      closedItems.push(ids.item_id);
    }
    events.push({ type: 'response.output_item.done', response_id, output_index, item: done });
    return done;
  });
  const error = { type: 'server_error', code, message };
  const status_details = { type: 'failed', error } as const;
  events.push({ type: 'response.done', response: { ...response, status: 'failed', status_details, output } });
  return { events, closedItems };
}

export const isOpenItem = (item: RealtimeConversationItem): boolean =>
  'status' in item && item.status === 'in_progress';

interface ItemIds {
  readonly response_id: string;
  readonly item_id: string;
  readonly output_index: number;
}

function closeContent(mirror: Mirror, item: RealtimeConversationItem, ids: ItemIds): Unnumbered[] {
  const events: Unnumbered[] = [];
  if (item.type === 'function_call') {
    const { call_id = '', name, arguments: args = '' } = item;
    events.push({ type: 'response.function_call_arguments.done', ...ids, call_id, name, arguments: args });
  }
  for (const { content_index, part, status } of mirror.parts(ids.item_id)) {
    if (part && status !== 'completed') events.push(...closePart({ ...ids, content_index }, part));
  }
  return events;
}

function closePart(
  ids: ItemIds & { readonly content_index: number },
  part: { type: string; text?: string; transcript?: string | null },
): Unnumbered[] {
  if (part.type === 'output_audio') {
    const transcript = part.transcript ?? '';
    return [
      { type: 'response.output_audio.done', ...ids },
      { type: 'response.output_audio_transcript.done', ...ids, transcript },
      { type: 'response.content_part.done', ...ids, part: { type: 'audio', transcript } },
    ];
  }
  if (part.type !== 'output_text') return [];
  const text = part.text ?? '';
  return [
    { type: 'response.output_text.done', ...ids, text },
    { type: 'response.content_part.done', ...ids, part: { type: 'text', text } },
  ];
}
