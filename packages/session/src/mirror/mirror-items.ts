// Taking in what a frame says of an item, a part or a response, however broken: the verbs `mirror-events.ts` is written in.

import type { RealtimeContentPart, RealtimeConversationItem, RealtimeResponse } from '@colloquy/protocol';
import { isObject } from '../is-object.ts';
import { guessPlace, placeItem, previousOf, removePlace } from './mirror-order.ts';
import {
  contentOf,
  type Entry,
  type MirrorIssueCode,
  type MirrorState,
  partOf,
  type ResponseEntry,
  remember,
} from './mirror-state.ts';
import { withKnownTranscripts, withoutUnheard, withTranscripts } from './mirror-transcripts.ts';

/** An event as it came: an object with a `type`, nothing else is certain. */
export type Frame = Readonly<Record<string, unknown>> & { readonly type: string };

type Item = RealtimeConversationItem;
type Content = RealtimeContentPart[];

const short = (text: string) => (text.length > 64 ? `${text.slice(0, 63)}…` : text);

export function note(state: MirrorState, code: MirrorIssueCode, frame: Frame | null, message: string, id?: string) {
  const event_type = frame && short(frame.type);
  const issue = { code, event_type, message, ...(id === undefined ? {} : { item_id: short(id) }) };
  remember(state.issues, issue);
  state.changes.push({ type: 'issue', issue });
}

/** A field that must be a string; notes it when it is none. */
export function text(state: MirrorState, frame: Frame, name: string): string | undefined {
  const value = frame[name];
  if (typeof value === 'string') return value;
  note(state, 'malformed', frame, `${name}: expected a string`);
  return undefined;
}

/** More parts than any item has; a larger index is a mistake, or an attempt to fill memory. */
const MAX_PARTS = 10_000;

/** The `content_index` of an event; 0 when absent, as some servers leave it [CD6]. */
export function partIndex(state: MirrorState, frame: Frame): number | undefined {
  const index = frame.content_index ?? 0;
  if (Number.isInteger(index) && (index as number) >= 0 && (index as number) < MAX_PARTS) return index as number;
  note(state, 'malformed', frame, 'content_index: expected a whole number from 0');
  return undefined;
}

// ---- Items ----

// Named here once more, so that a mirror can be bundled without the schemas; the compiler keeps both tables complete.
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
 * What a frame says an item is, audio bytes apart. Without its own `content` a message keeps the content it had; nothing
 * else is mended: a value the server got wrong stands as it came.
 */
function cleaned(
  state: MirrorState,
  frame: Frame,
  given: Readonly<Record<string, unknown>>,
  id: string,
  before?: Item,
) {
  const audio = new Map<number, string>();
  const item = given as unknown as Item;
  if (typeof given.type !== 'string') note(state, 'malformed', frame, 'item.type: expected a string', id);
  else if (!Object.hasOwn(KNOWN_ITEMS, given.type))
    note(state, 'unknown_item', frame, 'an item of an unknown kind', id);
  if (given.type !== 'message') return { item, audio };
  if (!Array.isArray(given.content)) {
    note(state, 'malformed', frame, 'item.content: expected a list', id);
    return { item: { ...item, content: (before && contentOf(before)) ?? [] } as Item, audio };
  }
  let content: Content = given.content;
  for (const [index, part] of content.entries()) {
    if (!isObject(part) || typeof part.type !== 'string' || !Object.hasOwn(KNOWN_PARTS, part.type)) {
      note(state, 'unknown_part', frame, 'a content part of an unknown kind', id);
    } else if ('audio' in part && typeof part.audio === 'string') {
      audio.set(index, part.audio);
      const { audio: _, ...rest } = part;
      content = content.with(index, rest);
    }
  }
  return { item: content === given.content ? item : ({ ...item, content } as Item), audio };
}

/** The key of an item: its id, or for one that came without, the latest of its kind that it can be meant, or a new one. */
function keyOf(state: MirrorState, frame: Frame, given: Readonly<Record<string, unknown>>, isFinal: boolean): string {
  if (typeof given.id === 'string' && given.id !== '') return given.id;
  note(state, 'malformed', frame, 'item.id: expected a string');
  const latest = state.entries.get(`?${state.unnamed}`);
  if (latest && latest.item.type === given.type) {
    const isOfResponse = frame.type.startsWith('response.');
    if (isOfResponse || (isFinal ? !latest.isDone : !latest.isAdded && !latest.isDone)) return latest.id;
  }
  return `?${++state.unnamed}`;
}

