// A mirror: the conversation as seen by a client, built from server events, with subscriptions.
// State: `mirror-state.ts`. Event handlers: `mirror-events.ts`. Order: `mirror-order.ts`. Sessions:
// `mirror-sessions.ts`.

import type {
  RealtimeContentPart,
  RealtimeConversationItem,
  RealtimeResponse,
  ServerEvent,
  SessionObject,
} from '@colloquy/protocol';
import { advance } from './mirror-events.ts';
import { idsOf } from './mirror-order.ts';
import { createSessions, type MirrorSessions, switchSession } from './mirror-sessions.ts';
import {
  contentOf,
  copyMirrorState,
  createMirrorState,
  type Entry,
  type MirrorChange,
  type MirrorIssue,
  type MirrorState,
  type MirrorTranscription,
  type ResponseEntry,
} from './mirror-state.ts';
import { createPublisher, type Publisher } from './mirror-subscribe.ts';

export interface MirrorOptions {
  /** `keep` stores the audio chunks of every part, `drop` stores none. @default 'drop' */
  audio?: 'keep' | 'drop';
}

/** One content part. */
export interface MirrorPart {
  readonly content_index: number;
  /** As in the item, with its text so far; absent while only its transcription is known. */
  readonly part?: RealtimeContentPart;
  /** `in_progress` while deltas may follow. */
  readonly status: 'in_progress' | 'completed';
  /** Transcription of user speech. */
  readonly transcription?: MirrorTranscription;
  /** Milliseconds of audio that were heard, once it was truncated. */
  readonly audio_end_ms?: number;
}

/** Read access to one session. */
export interface MirroredSession {
  /** The conversation in order. Returns the same list until something changes. */
  items(): readonly RealtimeConversationItem[];
  /** An item by id, also of out-of-band responses; with its text, transcript and arguments so far. */
  item(id: string): RealtimeConversationItem | undefined;
  /** The parts of an item, also of one that is known only from its transcription. Empty for calls and unknown ids. */
  parts(id: string): readonly MirrorPart[];
  /** Base64 chunks of a part's audio in order of arrival. The list grows; it is empty unless `audio` is `keep`. */
  audio(id: string, contentIndex?: number): readonly string[];
  /** Progress of an MCP listing or call, if the server reported any. */
  stage(id: string): 'in_progress' | 'completed' | 'failed' | undefined;
  /** Responses in order of their beginning; `output` of one in progress holds its items so far. */
  responses(): readonly RealtimeResponse[];
  response(id: string): RealtimeResponse | undefined;
  /**
   * Id of the response whose audio the user hears; `null` if none does. Known in calls over WebRTC only, from
   * `output_audio_buffer.*`; else always `null`.
   */
  readonly playing: string | null;
  /** The latest configuration that the server sent. */
  readonly session: SessionObject | undefined;
  /** Issues, at least the latest 1000. */
  issues(): readonly MirrorIssue[];
  /** Events of unknown type, unchanged, at least the latest 1000 [MI8]. */
  unknown(): readonly object[];
}

/**
 * The conversation of any Realtime server, from events that may be malformed, late, repeated or missing. Returned
 * values are immutable; invalid values from a server are returned unchanged. Shows the current session: a
 * `session.created` with another id begins a new one, publishes `session.began`, and moves the previous one to
 * `earlier()` [MI12].
 *
 * @see SPEC.md MI1 to MI14
 */
export interface Mirror extends MirroredSession {
  /** Applies one parsed server event, or any other value. Never throws, does not copy or change its argument. */
  apply(event: ServerEvent | unknown): void;
  /** The sessions before the current one, in order of their beginning, at least the latest 1000. Immutable. */
  earlier(): readonly MirroredSession[];
  /**
   * Calls `listener` with each change of one type; `fault` reports a listener that threw. Returns a function that
   * unsubscribes; `signal` does so too.
   */
  readonly subscribe: Publisher<MirrorChange>['subscribe'];
  /** All changes from now on, as an async iterable. A reader that is 10,000 changes behind receives a `gap` instead. */
  readonly changes: Publisher<MirrorChange>['changes'];
  /** An independent copy without subscribers [MI11]. Linear in the number of items. */
  fork(): Mirror;
}

