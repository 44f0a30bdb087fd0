// The conversation as the far end knows it: a fold over server events, and a thin observable shell around it.
// What is known is `mirror-state.ts`, what each event changes `mirror-events.ts`, the order of items `mirror-order.ts`,
// where one session ends and another begins `mirror-sessions.ts`.

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
  /** `keep` holds the audio of every part, as the chunks that came; `drop` holds none. @default 'drop' */
  audio?: 'keep' | 'drop';
}

/** One content part, and where it stands. */
export interface MirrorPart {
  readonly content_index: number;
  /** As in the item, with the words so far; absent while only its transcription is known. */
  readonly part?: RealtimeContentPart;
  /** `in_progress` while deltas may follow. */
  readonly status: 'in_progress' | 'completed';
  /** Of a user's speech. */
  readonly transcription?: MirrorTranscription;
  /** Milliseconds of the audio that were heard, once it was truncated. */
  readonly audio_end_ms?: number;
}

/** What is known of one session, to be read. */
export interface MirroredSession {
  /** The conversation in order. The same list until something changes. */
  items(): readonly RealtimeConversationItem[];
  /** Any item by id, of out-of-band responses too; with its text, transcript and arguments so far. */
  item(id: string): RealtimeConversationItem | undefined;
  /** The parts of an item, also of one that only its transcription announced so far. Empty for calls and unknown ids. */
  parts(id: string): readonly MirrorPart[];
  /** Base64 of a part's audio, chunk by chunk, in the order it came. The list grows; it is empty unless audio is kept. */
  audio(id: string, contentIndex?: number): readonly string[];
  /** Where an MCP list or call stands, once the server has said. */
  stage(id: string): 'in_progress' | 'completed' | 'failed' | undefined;
  /** Responses in the order they began; `output` of one in progress holds its items so far. */
  responses(): readonly RealtimeResponse[];
  response(id: string): RealtimeResponse | undefined;
  /** The latest configuration the server stated. */
  readonly session: SessionObject | undefined;
  /** What was noted, the latest 1000 at least. */
  issues(): readonly MirrorIssue[];
  /** Events of unknown type, as they came, the latest 1000 at least [MI8]. */
  unknown(): readonly object[];
}

/**
 * The conversation, for any Realtime server, from events that may be broken, late, doubled or missing. What it hands out is
 * never changed afterwards; a value a server got wrong stands as it came. It shows the current session: a `session.created` with
 * another id begins a new one, told as `session.began`, and moves the one before to `earlier()` [MI12].
 *
 * @see SPEC.md MI1 to MI14
 */
export interface Mirror extends MirroredSession {
  /** Takes in one server event, parsed: any value at all. Never throws, keeps no copy, changes no argument. */
  apply(event: ServerEvent | unknown): void;
  /** The sessions before the current one, in the order they began, the latest 1000 at least. They stay as they were. */
  earlier(): readonly MirroredSession[];
  /** Calls `listener` with each change of one type; `fault` is a listener that threw. Returns what ends it; so does `signal`. */
  readonly subscribe: Publisher<MirrorChange>['subscribe'];
  /** Every change from now on, as an async iterable. A reader 10,000 changes behind is told of a `gap` instead. */
  readonly changes: Publisher<MirrorChange>['changes'];
  /** A mirror that knows what this one knows and goes its own way from here [MI11]; nobody is subscribed to it. Linear in the items. */
  fork(): Mirror;
}

/**
 * Makes an empty mirror. Begin at any point of a session: what came before shows once the server speaks of it again.
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
  return mirrorOf(createSessions(createMirrorState(options.audio === 'keep')));
}

function mirrorOf(sessions: MirrorSessions): Mirror {
  const { publish, subscribe, changes } = createPublisher<MirrorChange>();
  let shown = readerOf(sessions.current);

  return {
    apply(event) {
      switchSession(sessions, event);
      const state = sessions.current;
      if (state !== shown.state) shown = readerOf(state);
      advance(state, event);
      const told = state.changes;
      state.changes = [];
      if (told.some(({ type }) => type.startsWith('item.'))) shown.forgetItems();
      publish(told);
    },
    items: () => shown.items(),
    item: (id) => shown.item(id),
    parts: (id) => shown.parts(id),
    audio: (id, contentIndex) => shown.audio(id, contentIndex),
    stage: (id) => shown.stage(id),
    responses: () => shown.responses(),
    response: (id) => shown.response(id),
    get session() {
      return shown.session;
    },
    issues: () => shown.issues(),
    unknown: () => shown.unknown(),
    earlier: () => sessions.earlier.map(readerOf),
    subscribe,
    changes,
    fork: () => mirrorOf(createSessions(copyMirrorState(sessions.current), sessions.earlier)),
  };
}

interface Reader extends MirroredSession {
  readonly state: MirrorState;
  /** The next `items()` is read anew. */
  forgetItems(): void;
}

function readerOf(state: MirrorState): Reader {
  let items: readonly RealtimeConversationItem[] | undefined;
  return {
    state,
    forgetItems() {
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
  const heard = transcriptions.get(id);
  const indexes = new Set([...content.keys(), ...(entry?.parts.keys() ?? []), ...(heard?.keys() ?? [])]);
  return [...indexes]
    .sort((a, b) => a - b)
    .map((content_index) => {
      const known = entry?.parts.get(content_index);
      const part = content[content_index] ?? known?.ahead;
      const transcription = heard?.get(content_index);
      // A part that no delta ever touched is as complete as its item.
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
