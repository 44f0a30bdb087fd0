// The client's side of a log, played to another server: what to send and when, under the ids that server gives, and where what it
// says differs from what the log's server said. Sockets and time are the caller's; how frames are compared is `frame-lanes.ts`.

import { encodeBase64, REDACTED } from '@colloquy/protocol';
import { isObject } from '../is-object.ts';
import { loggedFrame } from '../recording/foreign-log.ts';
import type { RecordingEntry } from '../recording/recording.ts';
import { compareLanes, createFrameLanes, type LaneDifference } from './frame-lanes.ts';

/** An event of the log's client, ready to be sent once the server has said what had been said before it. */
export interface ReplayedEvent {
  /** Where it stands in the log, from 1. */
  readonly line: number;
  /** Milliseconds of the log's own time; `null` when it has none. */
  readonly time: number | null;
  readonly event: { readonly type: string };
}

export interface ReplayOutcome {
  /** Whether the server said the same. */
  readonly ok: boolean;
  readonly sent: number;
  /** Events and refused frames of the client that could not be sent: what they were is not in the log. */
  readonly skipped: number;
  /** What was hidden in the log: silence stood for its audio, a blank for its images, and its words were sent as `[REDACTED]`. */
  readonly hidden: { readonly audio: number; readonly images: number; readonly words: number };
  /** Frames of the log's server, and of this one. */
  readonly frames: { readonly recorded: number; readonly live: number };
  readonly differences: readonly LaneDifference[];
  /** How many there are beyond those. */
  readonly more_differences: number;
}

export interface ClientReplay {
  /** Takes the next entry of the log, and answers what the client said there, if it can be said again. */
  take(entry: RecordingEntry): ReplayedEvent | undefined;
  /** The event as it is to be sent now: with the ids of this server. */
  send(replayed: ReplayedEvent): object;
  /** Takes an event of the server. Never throws. */
  hear(event: { readonly type: string }): void;
  /** Whether the server has said, of everything the log's server had said by now, as much. Errors are not waited for. */
  readonly isDue: boolean;
  /** What has not come by now is waited for no longer. Answers the types of it. */
  giveUp(): string[];
  end(): ReplayOutcome;
}

/** A PNG of one pixel, nothing in it. */
const BLANK = `data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==`;
/** Frames of one side that wait for the other's, to learn which id stands for which. */
const MOST_WAITING = 10_000;
const DEEPEST = 64;