/**
 * Creates an empty mirror. Start at any point of a session: earlier items appear when the server mentions them again.
 *
 * @example
 * import { decodeServerEvent } from '@colloquy/protocol';
 * import { createMirror } from '@colloquy/session';
 *
 * const mirror = createMirror();
 * socket.onmessage = ({ data }) => {
 *   const decoded = decodeServerEvent(data);
 *   if (decoded.ok) mirror.apply(decoded.value);
 *   for (const item of mirror.items()) console.log(item.type, item.id);
 * };
 */
export function createMirror(options: MirrorOptions = {}): Mirror {
  return createMirrorFrom(createSessions(createMirrorState(options.audio === 'keep')));
}

function createMirrorFrom(sessions: MirrorSessions): Mirror {
  const { publish, subscribe, changes } = createPublisher<MirrorChange>();
  let reader = createReader(sessions.current);

  return {
    apply(event) {
      switchSession(sessions, event);
      const state = sessions.current;
      if (state !== reader.state) reader = createReader(state);
      advance(state, event);
      const pending = state.changes;
      state.changes = [];
      if (pending.some(({ type }) => type.startsWith('item.'))) reader.invalidateItems();
      publish(pending);
    },
    items: () => reader.items(),
    item: (id) => reader.item(id),
    parts: (id) => reader.parts(id),
    audio: (id, contentIndex) => reader.audio(id, contentIndex),
    stage: (id) => reader.stage(id),
    responses: () => reader.responses(),
    response: (id) => reader.response(id),
    get playing() {
      return reader.playing;
    },
    get session() {
      return reader.session;
    },
    issues: () => reader.issues(),
    unknown: () => reader.unknown(),
    earlier: () => sessions.earlier.map(createReader),
    subscribe,
    changes,
    fork: () => createMirrorFrom(createSessions(copyMirrorState(sessions.current), sessions.earlier)),
  };
}

interface Reader extends MirroredSession {
  readonly state: MirrorState;
  /** Discards the cached `items()`. */
  invalidateItems(): void;
}

function createReader(state: MirrorState): Reader {
  let items: readonly RealtimeConversationItem[] | undefined;
  return {
    state,
    invalidateItems() {
      items = undefined;
    },
    items() {
      items ??= Array.from(idsOf(state.order), (id) => (state.entries.get(id) as Entry).item);
      return items;
    },
    item: (id) => state.entries.get(id)?.item,
    parts: (id) => partsOf(state, id),
    audio: (id, contentIndex = 0) => state.entries.get(id)?.parts.get(contentIndex)?.audio ?? [],
    stage: (id) => state.entries.get(id)?.stage,
    responses: () => Array.from(state.responses.values(), (entry) => responseSoFar(state, entry)),
    response(id) {
      const entry = state.responses.get(id);
      return entry && responseSoFar(state, entry);
    },
    get playing() {
      return state.playing;
    },
    get session() {
      return state.session;
    },
    issues: () => state.issues.slice(),
    unknown: () => state.unknown.slice(),
  };
}

function responseSoFar({ entries }: MirrorState, { response, isDone, outputs }: ResponseEntry): RealtimeResponse {
  if (isDone || outputs.size === 0) return response;
  const ids = [...outputs].sort(([, a], [, b]) => a - b).map(([id]) => id);
  return { ...response, output: ids.flatMap((id) => entries.get(id)?.item ?? []) };
}

function partsOf({ entries, transcriptions }: MirrorState, id: string): MirrorPart[] {
  const entry = entries.get(id);
  const content = (entry && contentOf(entry.item)) ?? [];
  const transcribed = transcriptions.get(id);
  const indexes = new Set([...content.keys(), ...(entry?.parts.keys() ?? []), ...(transcribed?.keys() ?? [])]);
  return [...indexes]
    .sort((a, b) => a - b)
    .map((content_index) => {
      const known = entry?.parts.get(content_index);
      const part = content[content_index] ?? known?.pending;
      const transcription = transcribed?.get(content_index);
      // A part without deltas is as complete as its item.
      const isOpen = entry
        ? !entry.isDone && entry.item.type === 'message' && entry.item.status === 'in_progress'
        : true;
      const hasEnded = known !== undefined && (known.ended.has('text') || known.ended.has('transcript'));
      return {
        content_index,
        status: isOpen && !hasEnded ? 'in_progress' : 'completed',
        ...(part && { part }),
        ...(transcription && { transcription }),
        ...(known?.audio_end_ms !== undefined && { audio_end_ms: known.audio_end_ms }),
      } as const;
    });
}
