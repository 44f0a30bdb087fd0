// The conversation: create, retrieve and delete items; announces an item when it gets its place.
//
// Validation of new items: `new-item.ts`. Order of items: `item-table.ts`.

import type {
  ConversationItemCreateEvent,
  ConversationItemDeleteEvent,
  ConversationItemRetrieveEvent,
  RealtimeAudioFormat,
  RealtimeConversationItem,
} from '@colloquy/protocol';
import { type Draft, printableId } from './draft.ts';
import { emptyTable, tableDelete, tableGet, tableSet } from './hash-table.ts';
import { stopIdle } from './idle-timer.ts';
import { getItem, idsInOrder, insertItem, removeItem, replaceItem, type StoredItem } from './item-table.ts';
import { listingOf, type PendingApproval, pendingApproval, withApprovalAgain, withoutApproval } from './mcp-state.ts';
import { checkNewItem, toStoredForm } from './new-item.ts';
import { outputItem } from './output-item.ts';
import type { DeferredItem, SessionState } from './state.ts';
import { itemTokens } from './usage.ts';

/** Audio stored for a new item. */
interface ItemAudio {
  audio: readonly number[] | null;
  format: RealtimeAudioFormat | null;
  /** Bytes of item and audio, if already known. */
  size?: number;
}

const NO_AUDIO: ItemAudio = { audio: null, format: null };

/**
 * `conversation.item.create`. Answered by `added` and `done`; while a response is active, after that response [CV33].
 *
 * An absent, null or empty `previous_item_id` means last, `root` means first. Refuses with
 * `item_create_invalid_previous_item_id` if it names no item; with `invalid_value` for an id that is taken or reserved,
 * parts the role does not allow, an output without a call, and a second output for one call; and with `limit_exceeded`
 * if the conversation is full. A refusal is never deferred [CV34].
 *
 * @see SPEC.md CV1 to CV24, CV33 to CV38
 */
export function createItem(draft: Draft, event: ConversationItemCreateEvent): void {
  const { state } = draft;
  const previous_item_id = event.previous_item_id || null;
  const issue = checkNewItem(state, event.item, 'item', previous_item_id);
  if (issue) return draft.refuse(issue.code, issue.param, issue.message);

  const stored = toStoredForm(draft, event.item);
  const size = sizeOf(stored.item, stored.audio);
  if (isFull(state) || state.items.size + state.deferred_size + size > state.limits.content_bytes) {
    return draft.refuse('limit_exceeded', 'item', 'The conversation is full.');
  }
  stopIdle(draft, 'user');
  const { id } = stored;
  const format = stored.audio && state.config.audio.input.format;
  for (const [content_index, audio] of stored.base64.entries()) {
    if (audio && format) draft.do({ do: 'store_audio', item_id: id, content_index, format, audio });
  }
  const deferred: DeferredItem = {
    id,
    item: stored.item,
    audio: stored.audio,
    format,
    size,
    previous_item_id,
    event_id: draft.cause,
    approval: consumeApproval(draft, stored.item),
  };
  if (!draft.activeResponse) return placeItem(draft, deferred);
  state.deferred = [...state.deferred, deferred];
  state.deferred_ids = tableSet(state.deferred_ids, id, true);
  state.deferred_size += size;
  countCall(draft, stored.item, 1);
}

/** Places the deferred creates in arrival order; refuses a create whose previous item no longer exists [CV35]. */
export function placeDeferred(draft: Draft): void {
  const { state } = draft;
  const waiting = state.deferred;
  if (waiting.length === 0) return;
  state.deferred = [];
  state.deferred_ids = emptyTable(state.deferred_ids.salt);
  state.deferred_size = 0;
  for (const deferred of waiting) {
    countCall(draft, deferred.item, -1);
    if (deferred.approval) state.mcp = withApprovalAgain(state.mcp, deferred.approval);
    const issue = checkNewItem(state, deferred.item, 'item', deferred.previous_item_id);
    if (issue) {
      draft.refuseEarlier(issue, deferred.event_id);
      if (deferred.audio) draft.do({ do: 'drop_audio', item_id: deferred.id });
    } else placeItem(draft, { ...deferred, approval: consumeApproval(draft, deferred.item) });
  }
}

function placeItem(draft: Draft, { item, audio, format, size, previous_item_id, approval }: DeferredItem): void {
  addItem(draft, item, { audio, format, size }, previous_item_id);
  if (!approval || item.type !== 'mcp_approval_response') return;
  const { mcp } = draft.state;
  draft.state.mcp = { ...mcp, verdicts: [...mcp.verdicts, { approval, approve: item.approve }] };
}

/** An approval response consumes the request it answers [MC9, MC10]. */
function consumeApproval(draft: Draft, item: RealtimeConversationItem): PendingApproval | null {
  if (item.type !== 'mcp_approval_response') return null;
  const { mcp } = draft.state;
  draft.state.mcp = withoutApproval(mcp, item.approval_request_id);
  return pendingApproval(mcp, item.approval_request_id) ?? null;
}

/** Inserts an item and announces it: `added` and `done`, adjacent [OR2]. */
export function addItem(
  draft: Draft,
  item: RealtimeConversationItem,
  storedAudio: ItemAudio = NO_AUDIO,
  after: string | null = null,
): void {
  const previous_item_id = insert(draft, item, { ...storedAudio, response_id: null }, after);
  draft.send({ type: 'conversation.item.added', previous_item_id, item });
  draft.send({ type: 'conversation.item.done', previous_item_id, item });
}

