// Operations on items, parts, places and responses that the handlers in `mirror-events.ts` use. They accept malformed
// events.

import type { RealtimeContentPart, RealtimeConversationItem, RealtimeResponse } from '@colloquy/protocol';
import { isObject } from '../is-object.ts';
import { placeItem, placeProvisional, previousOf, removePlace } from './mirror-order.ts';
import {
  appendBounded,
  contentOf,
  type Entry,
  type MirrorIssueCode,
  type MirrorState,
  partOf,
  type ResponseEntry,
} from './mirror-state.ts';
import { withKnownTranscripts, withoutTruncatedTranscripts, withTranscripts } from './mirror-transcripts.ts';

/** An event as received: an object with a `type`; nothing else is checked. */
export type UncheckedEvent = Readonly<Record<string, unknown>> & { readonly type: string };

type Item = RealtimeConversationItem;
type Content = RealtimeContentPart[];

const truncate = (text: string) => (text.length > 64 ? `${text.slice(0, 63)}…` : text);

export function recordIssue(
  state: MirrorState,
  code: MirrorIssueCode,
  event: UncheckedEvent | null,
  message: string,
  id?: string,
) {
  const event_type = event && truncate(event.type);
  const issue = { code, event_type, message, ...(id === undefined ? {} : { item_id: truncate(id) }) };
  appendBounded(state.issues, issue);
  state.changes.push({ type: 'issue', issue });
}

/** Reads a field that must be a string; records an issue if it is not. */
export function requireString(state: MirrorState, event: UncheckedEvent, name: string): string | undefined {
  const value = event[name];
  if (typeof value === 'string') return value;
  recordIssue(state, 'malformed', event, `${name}: expected a string`);
  return undefined;
}

/** More parts than any item has. A larger index is an error or an attempt to exhaust memory. */
const MAX_PARTS = 10_000;

/** The `content_index` of an event; 0 if it is absent, as on some servers [CD6]. */
export function partIndex(state: MirrorState, event: UncheckedEvent): number | undefined {
  const index = event.content_index ?? 0;
  if (Number.isInteger(index) && (index as number) >= 0 && (index as number) < MAX_PARTS) return index as number;
  recordIssue(state, 'malformed', event, 'content_index: expected a whole number from 0');
  return undefined;
}

// ---- Items ----

// Listed here again so that a mirror can be bundled without the schemas; the compiler keeps both tables complete.
const KNOWN_ITEMS: { readonly [T in Item['type']]: true } = {
  message: true,
  function_call: true,
  function_call_output: true,
  mcp_approval_response: true,
  mcp_list_tools: true,
  mcp_call: true,
  mcp_approval_request: true,
};
const KNOWN_PARTS: { readonly [T in RealtimeContentPart['type']]: true } = {
  input_text: true,
  input_audio: true,
  input_image: true,
  output_text: true,
  output_audio: true,
};

/**
 * Separates an item from its audio bytes and checks its kinds. A message without `content` keeps its previous content;
 * no other value is repaired.
 */
function extractAudio(
  state: MirrorState,
  event: UncheckedEvent,
  value: Readonly<Record<string, unknown>>,
  id: string,
  before?: Item,
) {
  const audio = new Map<number, string>();
  const item = value as unknown as Item;
  if (typeof value.type !== 'string') recordIssue(state, 'malformed', event, 'item.type: expected a string', id);
  else if (!Object.hasOwn(KNOWN_ITEMS, value.type))
    recordIssue(state, 'unknown_item', event, 'an item of an unknown kind', id);
  if (value.type !== 'message') return { item, audio };
  if (!Array.isArray(value.content)) {
    recordIssue(state, 'malformed', event, 'item.content: expected a list', id);
    return { item: { ...item, content: (before && contentOf(before)) ?? [] } as Item, audio };
  }
  let content: Content = value.content;
  for (const [index, part] of content.entries()) {
    if (!isObject(part) || typeof part.type !== 'string' || !Object.hasOwn(KNOWN_PARTS, part.type)) {
      recordIssue(state, 'unknown_part', event, 'a content part of an unknown kind', id);
    } else if ('audio' in part && typeof part.audio === 'string') {
      audio.set(index, part.audio);
      const { audio: _, ...rest } = part;
      content = content.with(index, rest);
    }
  }
  return { item: content === value.content ? item : ({ ...item, content } as Item), audio };
}

/**
 * Key of an item: its id. An item without an id gets the key of the latest such item of the same type if it can be the
 * same, else a new one.
 */
function keyOf(
  state: MirrorState,
  event: UncheckedEvent,
  value: Readonly<Record<string, unknown>>,
  isFinal: boolean,
): string {
  if (typeof value.id === 'string' && value.id !== '') return value.id;
  recordIssue(state, 'malformed', event, 'item.id: expected a string');
  const latest = state.entries.get(`?${state.unnamed}`);
  if (latest && latest.item.type === value.type) {
    const isOfResponse = event.type.startsWith('response.');
    if (isOfResponse || (isFinal ? !latest.isDone : !latest.isAdded && !latest.isDone)) return latest.id;
  }
  return `?${++state.unnamed}`;
}

export function createEntry(state: MirrorState, id: string, item: Item): Entry {
  const entry: Entry = {
    id,
    item,
    isAdded: false,
    isAnnounced: false,
    isDone: false,
    arguments: 'none',
    response_id: undefined,
    parts: new Map(),
  };
  state.entries.set(id, entry);
  return entry;
}

/**
 * Stores an item. `begun`: content built from deltas stays. `final`: the item replaces it, except transcripts that a
 * truncation removed [TR4]. `whole`: the item replaces it in any case [MI6].
 */
