// State of a mirror: items, responses, transcriptions and issues. Event handlers: `mirror-events.ts`; order:
// `mirror-order.ts`. Items are immutable and replaced on change, so returned items stay valid.

import type {
  RealtimeContentPart,
  RealtimeConversationItem,
  RealtimeResponse,
  RealtimeResponseStatusDetails,
  SessionObject,
} from '@colloquy/protocol';
import { copyOrder, createOrder, type Order } from './mirror-order.ts';

/** Kinds of issues. No issue stops the mirror. */
export type MirrorIssueCode =
  /** Not an object with a `type`. */
  | 'not_an_event'
  /** An event of a newer protocol: stored, see `unknown()`. */
  | 'unknown_event'
  /** An item of an unknown type: stored unchanged. */
  | 'unknown_item'
  /** A content part of an unknown type: stored unchanged. */
  | 'unknown_part'
  /** A required field is missing or has another type. */
  | 'malformed'
  /** Names an item or response that was not introduced: stored, as after joining midway. */
  | 'not_introduced'
  /** Repeats an earlier event. */
  | 'duplicate'
  /** A delta for something that is done: ignored, because its final content is complete. */
  | 'late'
  /** Contradicts what is known: ignored. */
  | 'contradiction'
  /** Items that follow one another in a circle: they stay in place. */
  | 'circular_order';

/** An event that contradicts what is known, or that is not understood. */
export interface MirrorIssue {
  readonly code: MirrorIssueCode;
  /** Type of the event, cut to 64 characters; `null` if it has none. */
  readonly event_type: string | null;
  /** The item concerned, cut to 64 characters. */
  readonly item_id?: string;
  /** One line, without any value from the event. */
  readonly message: string;
}

/** Transcription of one part of a user item. */
export interface MirrorTranscription {
  readonly status: 'in_progress' | 'completed' | 'failed';
  /** The deltas so far, or the whole transcript. */
  readonly text: string;
  /** Segments by speaker, if the transcriber distinguishes speakers. `start` and `end` are **seconds**. */
  readonly segments: readonly { id: string; text: string; speaker: string; start: number; end: number }[];
  readonly error?: RealtimeResponseStatusDetails['error'];
}

/** One change. Published after the mirror has applied it. */
export type MirrorChange =
  /**
   * An item got its place in the conversation, or a better one. Others may have moved with it: read the order from
   * `items()`.
   */
  | { type: 'item.placed'; item_id: string; previous_item_id: string | null; item: RealtimeConversationItem }
  /** An item's content, arguments or status changed. */
  | { type: 'item.changed'; item_id: string; item: RealtimeConversationItem }
  | { type: 'item.removed'; item_id: string }
  /**
   * Text or audio was appended to a part; base64 for `audio`. `transcription` is user speech, the others are assistant
   * output.
   */
  | { type: 'delta'; item_id: string; content_index: number; kind: Stream | 'transcription'; delta: string }
  /** Arguments were appended to a call. */
  | { type: 'arguments'; item_id: string; delta: string }
  /** A user's transcription changed. */
  | { type: 'transcription.changed'; item_id: string; content_index: number; transcription: MirrorTranscription }
  /** An item's audio was cut; the user heard nothing after `audio_end_ms`. */
  | { type: 'item.truncated'; item_id: string; content_index: number; audio_end_ms: number }
  /** A response began or ended. */
  | { type: 'response.changed'; response_id: string; response: RealtimeResponse }
  /** In a call, playback of a response started, ended, or was cut off. */
  | { type: 'playback.changed'; response_id: string; status: 'started' | 'stopped' | 'cleared' }
  | { type: 'session.changed'; session: SessionObject }
  /**
   * Another session began, or an earlier one resumed: all reads now return its state, and `earlier()` contains the
   * previous session, whose id is `earlier_session_id` [MI12].
   */
  | { type: 'session.began'; session: SessionObject; earlier_session_id: string }
  | { type: 'issue'; issue: MirrorIssue };

