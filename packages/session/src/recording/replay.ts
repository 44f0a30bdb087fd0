// Running a recording again: `step` over its inputs, its frames compared byte for byte. Pure, like `step` itself.
// Reading the lines is `recording.ts`.

import { encodeEvent, REDACTED, type RedactionLevel, redact, type ServerEvent } from '@colloquy/protocol';
import { createSession, type SessionOptions } from '../step/create-session.ts';
import type { Input } from '../step/input.ts';
import type { SessionState } from '../step/state.ts';
import { step } from '../step/step.ts';
import {
  levelOf,
  type RecordingEntry,
  type RecordingHeader,
  readRecording,
  redactLine,
  type SentFrame,
  type SnapshotLine,
} from './recording.ts';

/** The first place where a replay and its recording part. */
export interface ReplayDifference {
  /** Of the recording, from 1; one past the end when lines are missing there. */
  readonly line: number;
  /** Where in the line, `event.item.content[0].text`; empty for the whole line. */
  readonly path: string;
  /** One sentence. */
  readonly message: string;
  /** What the recording says there, and what the replay says: short, without words, media and keys. */
  readonly recorded?: string;
  readonly replayed?: string;
}

/** What came of a replay. */
export interface Replay {
  /** Every input was taken, and every frame and snapshot came out as it was recorded. */
  readonly ok: boolean;
  readonly inputs: number;
  readonly frames: number;
  readonly snapshots: number;
  /** Lines that could not be read, or that are not of the format. */
  readonly unread: readonly { readonly line: number; readonly message: string }[];
  readonly difference?: ReplayDifference;
  /** After the last input that was taken; absent when the recording cannot be replayed. */
  readonly state?: SessionState;
}

/**
 * Replays a recording. Never throws, but for what `lines` throws.
 *
 * @example
 * import { readFile } from 'node:fs/promises';
 * import { describeDifference, replay } from '@colloquy/session';
 *
 * const { ok, difference } = await replay((await readFile('session.jsonl', 'utf8')).split('\n'));
 * if (!ok && difference) console.error(describeDifference(difference));
 */
export async function replay(lines: Iterable<string> | AsyncIterable<string>): Promise<Replay> {
  const replayer = createReplayer();
  for await (const entry of readRecording(lines)) replayer.take(entry);
  return replayer.end();
}

/** A replay in the making, for callers that read the lines themselves. */
export interface Replayer {
  /** Takes the next entry. After the first difference nothing more is compared. */
  take(entry: RecordingEntry): void;
  end(): Replay;
}