export function storeItem(
  state: MirrorState,
  event: UncheckedEvent,
  value: unknown,
  how: 'begun' | 'final' | 'whole',
): Entry | undefined {
  if (!isObject(value)) {
    recordIssue(state, 'malformed', event, 'item: expected an object');
    return undefined;
  }
  const id = keyOf(state, event, value, how === 'final');
  const known = state.entries.get(id);
  if (known?.isDone && how === 'begun') return known;
  let { item, audio } = extractAudio(state, event, value, id, known?.item);
  if (known && how === 'begun') item = withStreamedContent(item, known);
  if (known && how === 'final') item = withoutTruncatedTranscripts(item, known);
  if (known && how !== 'begun') item = withKnownTranscripts(item, known);
  const entry = known ?? createEntry(state, id, item);
  if (how === 'final') entry.isDone = true;
  if (state.keepsAudio) for (const [index, chunk] of audio) partOf(entry, index).audio = [chunk];
  item = withTranscripts(state, id, withPendingParts(entry, item));
  if (known) updateItem(state, entry, item);
  else entry.item = item;
  return entry;
}

/** Content that deltas have built, in an item that is announced after them. */
function withStreamedContent(item: Item, { item: streamed, arguments: known }: Entry): Item {
  const content = contentOf(streamed);
  if (item.type === 'message' && content && content.length > 0) return { ...item, content };
  if (known !== 'none' && 'arguments' in streamed) return { ...item, arguments: streamed.arguments } as Item;
  return item;
}

/** Appends the parts that arrived before the parts in front of them. */
function withPendingParts(entry: Entry, item: Item): Item {
  const content = contentOf(item);
  if (!content) return item;
  const more: Content = [];
  for (let part = nextPending(); part; part = nextPending()) more.push(part);
  return more.length > 0 ? ({ ...item, content: [...content, ...more] } as Item) : item;

  function nextPending(): RealtimeContentPart | undefined {
    const known = entry.parts.get((content as Content).length + more.length);
    const part = known?.pending;
    if (known) delete known.pending;
    return part;
  }
}

/** Replaces an item by a newer version. */
export function updateItem(state: MirrorState, entry: Entry, item: Item): void {
  if (item === entry.item) return;
  entry.item = item;
  state.changes.push({ type: 'item.changed', item_id: entry.id, item });
}

/** Puts a part into its item, or stores it until the parts before it are known. */
export function putPart(state: MirrorState, entry: Entry, index: number, part: RealtimeContentPart): void {
  const content = contentOf(entry.item) as Content;
  if (index > content.length) {
    partOf(entry, index).pending = part;
    return;
  }
  const next = [...content];
  next[index] = part;
  updateItem(state, entry, withPendingParts(entry, { ...entry.item, content: next } as Item));
}

// ---- Places ----

/** Gives an announced item its place. */
export function placeAnnounced(
  state: MirrorState,
  event: UncheckedEvent,
  entry: Entry,
  previous: string | null | undefined,
): void {
  entry.isAnnounced = true;
  const outcome = placeItem(state.order, entry.id, previous);
  if (outcome === 'circle')
    recordIssue(state, 'circular_order', event, 'items stand after one another in a circle', entry.id);
  if (outcome !== 'kept') publishPlacement(state, entry);
}

/** Places an item that the conversation has not announced yet. Items of an out-of-band response get no place [OB2]. */
export function placeProvisionally(state: MirrorState, entry: Entry): void {
  if (state.order.places.has(entry.id)) return;
  if (!entry.isAnnounced && isOutOfBand(state.responses.get(entry.response_id ?? ''))) return;
  placeProvisional(state.order, entry.id);
  publishPlacement(state, entry);
}

function publishPlacement(state: MirrorState, { id, item }: Entry): void {
  state.changes.push({ type: 'item.placed', item_id: id, previous_item_id: previousOf(state.order, id), item });
}

export function removeItem(state: MirrorState, id: string): void {
  removePlace(state.order, id);
  state.changes.push({ type: 'item.removed', item_id: id });
}

// ---- Responses ----

const isOutOfBand = (entry: ResponseEntry | undefined) => entry?.response.conversation_id === null;

/** The response that an event belongs to; created if it was not introduced. */
export function responseOf(state: MirrorState, event: UncheckedEvent): ResponseEntry | undefined {
  const id = requireString(state, event, 'response_id');
  if (id === undefined) return undefined;
  const known = state.responses.get(id);
  if (known) return known;
  recordIssue(state, 'not_introduced', event, 'a response that was not introduced');
  const response: RealtimeResponse = { object: 'realtime.response', id, status: 'in_progress', output: [] };
  const entry: ResponseEntry = { response, isDone: false, outputs: new Map() };
  state.responses.set(id, entry);
  return entry;
}

/** Records that an item belongs to a response. */
export function assignToResponse(
  state: MirrorState,
  entry: Entry,
  response: ResponseEntry | undefined,
  index: unknown,
): void {
  if (!response?.response.id) return;
  entry.response_id ??= response.response.id;
  response.outputs.set(entry.id, Number.isInteger(index) ? (index as number) : response.outputs.size);
  placeProvisionally(state, entry);
}

/** Stores a response as the server sent it. If it is out of band, its items leave the conversation. */
export function storeResponse(state: MirrorState, id: string, response: RealtimeResponse): ResponseEntry {
  let entry = state.responses.get(id);
  if (entry) entry.response = response;
  else state.responses.set(id, (entry = { response, isDone: false, outputs: new Map() }));
  if (isOutOfBand(entry)) {
    for (const item_id of entry.outputs.keys()) {
      const item = state.entries.get(item_id);
      if (item && !item.isAnnounced && state.order.places.has(item_id)) removeItem(state, item_id);
    }
  }
  state.changes.push({ type: 'response.changed', response_id: id, response });
  return entry;
}
