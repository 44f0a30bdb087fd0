// Items of a response: open, update, close. Their content: `response-output.ts`, and `mcp-call.ts` for MCP tools.

import type { RealtimeConversationItem } from '@colloquy/protocol';
import { evictAudio, insert, isAssistantAudio, sizeOf } from './conversation.ts';
import type { Draft } from './draft.ts';
import { getItem, replaceItem } from './item-table.ts';
import { outputItem } from './output-item.ts';
import type { OutputItem, ResponseState } from './state.ts';
import { itemTokens } from './usage.ts';

type Unplaced<T> = T extends OutputItem ? Omit<T, 'previous_item_id'> : never;

/** An output item that is not in the conversation yet. */
export type NewOutputItem = Unplaced<OutputItem>;

/** Announces an item to the response and, unless out of band, to the conversation, where it is last [OR4, OB2]. */
export function openItem(draft: Draft, response: ResponseState, newItem: NewOutputItem): ResponseState {
  const item = outputItem({ ...newItem, previous_item_id: null }, 'in_progress');
  const output_index = response.output.length;
  draft.send({ type: 'response.output_item.added', response_id: response.id, output_index, item });
  let previous_item_id: string | null = null;
  if (!response.out_of_band) {
    previous_item_id = insert(draft, item, { audio: null, format: null, response_id: response.id });
    draft.send({ type: 'conversation.item.added', previous_item_id, item });
  }
  const opened = { ...response, output: [...response.output, { ...newItem, previous_item_id }] };
  draft.update(opened);
  return opened;
}

/** Replaces the item that has the same id. */
export function putItem(draft: Draft, response: ResponseState, outItem: OutputItem): ResponseState {
  const output = response.output.map((other) => (other.id === outItem.id ? outItem : other));
  const changed = { ...response, output };
  draft.update(changed);
  return changed;
}

/**
 * Closes an item: stores it in the conversation and sends `done`, for the conversation first [OR7, OR8]. Returns its
 * wire form.
 */
export function closeItem(
  draft: Draft,
  response: ResponseState,
  outItem: OutputItem,
  status: 'completed' | 'incomplete',
): RealtimeConversationItem {
  const item = outputItem(outItem, status);
  if (!response.out_of_band) {
    storeItem(draft, response, outItem, item);
    draft.send({ type: 'conversation.item.done', previous_item_id: outItem.previous_item_id, item });
  }
  const output_index = response.output.findIndex(({ id }) => id === outItem.id);
  draft.send({ type: 'response.output_item.done', response_id: response.id, output_index, item });
  return item;
}

function storeItem(draft: Draft, response: ResponseState, outItem: OutputItem, item: RealtimeConversationItem): void {
  const { format } = response.config.audio.output;
  const part = outItem.type === 'message' ? outItem.part : null;
  const bytes = part ? (part.cut ?? part.audio_bytes) : 0;
  const audio = part && part.audio_bytes > 0 ? [bytes] : null;
  const { state } = draft;
  state.items = replaceItem(state.items, outItem.id, {
    item,
    audio,
    format: audio && format,
    tokens: itemTokens(item, audio, format),
    size: sizeOf(item, audio),
    response_id: null,
  });
  const stored = getItem(state.items, outItem.id)!;
  if (part && part.audio_bytes > 0 && !isAssistantAudio(stored)) state.spoken_items -= 1;
  evictAudio(draft);
}
