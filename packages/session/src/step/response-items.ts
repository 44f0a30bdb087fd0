// Items of a response: announced, changed while they are made, closed and kept. What is said in between is `response-output.ts`
// and, for tools of MCP servers, `mcp-call.ts`.

import type { RealtimeConversationItem } from '@colloquy/protocol';
import { boundAudio, insert, isSpoken, sizeOf } from './conversation.ts';
import type { Draft } from './draft.ts';
import { getItem, replaceItem } from './item-table.ts';
import { outputItem } from './output-item.ts';
import type { OutputItem, ResponseState } from './state.ts';
import { itemTokens } from './usage.ts';

type Unplaced<T> = T extends OutputItem ? Omit<T, 'previous_item_id'> : never;

/** An item before it has its place. */
export type Opening = Unplaced<OutputItem>;

/** Announces an item: to the response and, unless out of band, to the conversation, where it comes last [OR4, OB2]. */
export function openItem(draft: Draft, response: ResponseState, opening: Opening): ResponseState {
  const item = outputItem({ ...opening, previous_item_id: null }, 'in_progress');
  const output_index = response.output.length;
  draft.send({ type: 'response.output_item.added', response_id: response.id, output_index, item });
  let previous_item_id: string | null = null;
  if (!response.out_of_band) {
    previous_item_id = insert(draft, item, { audio: null, format: null, response_id: response.id });
    draft.send({ type: 'conversation.item.added', previous_item_id, item });
  }
  const opened = { ...response, output: [...response.output, { ...opening, previous_item_id }] };
  draft.update(opened);
  return opened;
}

/** Puts a changed item in the place of the one with its id. */
export function putItem(draft: Draft, response: ResponseState, made: OutputItem): ResponseState {
  const output = response.output.map((other) => (other.id === made.id ? made : other));
  const changed = { ...response, output };
  draft.update(changed);
  return changed;
}

/** The item is made: the conversation keeps it, and both are told, the conversation first [OR7, OR8]. Answers it as told. */
export function closeItem(
  draft: Draft,
  response: ResponseState,
  made: OutputItem,
  status: 'completed' | 'incomplete',
): RealtimeConversationItem {
  const item = outputItem(made, status);
  if (!response.out_of_band) {
    keepItem(draft, response, made, item);
    draft.send({ type: 'conversation.item.done', previous_item_id: made.previous_item_id, item });
  }
  const output_index = response.output.findIndex(({ id }) => id === made.id);
  draft.send({ type: 'response.output_item.done', response_id: response.id, output_index, item });
  return item;
}

function keepItem(draft: Draft, response: ResponseState, made: OutputItem, item: RealtimeConversationItem): void {
  const { format } = response.config.audio.output;
  const part = made.type === 'message' ? made.part : null;
  const bytes = part ? (part.cut ?? part.audio_bytes) : 0;
  const audio = part && part.audio_bytes > 0 ? [bytes] : null;
  const { state } = draft;
  state.items = replaceItem(state.items, made.id, {
    item,
    audio,
    format: audio && format,
    tokens: itemTokens(item, audio, format),
    size: sizeOf(item, audio),
    response_id: null,
  });
  const stored = getItem(state.items, made.id)!;
  if (part && part.audio_bytes > 0 && !isSpoken(stored)) state.spoken_items -= 1;
  boundAudio(draft);
}