export function createReplayer(): Replayer {
  let header: RecordingHeader | undefined;
  let level: RedactionLevel = 'media';
  let state: SessionState | undefined;
  let difference: ReplayDifference | undefined;
  let lastLine = 0;
  /** Frames the session has sent and the recording has not shown yet. */
  let due: SentFrame[] = [];
  let hidesWords = false;
  let hidesImages = false;
  const unread: { line: number; message: string }[] = [];
  const counts = { inputs: 0, frames: 0, snapshots: 0 };

  const differ = (line: number, message: string, more: Partial<ReplayDifference> = {}) => {
    difference ??= redact({ line, path: '', message, ...more }, { level: 'key' });
  };

  function begin(line: number, given: RecordingHeader): void {
    if (header) return differ(line, 'a second header');
    header = given;
    level = levelOf(given);
    hidesWords = level === 'content' || isHidden(given.options, COUNTLESS);
    if (!given.seed || !given.options)
      return differ(line, 'made by another server: there is nothing to replay it with');
    try {
      state = createSession({ ...given.options, seed: given.seed, started_at: given.started_at } as SessionOptions);
    } catch {
      // A header that was tampered with; what was thrown may quote it.
      return differ(line, 'the header describes no session');
    }
    if (state.id !== given.session) differ(line, 'the seed gives another session id', { path: 'session' });
  }

  function hear(line: number, input: Input): void {
    if (!state) return differ(line, 'an input before the header');
    if (due.length > 0) return missing(line);
    hidesWords ||= isHidden(input, COUNTLESS);
    hidesImages ||= isHidden(input, SOUND);
    if (hidesWords) state = hidingWords(state);
    try {
      const next = step(state, input);
      const { at } = next.state;
      due = next.effects.flatMap((effect) => (effect.do === 'send' ? { at, from: 'server', event: effect.event } : []));
      state = next.state;
    } catch {
      // Only an input that no host would give; what was thrown may quote it.
      return differ(line, 'the session cannot take this input');
    }
    counts.inputs += 1;
  }

  function missing(line: number): void {
    const [next] = due;
    differ(line, `a frame is missing before this line: ${next?.event.type}`, { replayed: String(next?.event.type) });
  }

  function see(line: number, recorded: SentFrame): void {
    const replayed = due.shift();
    if (!state) return differ(line, 'a frame before the header');
    if (!replayed) return differ(line, `the session sends no frame here: ${recorded.event.type}`);
    counts.frames += 1;
    compare(line, recorded, redactLine(replayed, level));
  }

  function compare(line: number, recorded: SentFrame, replayed: SentFrame): void {
    if (recorded.at !== replayed.at) {
      return differ(line, 'sent at another time', different('at', recorded.at, replayed.at));
    }
    const [before, now] = [recorded, replayed].map(({ event }) => (hidesWords ? withoutCounts(event) : event));
    if (encodeEvent(before) === encodeEvent(now)) return;
    const path = firstDifference(before, now, 'event');
    if (path === undefined) return differ(line, 'the same values in another order');
    differ(line, 'the session says something else', different(path, { event: before }, { event: now }));
  }

  function check(line: number, { at, state: recorded }: SnapshotLine): void {
    if (!state) return differ(line, 'a snapshot before the header');
    if (due.length > 0) return missing(line);
    counts.snapshots += 1;
    const replayed = redactLine({ at, from: 'snapshot', format: 1, state }, level).state;
    const path = hidesWords ? undefined : firstDifference(recorded, replayed, 'state', hidesImages ? SIZES : undefined);
    if (path === undefined) return;
    differ(line, 'the snapshot is of another state', different(path, { state: recorded }, { state: replayed }));
  }

  return {
    take(entry) {
      lastLine = entry.line;
      if (entry.kind === 'damaged' || entry.kind === 'foreign') {
        unread.push({ line: entry.line, message: entry.message });
      } else if (entry.kind === 'event') {
        unread.push({ line: entry.line, message: 'an event without `at` and `from`' });
      } else if (difference) return;
      else if (entry.kind === 'header') begin(entry.line, entry.header);
      else if (entry.kind === 'input') hear(entry.line, entry.input);
      else if (entry.kind === 'frame') see(entry.line, entry.frame);
      else check(entry.line, entry.snapshot);
    },
    end() {
      if (!difference && !header) differ(lastLine + 1, 'there is no header');
      if (!difference && due.length > 0) {
        differ(lastLine + 1, `the recording ends before this frame: ${due[0]?.event.type}`);
      }
      const ok = !difference && unread.length === 0;
      return { ok, ...counts, unread, ...(difference && { difference }), ...(state && { state }) };
    },
  };
}

/**
 * The state a recording ends in: its last snapshot and the inputs after it, or all inputs where there is none. `undefined` when
 * it has neither a snapshot nor a header to begin with. What was hidden stays hidden in it.
 */
export async function restore(lines: Iterable<string> | AsyncIterable<string>): Promise<SessionState | undefined> {
  let state: SessionState | undefined;
  for await (const entry of readRecording(lines)) {
    if (entry.kind === 'snapshot') state = entry.snapshot.state;
    else if (entry.kind === 'input' && state) {
      if (isHidden(entry.input, COUNTLESS)) state = hidingWords(state);
      state = step(state, entry.input).state;
    } else if (entry.kind === 'header' && !state && entry.header.seed && entry.header.options) {
      const { seed, started_at, options } = entry.header;
      state = createSession({ ...options, seed, started_at });
    }
  }
  return state;
}

