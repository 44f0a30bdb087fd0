// The items of a conversation in their order: a doubly linked list whose nodes stand in a hash table.
//
// Plain data, never changed in place. Finding, inserting, replacing and deleting cost the same at 10 items and at 10,000.
// What an item means, and what is told about it, is `conversation.ts`.

import type { RealtimeAudioFormat, RealtimeConversationItem } from '@colloquy/protocol';
import { emptyTable, type HashTable, tableDelete, tableGet, tableSet } from './hash-table.ts';
import type { TokenCounts } from './usage.ts';

/** An item as it is stored. */
export interface StoredItem {
  /** Without audio bytes. While a response is making it, what it was when announced: see `itemById`. */
  readonly item: RealtimeConversationItem;
  /** Bytes of stored audio by content index, `null` when no part has any. The host has the bytes. */
  readonly audio: readonly number[] | null;
  /** Format of that audio. */
  readonly format: RealtimeAudioFormat | null;
  /** What it counts for in a context. */
  readonly tokens: TokenCounts;
  /** What it counts for towards the limit of stored content: characters of its JSON and bytes of its audio. */
  readonly size: number;
  /** The response that is making it, or `null`. */
  readonly response_id: string | null;
}

interface Node extends StoredItem {
  readonly previous: string | null;
  readonly next: string | null;
}

export interface ItemTable {
  readonly nodes: HashTable<Node>;
  readonly head: string | null;
  readonly tail: string | null;
  readonly count: number;
  /** Sum of all `size`. */
  readonly size: number;
}

/** A conversation without items. */
export function emptyItems(salt: number): ItemTable {
  return { nodes: emptyTable(salt), head: null, tail: null, count: 0, size: 0 };
}

export function getItem(table: ItemTable, id: string): Node | undefined {
  return tableGet(table.nodes, id);
}

/** Puts an item right after `previous`, or first when that is `null`. The id is free and `previous` is there: the caller has looked. */
export function insertItem(table: ItemTable, id: string, stored: StoredItem, previous: string | null): ItemTable {
  const next = previous === null ? table.head : getItem(table, previous)!.next;
  let nodes = tableSet(table.nodes, id, { ...stored, previous, next });
  if (previous !== null) nodes = link(nodes, previous, 'next', id);
  if (next !== null) nodes = link(nodes, next, 'previous', id);
  return {
    nodes,
    head: previous === null ? id : table.head,
    tail: next === null ? id : table.tail,
    count: table.count + 1,
    size: table.size + stored.size,
  };
}

/** Gives an item other content in the same place. */
export function replaceItem(table: ItemTable, id: string, stored: Partial<StoredItem>): ItemTable {
  const node = getItem(table, id)!;
  const changed = { ...node, ...stored };
  return { ...table, nodes: tableSet(table.nodes, id, changed), size: table.size + changed.size - node.size };
}

/** Takes an item out; its neighbours close over the gap. */
export function removeItem(table: ItemTable, id: string): ItemTable {
  const { previous, next, size } = getItem(table, id)!;
  let nodes = tableDelete(table.nodes, id);
  if (previous !== null) nodes = link(nodes, previous, 'next', next);
  if (next !== null) nodes = link(nodes, next, 'previous', previous);
  return {
    nodes,
    head: previous === null ? next : table.head,
    tail: next === null ? previous : table.tail,
    count: table.count - 1,
    size: table.size - size,
  };
}

/** The ids in conversation order. */
export function* idsInOrder(table: ItemTable): Generator<string> {
  for (let id = table.head; id !== null; id = getItem(table, id)!.next) yield id;
}

/** The ids from the last item back to the first. */
export function* idsFromTail(table: ItemTable): Generator<string> {
  for (let id = table.tail; id !== null; id = getItem(table, id)!.previous) yield id;
}

function link(nodes: HashTable<Node>, id: string, side: 'previous' | 'next', to: string | null): HashTable<Node> {
  return tableSet(nodes, id, { ...tableGet(nodes, id)!, [side]: to });
}