/** Inserts an item without sending events. Returns the id of the item before it, `null` if it is first [CV3 to CV5]. */
export function insert(
  draft: Draft,
  item: RealtimeConversationItem,
  { audio, format, size = sizeOf(item, audio), response_id }: ItemAudio & Pick<StoredItem, 'response_id'>,
  after: string | null = null,
): string | null {
  const { state } = draft;
  const previous = after === 'root' ? null : (after ?? state.items.tail);
  const stored = { item, audio, format, tokens: itemTokens(item, audio, format), size, response_id };
  state.items = insertItem(state.items, item.id!, stored, previous);
  countCall(draft, item, 1);
  return previous;
}

/**
 * `conversation.item.delete`. Answered by `deleted`; its neighbours are linked to each other, and the id is free again.
 *
 * A deleted approval request can no longer be answered. Refuses with `item_delete_invalid_item_id` if there is no such
 * item, and with `invalid_value` while a response or a tool listing is producing it.
 *
 * @see SPEC.md CV25 to CV28
 */
export function deleteItem(draft: Draft, { item_id }: ConversationItemDeleteEvent): void {
  const { state } = draft;
  const node = getItem(state.items, item_id);
  if (!node) {
    const message = `Error deleting item: the item with id '${printableId(item_id)}' does not exist.`;
    return draft.refuse('item_delete_invalid_item_id', null, message);
  }
  if (node.response_id || listingOf(state.mcp, item_id)?.status === 'in_progress') {
    return draft.refuse('invalid_value', 'item_id', 'Error deleting item: the item is still being generated.');
  }
  if (isAssistantAudio(node)) state.spoken_items -= 1;
  if (state.oldest_audio === item_id) state.oldest_audio = node.next;
  state.items = removeItem(state.items, item_id);
  state.mcp = withoutApproval(state.mcp, item_id);
  state.transcriptions = tableDelete(state.transcriptions, item_id);
  countCall(draft, node.item, -1);
  if (node.audio) draft.do({ do: 'drop_audio', item_id });
  draft.send({ type: 'conversation.item.deleted', item_id });
}

/**
 * `conversation.item.retrieve`. Answered by `retrieved`, the only event that carries stored audio: the host fills it
 * in. An item in progress is returned with its content so far [CV39].
 *
 * Refuses with `item_retrieve_invalid_item_id` if there is no such item.
 *
 * @see SPEC.md CV29 to CV31
 */
export function retrieveItem(draft: Draft, { item_id }: ConversationItemRetrieveEvent): void {
  const item = itemById(draft.state, item_id);
  if (!item) {
    const message = `Error retrieving item: the item with id '${printableId(item_id)}' does not exist.`;
    return draft.refuse('item_retrieve_invalid_item_id', null, message);
  }
  const { audio, response_id } = getItem(draft.state.items, item_id)!;
  draft.send({ type: 'conversation.item.retrieved', item }, { fill_audio: response_id !== null || sum(audio) > 0 });
}

/**
 * An item of the default conversation with its present content, without audio bytes; `undefined` if there is no such
 * item.
 */
export function itemById(state: SessionState, id: string): RealtimeConversationItem | undefined {
  const node = getItem(state.items, id);
  if (!node?.response_id) return node?.item;
  const response = state.responses.find((candidate) => candidate.id === node.response_id);
  const outputInProgress = response?.output.find((candidate) => candidate.id === id);
  return outputInProgress ? outputItem(outputInProgress, 'in_progress') : node.item;
}

/** The items of the default conversation in order, with their present content, without audio bytes. */
export function* items(state: SessionState): Generator<RealtimeConversationItem> {
  for (const id of idsInOrder(state.items)) yield itemById(state, id)!;
}

/** Whether the conversation has reached its item limit [LM5]. Items that the server creates are exempt. */
export function isFull({ items, deferred, limits }: SessionState): boolean {
  return items.count + deferred.length >= limits.items;
}

/**
 * Drops stored audio, oldest first, while the conversation holds more than 75% of `content_bytes`; the rest is left for
 * items that the client creates [LM5]. Items keep their text and their places.
 */
export function evictAudio(draft: Draft): void {
  const { state } = draft;
  const bound = state.limits.content_bytes * 0.75;
  let id = state.oldest_audio ?? state.items.head;
  while (state.items.size > bound && id !== null && id !== state.items.tail) {
    const node = getItem(state.items, id)!;
    if (node.audio && !node.response_id) {
      state.items = replaceItem(state.items, id, { audio: null, size: node.size - sum(node.audio) });
      draft.do({ do: 'drop_audio', item_id: id, keep_transcription: true });
    }
    id = node.next;
    state.oldest_audio = id;
  }
}

/** Whether a stored item is assistant audio. Such an item fixes the voice [SE15]. */
export function isAssistantAudio({ item, audio }: Pick<StoredItem, 'item' | 'audio'>): boolean {
  return item.type === 'message' && item.role === 'assistant' && sum(audio) > 0;
}

/** Size of an item against the limit of stored content [LM5]. */
export const sizeOf = (item: RealtimeConversationItem, audio: readonly number[] | null): number =>
  JSON.stringify(item).length + sum(audio);

const sum = (counts: readonly number[] | null): number => counts?.reduce((a, b) => a + b, 0) ?? 0;

function countCall(draft: Draft, item: RealtimeConversationItem, by: 1 | -1): void {
  if (item.type === 'function_call' && item.call_id)
    draft.state.calls = adjustCalls(draft.state.calls, item.call_id, by, 0);
  if (item.type === 'function_call_output') draft.state.calls = adjustCalls(draft.state.calls, item.call_id, 0, by);
}

function adjustCalls(table: SessionState['calls'], id: string, calls: number, outputs: number): SessionState['calls'] {
  const [before, answered] = tableGet(table, id) ?? [0, 0];
  const now = [before + calls, answered + outputs] as const;
  return now[0] === 0 && now[1] === 0 ? tableDelete(table, id) : tableSet(table, id, now);
}
