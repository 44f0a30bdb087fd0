// What a mirror knows: items, responses, transcriptions, and what it could not make sense of. How each event changes it is
// `mirror-events.ts`; where items stand, `mirror-order.ts`. An item is replaced, never changed, so what was handed out stays.

import type {
  RealtimeContentPart,
  RealtimeConversationItem,
  RealtimeResponse,
  RealtimeResponseStatusDetails,
  SessionObject,
} from '@colloquy/protocol';
import { copyOrder, createOrder, type Order } from './mirror-order.ts';

/** What was noted about a frame. None of it stops the mirror. */
export type MirrorIssueCode =
  /** Not an object with a `type`. */
  | 'not_an_event'
  /** An event of a newer protocol: kept, see `unknown()`. */
  | 'unknown_event'
  /** An item of a kind nobody knows: kept as it stands. */
  | 'unknown_item'
  /** A content part of a kind nobody knows: kept as it stands. */
  | 'unknown_part'
  /** A field that is needed is missing or of another type. */
  | 'malformed'
  /** Names an item or response that was not introduced: kept, as after joining midway. */
  | 'not_introduced'
  /** Says again what was said. */
  | 'duplicate'
  /** Adds to what is done: left out, since what is done is whole. */
  | 'late'
  /** Cannot be true beside what is known: left out. */
  | 'contradiction'
  /** Items that stand after one another in a circle: they stay where they are. */
  | 'circular_order';

/** A frame that contradicts what is known, or that is not understood. */
export interface MirrorIssue {
  readonly code: MirrorIssueCode;
  /** Type of the event, cut to 64 characters; `null` when it has none. */
  readonly event_type: string | null;
  /** The item in question, cut to 64 characters. */
  readonly item_id?: string;
  /** One line, without any value of the frame. */
  readonly message: string;
}

/** What is known of the transcription of one part of a user's item. */
export interface MirrorTranscription {
  readonly status: 'in_progress' | 'completed' | 'failed';
  /** The deltas so far, or the whole transcript. */
  readonly text: string;
  /** Stretches by speaker, where the recogniser tells them apart. `start` and `end` are **seconds**. */
  readonly segments: readonly { id: string; text: string; speaker: string; start: number; end: number }[];
  readonly error?: RealtimeResponseStatusDetails['error'];
}

/** One thing that changed. Delivered after it has: the mirror already holds it. */
export type MirrorChange =
  /** An item took its place in the conversation, or a better one. Others may have moved with it: `items()` has the order. */
  | { type: 'item.placed'; item_id: string; previous_item_id: string | null; item: RealtimeConversationItem }
  /** An item's content, arguments or status changed. */
  | { type: 'item.changed'; item_id: string; item: RealtimeConversationItem }
  | { type: 'item.removed'; item_id: string }
  /** Words or audio joined a part; base64 for `audio`. `transcription` is of the user's speech, the others of the assistant's. */
  | { type: 'delta'; item_id: string; content_index: number; kind: Stream | 'transcription'; delta: string }
  /** Arguments joined a call. */
  | { type: 'arguments'; item_id: string; delta: string }
  /** A user's transcription advanced. */
  | { type: 'transcription.changed'; item_id: string; content_index: number; transcription: MirrorTranscription }
  /** An item's audio was cut; nothing beyond `audio_end_ms` was heard. */
  | { type: 'item.truncated'; item_id: string; content_index: number; audio_end_ms: number }
  /** A response began or ended. */
  | { type: 'response.changed'; response_id: string; response: RealtimeResponse }
  | { type: 'session.changed'; session: SessionObject }
  /**
   * Another session began, or one that was there before went on: from here all that is read is its own, and `earlier()` holds the one
   * that was read until now, whose id is `earlier_session_id` [MI12].
   */
  | { type: 'session.began'; session: SessionObject; earlier_session_id: string }
  | { type: 'issue'; issue: MirrorIssue };

/** What the deltas of an assistant's part carry. */
export type Stream = 'text' | 'transcript' | 'audio';

