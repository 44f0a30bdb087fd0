// Replays the client side of a log to another server: which events to send and when, with the ids of that server, and
// where its events differ from the log's. The caller has sockets and clock; comparison: `frame-lanes.ts`.

import { encodeBase64, REDACTED } from '@colloquy/protocol';
import { isObject, objectOf } from '../is-object.ts';
import { loggedFrame } from '../recording/foreign-log.ts';
import type { RecordingEntry } from '../recording/recording.ts';
import { compareLanes, createFrameLanes, type LaneDifference } from './frame-lanes.ts';

/** A client event of the log, to be sent once the server has sent what preceded it in the log. */
export interface ReplayedEvent {
  /** Line of the log, from 1. */
  readonly line: number;
  /** Milliseconds of the log's clock; `null` if it has none. */
  readonly time: number | null;
  readonly event: { readonly type: string };
}

export interface ReplayOutcome {
  /** Whether the server sent the same events. */
  readonly ok: boolean;
  readonly sent: number;
  /** Client events and refused frames that could not be sent because their content is not in the log. */
  readonly skipped: number;
  /** Redacted values: audio was sent as silence, images as a blank image, text as `[REDACTED]`. */
  readonly hidden: { readonly audio: number; readonly images: number; readonly words: number };
  /** Number of events of the log's server and of this one. */
  readonly frames: { readonly recorded: number; readonly live: number };
  readonly differences: readonly LaneDifference[];
  /** Number of further differences. */
  readonly more_differences: number;
}

export interface ClientReplay {
  /** Reads the next entry of the log. Returns the client event in it, if it can be sent. */
  read(entry: RecordingEntry): ReplayedEvent | undefined;
  /** The event to send now, with the ids of this server. */
  send(replayed: ReplayedEvent): object;
  /** Handles an event of the server. Never throws. */
  observe(event: { readonly type: string }): void;
  /** Whether the server has sent as many events of each type as the log's server had at this point, errors excepted. */
  readonly isDue: boolean;
  /** Stops waiting for outstanding events. Returns their types. */
  giveUp(): string[];
  end(): ReplayOutcome;
}

/** A PNG of one transparent pixel. */
const BLANK_IMAGE = `data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==`;
/** Maximum events of one side that wait for their counterpart, to map ids. */
const MAX_WAITING_EVENTS = 10_000;
const MAX_DEPTH = 64;

/** `words`: also compare text, not only the shape of events. */
export function createClientReplay(options: { words?: boolean } = {}): ClientReplay {
  const { words: comparesText = false } = options;
  const comparison = compareLanes();
  const sides = { recorded: createFrameLanes(comparesText), live: createFrameLanes(comparesText) };
  const ids = createIdPairs();
  /** By event type: number of the log's events minus those of this server. */
  const outstanding = new Map<string, number>();
  const outstandingTypes = new Set<string>();
  const frames = { recorded: 0, live: 0 };
  const hidden = { audio: 0, images: 0, words: 0 };
  /**
   * Initial configuration of the log's session, which the client may not have sent itself: a client secret may have
   * held it.
   */
  let config: object | undefined;
  let initialEvent: ReplayedEvent | undefined;
  let silence = 0;
  let sent = 0;
  let skipped = 0;

  function compareEvent(side: 'recorded' | 'live', event: { readonly type: string }, line: number | null): void {
    frames[side] += 1;
    const placed = sides[side].place(event);
    if (!placed) return;
    comparison.add(side, placed, line);
    ids.pair(side, placed.place, event);
    const { type } = event;
    if (type === 'error') return;
    const left = (outstanding.get(type) ?? 0) + (side === 'recorded' ? 1 : -1);
    outstanding.set(type, left);
    if (left > 0) outstandingTypes.add(type);
    else outstandingTypes.delete(type);
  }

  /** The first event to send, if the session had an initial configuration. */
  function initialUpdate(line: number, time: number | null): ReplayedEvent | undefined {
    if (!config) return undefined;
    const event = withPlaceholders(
      { type: 'session.update', session: config } as { type: string },
      [],
      silence,
      hidden,
    );
    config = undefined;
    initialEvent = event && { line, time, event };
    return initialEvent;
  }

  return {
    read(entry) {
      if (entry.kind === 'header') config = entry.header.options?.session;
      if (entry.kind === 'input' && entry.input.from === 'wire') skipped += 1;
      const frame = loggedFrame(entry);
      if (!frame) return undefined;
      const { line, from, event, time } = frame;
      if (from === 'server') {
        silence = silenceOf(event) ?? silence;
        compareEvent('recorded', event, line);
        return event.type === 'session.created' ? initialUpdate(line, time) : undefined;
      }
      const lengths = entry.kind === 'input' && entry.input.from === 'client' ? (entry.input.audio_bytes ?? []) : [];
      const filled = withPlaceholders(event, lengths, silence, hidden);
      if (filled) return { line, time, event: filled };
      skipped += 1;
      return undefined;
    },
    send(replayed) {
      sent += 1;
      // Expect its answer, as if it were in the log.
      if (replayed === initialEvent) compareEvent('recorded', { type: 'session.updated' }, replayed.line);
      return ids.withLiveIds(replayed.event);
    },
    observe: (event) => compareEvent('live', event, null),
    get isDue() {
      return outstandingTypes.size === 0;
    },
    giveUp() {
      const types = [...outstandingTypes];
      for (const type of types) outstanding.set(type, 0);
      outstandingTypes.clear();
      return types;
    },
    end() {
      const { list, more } = comparison.differences();
      return {
        ok: list.length === 0 && more === 0,
        ...{ sent, skipped, hidden, frames },
        differences: list,
        more_differences: more,
      };
    },
  };
}