/** Lets calls on MCP servers go out whose arguments are hidden. */
const hidingWords = (state: SessionState): SessionState =>
  state.mcp.hides_words ? state : { ...state, mcp: { ...state.mcp, hides_words: true } };

// ---- Comparing ----

/** Names under which `[REDACTED]` changes no count of bytes: the length of audio stands beside the event, keys are nowhere. */
const SOUND = new Set(['audio', 'authorization', 'headers']);
/** Nor of tokens: an image counts the same at any length. */
const COUNTLESS = new Set([...SOUND, 'image_url']);
/** What a state counts in characters. */
const SIZES = new Set(['size', 'deferred_size']);

/** Whether something of an input is hidden, so that it can no longer be counted; under names in `except` it may. */
function isHidden(value: unknown, except: ReadonlySet<string>): boolean {
  if (value === REDACTED) return true;
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([name, field]) => !except.has(name) && isHidden(field, except));
}

/** An event without its numbers of tokens. */
function withoutCounts(event: ServerEvent): ServerEvent {
  if (event.type === 'rate_limits.updated') return { ...event, rate_limits: [] };
  if (event.type !== 'response.done') return event;
  return { ...event, response: { ...event.response, usage: null } };
}

/** Where two JSON values differ first, apart from fields of certain names; `undefined` where they do not. */
function firstDifference(
  recorded: unknown,
  replayed: unknown,
  path: string,
  except?: ReadonlySet<string>,
): string | undefined {
  if (Object.is(recorded, replayed)) return undefined;
  if (typeof recorded !== 'object' || typeof replayed !== 'object' || !recorded || !replayed) return path;
  if (Array.isArray(recorded) !== Array.isArray(replayed)) return path;
  const [before, now] = [recorded, replayed] as Record<string, unknown>[] as [
    Record<string, unknown>,
    Record<string, unknown>,
  ];
  for (const name of new Set([...Object.keys(before), ...Object.keys(now)])) {
    if (except?.has(name)) continue;
    const inside = Array.isArray(recorded) ? `${path}[${name}]` : `${path}.${name}`;
    if (!Object.hasOwn(before, name) || !Object.hasOwn(now, name)) {
      // JSON has no word for `undefined`: such a key is not there.
      if (before[name] === undefined && now[name] === undefined) continue;
      return inside;
    }
    const found = firstDifference(before[name], now[name], inside, except);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What stands at a path in two values, as it may be shown. */
function different(path: string, recorded: unknown, replayed: unknown): Partial<ReplayDifference> {
  return { path, recorded: shown(path, recorded), replayed: shown(path, replayed) };
}

function shown(path: string, whole: unknown): string {
  const steps = typeof whole === 'object' && whole !== null ? path.split(/[.[\]]+/).filter((step) => step !== '') : [];
  const value = steps.reduce(inside, whole);
  const visible = steps.reduce(inside, redact(whole, { level: 'content' }));
  if (value === undefined) return 'nothing';
  if (typeof value === 'string' && visible === REDACTED) return `hidden text of ${value.length} characters`;
  const text = JSON.stringify(visible) ?? 'nothing';
  return text.length > 200 ? `${text.slice(0, 199)}…` : text;
}

const inside = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;

/** A difference for people: what, where, and both sides. */
export function describeDifference({ line, path, message, recorded, replayed }: ReplayDifference): string {
  const rows = [`line ${line}: ${message}`];
  if (path) rows.push(`  at        ${path}`);
  if (recorded !== undefined) rows.push(`  recorded  ${recorded}`);
  if (replayed !== undefined) rows.push(`  replayed  ${replayed}`);
  return rows.join('\n');
}