export interface Part {
  /** The part itself, while the parts before it are not known yet. */
  ahead?: RealtimeContentPart;
  /** The streams that have ended. */
  readonly ended: Set<Stream>;
  audio_end_ms?: number;
  /** Base64, chunk by chunk, as they came. */
  audio: string[];
}

export interface Entry {
  readonly id: string;
  item: RealtimeConversationItem;
  /** `conversation.item.added` was seen. */
  isAdded: boolean;
  /** Any `conversation.item.*` was seen: it is in the conversation, whatever its response says. */
  isAnnounced: boolean;
  /** Its content is final. */
  isDone: boolean;
  /** How much of a call's arguments is known. */
  arguments: 'none' | 'some' | 'whole';
  response_id: string | undefined;
  /** Where an MCP list or call stands. */
  stage?: 'in_progress' | 'completed' | 'failed';
  readonly parts: Map<number, Part>;
}

export interface ResponseEntry {
  response: RealtimeResponse;
  isDone: boolean;
  /** Item id → its `output_index`. */
  readonly outputs: Map<string, number>;
}

/** Everything a mirror knows: data, changed by `mirror-events.ts` alone. */
export interface MirrorState {
  readonly keepsAudio: boolean;
  session: SessionObject | undefined;
  readonly order: Order;
  readonly entries: Map<string, Entry>;
  readonly responses: Map<string, ResponseEntry>;
  /** By item id, then by `content_index`. May be here before the item is [MI5]. */
  readonly transcriptions: Map<string, Map<number, MirrorTranscription>>;
  readonly issues: MirrorIssue[];
  readonly unknown: object[];
  /** Counts the items and responses to which a server gave no id. */
  unnamed: number;
  /** What the event being applied has changed so far. */
  changes: MirrorChange[];
}

export function createMirrorState(keepsAudio: boolean): MirrorState {
  return {
    keepsAudio,
    session: undefined,
    order: createOrder(),
    entries: new Map(),
    responses: new Map(),
    transcriptions: new Map(),
    issues: [],
    unknown: [],
    unnamed: 0,
    changes: [],
  };
}

/** The same knowledge once more. Items and responses, which are never changed, are shared; what changes is not. */
export function copyMirrorState(state: MirrorState): MirrorState {
  return {
    ...state,
    order: copyOrder(state.order),
    entries: mapped(state.entries, (entry) => ({ ...entry, parts: mapped(entry.parts, copyPart) })),
    responses: mapped(state.responses, (entry) => ({ ...entry, outputs: new Map(entry.outputs) })),
    transcriptions: mapped(state.transcriptions, (parts) => new Map(parts)),
    issues: state.issues.slice(),
    unknown: state.unknown.slice(),
    changes: [],
  };
}

const copyPart = (part: Part): Part => ({ ...part, ended: new Set(part.ended), audio: part.audio.slice() });

const mapped = <K, V>(map: ReadonlyMap<K, V>, copy: (value: V) => V): Map<K, V> =>
  new Map(Array.from(map, ([key, value]) => [key, copy(value)]));

/** How many issues and unknown events are remembered: the latest. */
export const REMEMBERED = 1000;

/** Adds to a list that remembers the latest only. */
export function remember<T>(list: T[], value: T): void {
  list.push(value);
  // Cut in large strides, so that adding stays cheap.
  if (list.length >= 2 * REMEMBERED) list.splice(0, list.length - REMEMBERED);
}

/** A part as it is known besides the item's content. */
export function partOf(entry: Entry, index: number): Part {
  let part = entry.parts.get(index);
  if (!part) entry.parts.set(index, (part = { ended: new Set(), audio: [] }));
  return part;
}

/** The content of a message, `undefined` for items of other kinds. */
export const contentOf = (item: RealtimeConversationItem): RealtimeContentPart[] | undefined =>
  item.type === 'message' && Array.isArray(item.content) ? item.content : undefined;