/** Content of the deltas of an assistant part. */
export type Stream = 'text' | 'transcript' | 'audio';

export interface Part {
  /** The part itself, while the parts before it are unknown. */
  pending?: RealtimeContentPart;
  /** Streams that have ended. */
  readonly ended: Set<Stream>;
  audio_end_ms?: number;
  /** Base64 chunks in order of arrival. */
  audio: string[];
}

export interface Entry {
  readonly id: string;
  item: RealtimeConversationItem;
  /** `conversation.item.added` was received. */
  isAdded: boolean;
  /** Any `conversation.item.*` was received: the item is in the conversation, whatever its response says. */
  isAnnounced: boolean;
  /** Its content is final. */
  isDone: boolean;
  /** How much of a call's arguments is known. */
  arguments: 'none' | 'some' | 'whole';
  response_id: string | undefined;
  /** Progress of an MCP listing or call. */
  stage?: 'in_progress' | 'completed' | 'failed';
  readonly parts: Map<number, Part>;
}

export interface ResponseEntry {
  response: RealtimeResponse;
  isDone: boolean;
  /** Item id → its `output_index`. */
  readonly outputs: Map<string, number>;
}

/** All state of a mirror; only `mirror-events.ts` changes it. */
export interface MirrorState {
  readonly keepsAudio: boolean;
  session: SessionObject | undefined;
  readonly order: Order;
  readonly entries: Map<string, Entry>;
  readonly responses: Map<string, ResponseEntry>;
  /** By item id, then by `content_index`. May precede the item [MI5]. */
  readonly transcriptions: Map<string, Map<number, MirrorTranscription>>;
  /** The response that plays, in a call. */
  playing: string | null;
  readonly issues: MirrorIssue[];
  readonly unknown: object[];
  /** Number of items and responses without an id. */
  unnamed: number;
  /** Changes made by the current event so far. */
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
    playing: null,
    issues: [],
    unknown: [],
    unnamed: 0,
    changes: [],
  };
}

/** An independent copy. Items and responses are immutable and therefore shared. */
export function copyMirrorState(state: MirrorState): MirrorState {
  return {
    ...state,
    order: copyOrder(state.order),
    entries: mapValues(state.entries, (entry) => ({ ...entry, parts: mapValues(entry.parts, copyPart) })),
    responses: mapValues(state.responses, (entry) => ({ ...entry, outputs: new Map(entry.outputs) })),
    transcriptions: mapValues(state.transcriptions, (parts) => new Map(parts)),
    issues: state.issues.slice(),
    unknown: state.unknown.slice(),
    changes: [],
  };
}

const copyPart = (part: Part): Part => ({ ...part, ended: new Set(part.ended), audio: part.audio.slice() });

const mapValues = <K, V>(map: ReadonlyMap<K, V>, copy: (value: V) => V): Map<K, V> =>
  new Map(Array.from(map, ([key, value]) => [key, copy(value)]));

/** Number of latest issues and unknown events that are stored. */
export const MAX_REMEMBERED = 1000;

/** Appends to a list that stores only the latest values. */
export function appendBounded<T>(list: T[], value: T): void {
  list.push(value);
  // Removes many at once, so that appending stays cheap.
  if (list.length >= 2 * MAX_REMEMBERED) list.splice(0, list.length - MAX_REMEMBERED);
}

/** What is known of a part besides the item's content. */
export function partOf(entry: Entry, index: number): Part {
  let part = entry.parts.get(index);
  if (!part) entry.parts.set(index, (part = { ended: new Set(), audio: [] }));
  return part;
}

/** The content of a message, `undefined` for other items. */
export const contentOf = (item: RealtimeConversationItem): RealtimeContentPart[] | undefined =>
  item.type === 'message' && Array.isArray(item.content) ? item.content : undefined;