/** `words`: what was said is compared too, not only in which shape. */
export function createClientReplay(options: { words?: boolean } = {}): ClientReplay {
  const { words = false } = options;
  const comparison = compareLanes();
  const sides = { recorded: createFrameLanes(words), live: createFrameLanes(words) };
  const ids = createIdPairs();
  /** By type of event: how many the log's server said, less those of this one. */
  const owed = new Map<string, number>();
  const due = new Set<string>();
  const frames = { recorded: 0, live: 0 };
  const hidden = { audio: 0, images: 0, words: 0 };
  /** What the log's session began with, which its client need not have said: a client secret did. */
  let config: object | undefined;
  let configuring: ReplayedEvent | undefined;
  let silence = 0;
  let sent = 0;
  let skipped = 0;

  function see(side: 'recorded' | 'live', event: { readonly type: string }, line: number | null): void {
    frames[side] += 1;
    const placed = sides[side].place(event);
    if (!placed) return;
    comparison.add(side, placed, line);
    ids.see(side, placed.place, event);
    const { type } = event;
    if (type === 'error') return;
    const left = (owed.get(type) ?? 0) + (side === 'recorded' ? 1 : -1);
    owed.set(type, left);
    if (left > 0) due.add(type);
    else due.delete(type);
  }

  /** The first thing to be said, where the session began with something. */
  function configured(line: number, time: number | null): ReplayedEvent | undefined {
    if (!config) return undefined;
    const event = withoutGaps({ type: 'session.update', session: config } as { type: string }, [], silence, hidden);
    config = undefined;
    configuring = event && { line, time, event };
    return configuring;
  }

  return {
    take(entry) {
      if (entry.kind === 'header') config = entry.header.options?.session;
      if (entry.kind === 'input' && entry.input.from === 'wire') skipped += 1;
      const frame = loggedFrame(entry);
      if (!frame) return undefined;
      const { line, from, event, time } = frame;
      if (from === 'server') {
        silence = silenceOf(event) ?? silence;
        see('recorded', event, line);
        return event.type === 'session.created' ? configured(line, time) : undefined;
      }
      const lengths = entry.kind === 'input' && entry.input.from === 'client' ? (entry.input.audio_bytes ?? []) : [];
      const shown = withoutGaps(event, lengths, silence, hidden);
      if (shown) return { line, time, event: shown };
      skipped += 1;
      return undefined;
    },
    send(replayed) {
      sent += 1;
      // Its answer is owed, as if the log had it.
      if (replayed === configuring) see('recorded', { type: 'session.updated' }, replayed.line);
      return ids.renamed(replayed.event);
    },
    hear: (event) => see('live', event, null),
    get isDue() {
      return due.size === 0;
    },
    giveUp() {
      const types = [...due];
      for (const type of types) owed.set(type, 0);
      due.clear();
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

// ---- Which id stands for which ----

/** Names of fields that hold ids; what a client calls its own events is its own. */
const isIdField = (name: string) => name === 'id' || (name.endsWith('_id') && name !== 'event_id');

interface IdPairs {
  see(side: 'recorded' | 'live', place: string, event: object): void;
  renamed(event: object): object;
}

function createIdPairs(): IdPairs {
  const liveIds = new Map<string, string>();
  const waiting = { recorded: new Map<string, IdsByPath>(), live: new Map<string, IdsByPath>() };

  return {
    see(side, place, event) {
      const own = idsOf(event);
      if (own.size === 0) return;
      const others = waiting[side === 'recorded' ? 'live' : 'recorded'];
      const other = others.get(place);
      if (!other) {
        if (waiting[side].size < MOST_WAITING) waiting[side].set(place, own);
        return;
      }
      others.delete(place);
      const [recorded, live] = side === 'recorded' ? [own, other] : [other, own];
      for (const [path, id] of recorded) {
        const twin = live.get(path);
        if (twin !== undefined && !liveIds.has(id)) liveIds.set(id, twin);
      }
    },
    renamed: (event) =>
      copied(event, (name, text) => (isIdField(name) ? (liveIds.get(text) ?? text) : text), 0) as object,
  };
}

type IdsByPath = Map<string, string>;

function idsOf(event: object): IdsByPath {
  const found: IdsByPath = new Map();
  const walk = (value: unknown, path: string, depth: number): void => {
    if (depth > DEEPEST || typeof value !== 'object' || value === null) return;
    for (const [name, field] of Object.entries(value)) {
      if (typeof field !== 'string') walk(field, `${path}.${name}`, depth + 1);
      else if (isIdField(name)) found.set(`${path}.${name}`, field);
    }
  };
  walk(event, '', 0);
  return found;
}

/** A copy in which every string may be another. */
function copied(value: unknown, change: (name: string, text: string) => string, depth: number, name = ''): unknown {
  if (typeof value === 'string') return change(name, value);
  if (typeof value !== 'object' || value === null || depth > DEEPEST) return value;
  if (Array.isArray(value)) return value.map((each) => copied(each, change, depth + 1, name));
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, copied(field, change, depth + 1, key)]));
}

// ---- What was hidden ----

/** An event with something in the place of what the log does not hold; `undefined` when it cannot be told how much that was. */
function withoutGaps(
  event: { readonly type: string },
  lengths: readonly number[],
  silence: number,
  hidden: { audio: number; images: number; words: number },
): { readonly type: string } | undefined {
  let audio = 0;
  let isUnknown = false;
  const shown = copied(
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
        return BLANK;
      }
      hidden.words += 1;
      return text;
    },
    0,
  );
  return isUnknown ? undefined : (shown as { readonly type: string });
}

/** Longest audio that one event can have, in bytes. */
const MOST_AUDIO = 15 * 1024 * 1024;

/** A number of bytes, if it is one: a log may say anything. */
const lengthIn = (bytes: unknown): number | undefined =>
  typeof bytes === 'number' && Number.isInteger(bytes) && bytes >= 0 && bytes <= MOST_AUDIO ? bytes : undefined;

/** The byte that is silence in the session's input format, where an event tells that: zero but for G.711. */
function silenceOf(event: Json): number | undefined {
  const { session } = event;
  if (!isObject(session)) return undefined;
  const { audio, input_audio_format: beta } = session;
  const input = isObject(audio) && isObject(audio.input) ? audio.input : {};
  const format = isObject(input.format) ? input.format.type : beta;
  return typeof format === 'string' ? (SILENCE.get(format) ?? 0) : undefined;
}

const SILENCE: ReadonlyMap<string, number> = new Map([
  ['audio/pcmu', 0xff],
  ['g711_ulaw', 0xff],
  ['audio/pcma', 0xd5],
  ['g711_alaw', 0xd5],
]);