type Json = Readonly<Record<string, unknown>>;

// ---- Mapping of ids ----

/** Fields that hold ids, apart from the client's own `event_id`. */
const isIdField = (name: string) => name === 'id' || (name.endsWith('_id') && name !== 'event_id');

interface IdPairs {
  pair(side: 'recorded' | 'live', place: string, event: object): void;
  withLiveIds(event: object): object;
}

function createIdPairs(): IdPairs {
  const liveIds = new Map<string, string>();
  const waiting = { recorded: new Map<string, IdsByPath>(), live: new Map<string, IdsByPath>() };

  return {
    pair(side, place, event) {
      const own = idsOf(event);
      if (own.size === 0) return;
      const others = waiting[side === 'recorded' ? 'live' : 'recorded'];
      const other = others.get(place);
      if (!other) {
        if (waiting[side].size < MAX_WAITING_EVENTS) waiting[side].set(place, own);
        return;
      }
      others.delete(place);
      const [recorded, live] = side === 'recorded' ? [own, other] : [other, own];
      for (const [path, id] of recorded) {
        const liveId = live.get(path);
        if (liveId !== undefined && !liveIds.has(id)) liveIds.set(id, liveId);
      }
    },
    withLiveIds: (event) =>
      mapStrings(event, (name, text) => (isIdField(name) ? (liveIds.get(text) ?? text) : text), 0) as object,
  };
}

type IdsByPath = Map<string, string>;

function idsOf(event: object): IdsByPath {
  const ids: IdsByPath = new Map();
  const walk = (value: unknown, path: string, depth: number): void => {
    if (depth > MAX_DEPTH || typeof value !== 'object' || value === null) return;
    for (const [name, field] of Object.entries(value)) {
      if (typeof field !== 'string') walk(field, `${path}.${name}`, depth + 1);
      else if (isIdField(name)) ids.set(`${path}.${name}`, field);
    }
  };
  walk(event, '', 0);
  return ids;
}

/** A copy with each string mapped. */
function mapStrings(value: unknown, change: (name: string, text: string) => string, depth: number, name = ''): unknown {
  if (typeof value === 'string') return change(name, value);
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return value;
  if (Array.isArray(value)) return value.map((each) => mapStrings(each, change, depth + 1, name));
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [key, mapStrings(field, change, depth + 1, key)]),
  );
}

// ---- Redacted values ----

/** An event with placeholders for redacted values; `undefined` if the length of its audio is unknown. */
function withPlaceholders(
  event: { readonly type: string },
  lengths: readonly number[],
  silence: number,
  hidden: { audio: number; images: number; words: number },
): { readonly type: string } | undefined {
  let audio = 0;
  let isUnknown = false;
  const filled = mapStrings(
    event,
    (name, text) => {
      const isAudio = name === 'audio';
      const bytes = isAudio ? lengthIn(lengths[audio++]) : undefined;
      if (text !== REDACTED) return text;
      if (isAudio) {
        isUnknown ||= bytes === undefined;
        hidden.audio += 1;
        return bytes === undefined ? text : encodeBase64(new Uint8Array(bytes).fill(silence));
      }
      if (name === 'image_url') {
        hidden.images += 1;
        return BLANK_IMAGE;
      }
      hidden.words += 1;
      return text;
    },
    0,
  );
  return isUnknown ? undefined : (filled as { readonly type: string });
}

/** Maximum audio of one event, in bytes. */
const MAX_AUDIO_BYTES = 15 * 1024 * 1024;

/** A valid number of bytes; a log may contain anything. */
const lengthIn = (bytes: unknown): number | undefined =>
  typeof bytes === 'number' && Number.isInteger(bytes) && bytes >= 0 && bytes <= MAX_AUDIO_BYTES ? bytes : undefined;

/** The byte of silence in the session's input format, if an event states the format: 0 except for G.711. */
function silenceOf(event: Json): number | undefined {
  const { session } = event;
  if (!isObject(session)) return undefined;
  const { audio, input_audio_format: beta } = session;
  const input = objectOf(objectOf(audio).input);
  const format = isObject(input.format) ? input.format.type : beta;
  return typeof format === 'string' ? (SILENCE.get(format) ?? 0) : undefined;
}

const SILENCE: ReadonlyMap<string, number> = new Map([
  ['audio/pcmu', 0xff],
  ['g711_ulaw', 0xff],
  ['audio/pcma', 0xd5],
  ['g711_alaw', 0xd5],
]);
