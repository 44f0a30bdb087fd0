// The conversation: items in order, created, retrieved and deleted by the client, announced when they take their place.
//
// What a created item must be like is `new-item.ts`; where order is kept is `item-table.ts`.

import type {
  ConversationItemCreateEvent,
  ConversationItemDeleteEvent,
  ConversationItemRetrieveEvent,
  RealtimeAudioFormat,
  RealtimeConversationItem,
} from '@colloquy/protocol';
import { type Draft, shown } from './draft.ts';
import { emptyTable, tableDelete, tableGet, tableSet } from './hash-table.ts';
import { stopIdle } from './idle-timer.ts';
import { getItem, idsInOrder, insertItem, removeItem, replaceItem, type StoredItem } from './item-table.ts';
import { listingOf, type PendingApproval, pendingApproval, withApprovalAgain, withoutApproval } from './mcp-state.ts';
import { checkNewItem, storedForm } from './new-item.ts';
import { outputItem } from './output-item.ts';
import type { DeferredItem, SessionState } from './state.ts';
import { itemTokens } from './usage.ts';

/** Stored audio of a new item. */
interface GivenAudio {
  audio: readonly number[] | null;
  format: RealtimeAudioFormat | null;
  /** Of item and audio, where it is known already. */
  size?: number;
}

const NO_AUDIO: GivenAudio = { audio: null, format: null };

/**
 * `conversation.item.create`. Answered by `added` and `done`, while a response is active only after that response [CV33].
 *
 * `previous_item_id` absent, null or empty means last, `root` first. Refuses with `item_create_invalid_previous_item_id`
 * when it names no item, with `invalid_value` for an id that is taken or reserved, parts the role does not allow, an output
 * that answers no call or one that is answered, and with `limit_exceeded` when the conversation is full. A refusal is never
 * deferred [CV34].
 *
 * @see SPEC.md CV1 to CV24, CV33 to CV38
 */
export function createItem(draft: Draft, event: ConversationItemCreateEvent): void {
  const { state } = draft;
  const previous_item_id = event.previous_item_id || null;
  const issue = checkNewItem(state, event.item, 'item', previous_item_id);
  if (issue) return draft.refuse(issue.code, issue.param, issue.message);

  const given = storedForm(draft, event.item);
  const size = sizeOf(given.item, given.audio);
  if (isFull(state) || state.items.size + state.deferred_size + size > state.limits.content_bytes) {
    return draft.refuse('limit_exceeded', 'item', 'The conversation is full.');
  }
  stopIdle(draft, 'user');
  const { id } = given;
  const format = given.audio && state.config.audio.input.format;
  for (const [content_index, audio] of given.base64.entries()) {
    if (audio && format) draft.do({ do: 'store_audio', item_id: id, content_index, format, audio });
  }
  const deferred: DeferredItem = {
    id,
    item: given.item,
    audio: given.audio,
    format,
    size,
    previous_item_id,
    event_id: draft.cause,
    approval: takeApproval(draft, given.item),
  };
  if (!draft.activeResponse) return place(draft, deferred);
  state.deferred = [...state.deferred, deferred];
  state.deferred_ids = tableSet(state.deferred_ids, id, true);
  state.deferred_size += size;
  countCall(draft, given.item, 1);
}

/** Gives the creates that waited for a response their places, in arrival order; one whose place has gone is refused now [CV35]. */
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
    } else place(draft, { ...deferred, approval: takeApproval(draft, deferred.item) });
  }
}

function place(draft: Draft, { item, audio, format, size, previous_item_id, approval }: DeferredItem): void {
  addItem(draft, item, { audio, format, size }, previous_item_id);
  if (!approval || item.type !== 'mcp_approval_response') return;
  const { mcp } = draft.state;
  draft.state.mcp = { ...mcp, verdicts: [...mcp.verdicts, { approval, approve: item.approve }] };
}

/** An answer uses up the request it answers [MC9, MC10]. */
function takeApproval(draft: Draft, item: RealtimeConversationItem): PendingApproval | null {
  if (item.type !== 'mcp_approval_response') return null;
  const { mcp } = draft.state;
  draft.state.mcp = withoutApproval(mcp, item.approval_request_id);
  return pendingApproval(mcp, item.approval_request_id) ?? null;
}

/** Gives an item its place and announces it: `added` and `done`, adjacent [OR2]. */
export function addItem(
  draft: Draft,
  item: RealtimeConversationItem,
  given: GivenAudio = NO_AUDIO,
  after: string | null = null,
): void {
  const previous_item_id = insert(draft, item, { ...given, response_id: null }, after);
  draft.send({ type: 'conversation.item.added', previous_item_id, item });
  draft.send({ type: 'conversation.item.done', previous_item_id, item });
}