/** Starts to keep an item. */
export function introduce(state: MirrorState, id: string, item: Item): Entry {
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
 * Takes in an item. `begun`: what was built from deltas stays. `final`: what is given replaces it, except words that a
 * truncation removed [TR4]. `whole`: replaces it in any case [MI6].
 */
export function receive(
  state: MirrorState,
  frame: Frame,
  given: unknown,
  how: 'begun' | 'final' | 'whole',
): Entry | undefined {
  if (!isObject(given)) {
    note(state, 'malformed', frame, 'item: expected an object');
    return undefined;
  }
  const id = keyOf(state, frame, given, how === 'final');
  const known = state.entries.get(id);
  if (known?.isDone && how === 'begun') return known;
  let { item, audio } = cleaned(state, frame, given, id, known?.item);
  if (known && how === 'begun') item = withBuilt(item, known);
  if (known && how === 'final') item = withoutUnheard(item, known);
  if (known && how !== 'begun') item = withKnownTranscripts(item, known);
  const entry = known ?? introduce(state, id, item);
  if (how === 'final') entry.isDone = true;
  if (state.keepsAudio) for (const [index, chunk] of audio) partOf(entry, index).audio = [chunk];
  item = withTranscripts(state, id, withAhead(entry, item));
  if (known) change(state, entry, item);
  else entry.item = item;
  return entry;
}

/** What deltas have built so far, in an item that is announced after them. */
function withBuilt(item: Item, { item: built, arguments: known }: Entry): Item {
  const content = contentOf(built);
  if (item.type === 'message' && content && content.length > 0) return { ...item, content };
  if (known !== 'none' && 'arguments' in built) return { ...item, arguments: built.arguments } as Item;
  return item;
}

/** Puts in the parts that came before their turn. */
function withAhead(entry: Entry, item: Item): Item {
  const content = contentOf(item);
  if (!content) return item;
  const more: Content = [];
  for (let part = ahead(); part; part = ahead()) more.push(part);
  return more.length > 0 ? ({ ...item, content: [...content, ...more] } as Item) : item;

  function ahead(): RealtimeContentPart | undefined {
    const waiting = entry.parts.get((content as Content).length + more.length);
    const part = waiting?.ahead;
    if (waiting) delete waiting.ahead;
    return part;
  }
}

/** Replaces an item by a newer version of it. */
export function change(state: MirrorState, entry: Entry, item: Item): void {
  if (item === entry.item) return;
  entry.item = item;
  state.changes.push({ type: 'item.changed', item_id: entry.id, item });
}

/** Puts a part into its item, or keeps it until the parts before it are there. */
export function putPart(state: MirrorState, entry: Entry, index: number, part: RealtimeContentPart): void {
  const content = contentOf(entry.item) as Content;
  if (index > content.length) {
    partOf(entry, index).ahead = part;
    return;
  }
  const next = [...content];
  next[index] = part;
  change(state, entry, withAhead(entry, { ...entry.item, content: next } as Item));
}

// ---- Places ----

/** Gives an announced item its place. */
export function announce(state: MirrorState, frame: Frame, entry: Entry, previous: string | null | undefined): void {
  entry.isAnnounced = true;
  const outcome = placeItem(state.order, entry.id, previous);
  if (outcome === 'circle') note(state, 'circular_order', frame, 'items stand after one another in a circle', entry.id);
  if (outcome !== 'kept') placed(state, entry);
}

/** Shows an item before the conversation announces it, or though it never does; one of an out-of-band response is not shown [OB2]. */
export function guess(state: MirrorState, entry: Entry): void {
  if (state.order.places.has(entry.id)) return;
  if (!entry.isAnnounced && isOutOfBand(state.responses.get(entry.response_id ?? ''))) return;
  guessPlace(state.order, entry.id);
  placed(state, entry);
}

function placed(state: MirrorState, { id, item }: Entry): void {
  state.changes.push({ type: 'item.placed', item_id: id, previous_item_id: previousOf(state.order, id), item });
}

export function remove(state: MirrorState, id: string): void {
  removePlace(state.order, id);
  state.changes.push({ type: 'item.removed', item_id: id });
}

// ---- Responses ----

const isOutOfBand = (entry: ResponseEntry | undefined) => entry?.response.conversation_id === null;

/** The response an event belongs to, kept from now on if it was not introduced. */
export function responseOf(state: MirrorState, frame: Frame): ResponseEntry | undefined {
  const id = text(state, frame, 'response_id');
  if (id === undefined) return undefined;
  const known = state.responses.get(id);
  if (known) return known;
  note(state, 'not_introduced', frame, 'a response that was not introduced');
  const response: RealtimeResponse = { object: 'realtime.response', id, status: 'in_progress', output: [] };
  const entry: ResponseEntry = { response, isDone: false, outputs: new Map() };
  state.responses.set(id, entry);
  return entry;
}

/** Notes that an item belongs to a response. */
export function assign(state: MirrorState, entry: Entry, response: ResponseEntry | undefined, index: unknown): void {
  if (!response?.response.id) return;
  entry.response_id ??= response.response.id;
  response.outputs.set(entry.id, Number.isInteger(index) ? (index as number) : response.outputs.size);
  guess(state, entry);
}

/** Takes in what a server states of a response, and takes its items out of the conversation if it turns out to be out of band. */
export function stateResponse(state: MirrorState, id: string, response: RealtimeResponse): ResponseEntry {
  let entry = state.responses.get(id);
  if (entry) entry.response = response;
  else state.responses.set(id, (entry = { response, isDone: false, outputs: new Map() }));
  if (isOutOfBand(entry)) {
    for (const item_id of entry.outputs.keys()) {
      const item = state.entries.get(item_id);
      if (item && !item.isAnnounced && state.order.places.has(item_id)) remove(state, item_id);
    }
  }
  state.changes.push({ type: 'response.changed', response_id: id, response });
  return entry;
}
