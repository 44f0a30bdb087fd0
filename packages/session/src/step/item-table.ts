// The items of a conversation in order: a doubly linked list whose nodes are in a hash table.
//
// Immutable plain data. Find, insert, replace and delete have constant cost. Rules and events of items:
// `conversation.ts`.

import type { RealtimeAudioFormat, RealtimeConversationItem } from '@colloquy/protocol';
import { emptyTable, type HashTable, tableDelete, tableGet, tableSet } from './hash-table.ts';
import type { TokenCounts } from './usage.ts';

export interface StoredItem {
  /** Without audio bytes. While a response produces it, the item as announced; see `itemById`. */
  readonly item: RealtimeConversationItem;
  /** Bytes of stored audio by content index, `null` if no part has audio. The host holds the bytes. */
  readonly audio: readonly number[] | null;
  /** Format of that audio. */
  readonly format: RealtimeAudioFormat | null;
  /** Token count in a context. */
  readonly tokens: TokenCounts;
  /** Size against the limit of stored content: characters of its JSON plus bytes of its audio. */
  readonly size: number;
  /** The response that is producing the item, or `null`. */
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

/** An empty table. */
export function emptyItems(salt: number): ItemTable {
  return { nodes: emptyTable(salt), head: null, tail: null, count: 0, size: 0 };
}

export function getItem(table: ItemTable, id: string): Node | undefined {
  return tableGet(table.nodes, id);
}

/**
 * Inserts an item after `previous`, or first if that is `null`. The caller guarantees that the id is free and
 * `previous` exists.
 */
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

/** Replaces the content of an item; its place stays. */
export function replaceItem(table: ItemTable, id: string, stored: Partial<StoredItem>): ItemTable {
  const node = getItem(table, id)!;
  const changed = { ...node, ...stored };
  return { ...table, nodes: tableSet(table.nodes, id, changed), size: table.size + changed.size - node.size };
}

/** Removes an item and links its neighbours. */
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

/** The ids from the last item to the first. */
export function* idsFromTail(table: ItemTable): Generator<string> {
  for (let id = table.tail; id !== null; id = getItem(table, id)!.previous) yield id;
}

function link(nodes: HashTable<Node>, id: string, side: 'previous' | 'next', to: string | null): HashTable<Node> {
  return tableSet(nodes, id, { ...tableGet(nodes, id)!, [side]: to });
}