/** Gives an item its place without a word. Answers the id before it, `null` when it is first [CV3 to CV5]. */
export function insert(
  draft: Draft,
  item: RealtimeConversationItem,
  { audio, format, size = sizeOf(item, audio), response_id }: GivenAudio & Pick<StoredItem, 'response_id'>,
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
 * `conversation.item.delete`. Answered by `deleted`; the chain closes over the gap, and the id is free again.
 *
 * A request for approval that is deleted can no longer be answered. Refuses with `item_delete_invalid_item_id` when there is no
 * such item, and with `invalid_value` while it is being made.
 *
 * @see SPEC.md CV25 to CV28
 */
export function deleteItem(draft: Draft, { item_id }: ConversationItemDeleteEvent): void {
  const { state } = draft;
  const node = getItem(state.items, item_id);
  if (!node) {
    const message = `Error deleting item: the item with id '${shown(item_id)}' does not exist.`;
    return draft.refuse('item_delete_invalid_item_id', null, message);
  }
  if (node.response_id || listingOf(state.mcp, item_id)?.status === 'in_progress') {
    return draft.refuse('invalid_value', 'item_id', 'Error deleting item: the item is still being generated.');
  }
  if (isSpoken(node)) state.spoken_items -= 1;
  if (state.oldest_audio === item_id) state.oldest_audio = node.next;
  state.items = removeItem(state.items, item_id);
  state.mcp = withoutApproval(state.mcp, item_id);
  state.transcriptions = tableDelete(state.transcriptions, item_id);
  countCall(draft, node.item, -1);
  if (node.audio) draft.do({ do: 'drop_audio', item_id });
  draft.send({ type: 'conversation.item.deleted', item_id });
}

/**
 * `conversation.item.retrieve`. Answered by `retrieved`, the only event that carries stored audio: the host fills it in. An
 * item that is still being made is given as far as it has come [CV39].
 *
 * Refuses with `item_retrieve_invalid_item_id` when there is no such item.
 *
 * @see SPEC.md CV29 to CV31
 */
export function retrieveItem(draft: Draft, { item_id }: ConversationItemRetrieveEvent): void {
  const item = itemById(draft.state, item_id);
  if (!item) {
    const message = `Error retrieving item: the item with id '${shown(item_id)}' does not exist.`;
    return draft.refuse('item_retrieve_invalid_item_id', null, message);
  }
  const { audio, response_id } = getItem(draft.state.items, item_id)!;
  draft.send({ type: 'conversation.item.retrieved', item }, { fill_audio: response_id !== null || sum(audio) > 0 });
}

/** An item of the default conversation as it stands, without audio bytes; `undefined` when there is none of that id. */
export function itemById(state: SessionState, id: string): RealtimeConversationItem | undefined {
  const node = getItem(state.items, id);
  if (!node?.response_id) return node?.item;
  const response = state.responses.find((candidate) => candidate.id === node.response_id);
  const making = response?.output.find((candidate) => candidate.id === id);
  return making ? outputItem(making, 'in_progress') : node.item;
}

/** The items of the default conversation in order, as they stand, without audio bytes. */
export function* items(state: SessionState): Generator<RealtimeConversationItem> {
  for (const id of idsInOrder(state.items)) yield itemById(state, id)!;
}

/** Whether the conversation holds as many items as it may [LM5]. What the server makes itself is let in all the same. */
export function isFull({ items, deferred, limits }: SessionState): boolean {
  return items.count + deferred.length >= limits.items;
}

/**
 * Gives up stored audio, oldest first, once a conversation holds more than three quarters of what it may: speech goes on for
 * longer than memory lasts, and what a client creates needs room [LM5]. Items keep their words and their places.
 */
export function boundAudio(draft: Draft): void {
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

/** Whether a stored item is assistant audio, which fixes the voice [SE15]. */
export function isSpoken({ item, audio }: Pick<StoredItem, 'item' | 'audio'>): boolean {
  return item.type === 'message' && item.role === 'assistant' && sum(audio) > 0;
}

/** What an item counts for towards the limit of stored content [LM5]. */
export const sizeOf = (item: RealtimeConversationItem, audio: readonly number[] | null): number =>
  JSON.stringify(item).length + sum(audio);

const sum = (counts: readonly number[] | null): number => counts?.reduce((a, b) => a + b, 0) ?? 0;

function countCall(draft: Draft, item: RealtimeConversationItem, by: 1 | -1): void {
  if (item.type === 'function_call' && item.call_id)
    draft.state.calls = counted(draft.state.calls, item.call_id, by, 0);
  if (item.type === 'function_call_output') draft.state.calls = counted(draft.state.calls, item.call_id, 0, by);
}

function counted(table: SessionState['calls'], id: string, calls: number, outputs: number): SessionState['calls'] {
  const [before, answered] = tableGet(table, id) ?? [0, 0];
  const now = [before + calls, answered + outputs] as const;
  return now[0] === 0 && now[1] === 0 ? tableDelete(table, id) : tableSet(table, id, now);
}
