// Replays a recording: runs `step` over its inputs and compares its events byte for byte. Pure, like `step`.
// Reading the lines: `recording.ts`.

import { encodeEvent, REDACTED, type RedactionLevel, redact, type ServerEvent } from '@colloquy/protocol';
import { createSession, type SessionOptions } from '../step/create-session.ts';
import type { Input } from '../step/input.ts';
import type { SessionState } from '../step/state.ts';
import { step } from '../step/step.ts';
import {
  type RecordingEntry,
  type RecordingHeader,
  readRecording,
  redactionLevelOf,
  redactLine,
  type SentFrame,
  type SnapshotLine,
} from './recording.ts';

/** The first difference between a replay and its recording. */
export interface ReplayDifference {
  /** Line of the recording, from 1; one past the end if lines are missing there. */
  readonly line: number;
  /** Path in the line, `event.item.content[0].text`; empty for the whole line. */
  readonly path: string;
  /** One sentence. */
  readonly message: string;
  /** The recorded and the replayed value: short, without text, media and keys. */
  readonly recorded?: string;
  readonly replayed?: string;
}

/** Result of a replay. */
export interface Replay {
  /** Every input was accepted, and every event and snapshot equals the recorded one. */
  readonly ok: boolean;
  readonly inputs: number;
  readonly frames: number;
  readonly snapshots: number;
  /** Lines that could not be read, or that do not belong to the format. */
  readonly unread: readonly { readonly line: number; readonly message: string }[];
  readonly difference?: ReplayDifference;
  /** State after the last accepted input; absent if the recording cannot be replayed. */
  readonly state?: SessionState;
}

/**
 * Replays a recording. Throws only what `lines` throws.
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
  for await (const entry of readRecording(lines)) replayer.apply(entry);
  return replayer.end();
}

/** An incremental replay, for callers that read the lines themselves. */
export interface Replayer {
  /** Applies the next entry. Compares nothing after the first difference. */
  apply(entry: RecordingEntry): void;
  end(): Replay;
}

export function createReplayer(): Replayer {
  let header: RecordingHeader | undefined;
  let level: RedactionLevel = 'media';
  let state: SessionState | undefined;
  let difference: ReplayDifference | undefined;
  let lastLine = 0;
  /** Events that the session has sent and that the recording must contain next. */
  let expectedFrames: SentFrame[] = [];
  let hidesText = false;
  let hidesImages = false;
  const unread: { line: number; message: string }[] = [];
  const counts = { inputs: 0, frames: 0, snapshots: 0 };

  const reportDifference = (line: number, message: string, more: Partial<ReplayDifference> = {}) => {
    difference ??= redact({ line, path: '', message, ...more }, { level: 'key' });
  };

  function begin(line: number, recordedHeader: RecordingHeader): void {
    if (header) return reportDifference(line, 'a second header');
    header = recordedHeader;
    level = redactionLevelOf(recordedHeader);
    hidesText = level === 'content' || isHidden(recordedHeader.options, TOKEN_NEUTRAL_FIELDS);
    if (!recordedHeader.seed || !recordedHeader.options)
      return reportDifference(line, 'made by another server: there is nothing to replay it with');
    try {
      state = createSession({
        ...recordedHeader.options,
        seed: recordedHeader.seed,
        started_at: recordedHeader.started_at,
      } as SessionOptions);
    } catch {
      // A header that was tampered with; the error may quote it.
      return reportDifference(line, 'the header describes no session');
    }
    if (state.id !== recordedHeader.session)
      reportDifference(line, 'the seed gives another session id', { path: 'session' });
  }

  function applyInput(line: number, input: Input): void {
    if (!state) return reportDifference(line, 'an input before the header');
    if (expectedFrames.length > 0) return reportMissingFrame(line);
    hidesText ||= isHidden(input, TOKEN_NEUTRAL_FIELDS);
    hidesImages ||= isHidden(input, BYTE_NEUTRAL_FIELDS);
    if (hidesText) state = withHiddenText(state);
    try {
      const next = step(state, input);
      const { at } = next.state;
      expectedFrames = next.effects.flatMap((effect) =>
        effect.do === 'send' ? { at, from: 'server', event: effect.event } : [],
      );
      state = next.state;
    } catch {
      // Only an input that no host produces; the error may quote it.
      return reportDifference(line, 'the session cannot take this input');
    }
    counts.inputs += 1;
  }

  function reportMissingFrame(line: number): void {
    const [next] = expectedFrames;
    reportDifference(line, `a frame is missing before this line: ${next?.event.type}`, {
      replayed: String(next?.event.type),
    });
  }

  function checkFrame(line: number, recorded: SentFrame): void {
    const replayed = expectedFrames.shift();
    if (!state) return reportDifference(line, 'a frame before the header');
    if (!replayed) return reportDifference(line, `the session sends no frame here: ${recorded.event.type}`);
    counts.frames += 1;
    compareFrames(line, recorded, redactLine(replayed, level));
  }

  function compareFrames(line: number, recorded: SentFrame, replayed: SentFrame): void {
    if (recorded.at !== replayed.at) {
      return reportDifference(line, 'sent at another time', bothValues('at', recorded.at, replayed.at));
    }
    const [before, now] = [recorded, replayed].map(({ event }) => (hidesText ? withoutCounts(event) : event));
    if (encodeEvent(before) === encodeEvent(now)) return;
    const path = firstDifference(before, now, 'event');
    if (path === undefined) return reportDifference(line, 'the same values in another order');
    reportDifference(line, 'the session says something else', bothValues(path, { event: before }, { event: now }));
  }

  function checkSnapshot(line: number, { at, state: recorded }: SnapshotLine): void {
    if (!state) return reportDifference(line, 'a snapshot before the header');
    if (expectedFrames.length > 0) return reportMissingFrame(line);
    counts.snapshots += 1;
    const replayed = redactLine({ at, from: 'snapshot', format: 1, state }, level).state;
    const path = hidesText
      ? undefined
      : firstDifference(recorded, replayed, 'state', hidesImages ? SIZE_FIELDS : undefined);
    if (path === undefined) return;
    reportDifference(
      line,
      'the snapshot is of another state',
      bothValues(path, { state: recorded }, { state: replayed }),
    );
  }

  return {
    apply(entry) {
      lastLine = entry.line;
      if (entry.kind === 'damaged' || entry.kind === 'foreign') {
        unread.push({ line: entry.line, message: entry.message });
      } else if (entry.kind === 'event') {
        unread.push({ line: entry.line, message: 'an event without `at` and `from`' });
      } else if (difference) return;
      else if (entry.kind === 'header') begin(entry.line, entry.header);
      else if (entry.kind === 'input') applyInput(entry.line, entry.input);
      else if (entry.kind === 'frame') checkFrame(entry.line, entry.frame);
      else checkSnapshot(entry.line, entry.snapshot);
    },
    end() {
      if (!difference && !header) reportDifference(lastLine + 1, 'there is no header');
      if (!difference && expectedFrames.length > 0) {
        reportDifference(lastLine + 1, `the recording ends before this frame: ${expectedFrames[0]?.event.type}`);
      }
      const ok = !difference && unread.length === 0;
      return { ok, ...counts, unread, ...(difference && { difference }), ...(state && { state }) };
    },
  };
}

/**
 * The final state of a recording: its last snapshot and the inputs after it, or all inputs if there is none.
 * `undefined` if it has neither a snapshot nor a replayable header. Redacted values stay redacted.
 */
export async function restore(lines: Iterable<string> | AsyncIterable<string>): Promise<SessionState | undefined> {
  let state: SessionState | undefined;
  for await (const entry of readRecording(lines)) {
    if (entry.kind === 'snapshot') state = entry.snapshot.state;
    else if (entry.kind === 'input' && state) {
      if (isHidden(entry.input, TOKEN_NEUTRAL_FIELDS)) state = withHiddenText(state);
      state = step(state, entry.input).state;
    } else if (entry.kind === 'header' && !state && entry.header.seed && entry.header.options) {
      const { seed, started_at, options } = entry.header;
      state = createSession({ ...options, seed, started_at });
    }
  }
  return state;
}

/** Permits MCP calls whose arguments are redacted. */
const withHiddenText = (state: SessionState): SessionState =>
  state.mcp.hides_words ? state : { ...state, mcp: { ...state.mcp, hides_words: true } };

// ---- Comparing ----

/**
 * Fields whose redaction changes no byte count: the length of audio is recorded beside the event, and keys are not
 * stored.
 */
const BYTE_NEUTRAL_FIELDS = new Set(['audio', 'authorization', 'headers']);
/** Fields whose redaction changes no token count: an image counts the same at any length. */
const TOKEN_NEUTRAL_FIELDS = new Set([...BYTE_NEUTRAL_FIELDS, 'image_url']);
/** Fields of a state that count characters. */
const SIZE_FIELDS = new Set(['size', 'deferred_size']);

/** Whether an input contains redacted values outside the fields in `except`, so that counts differ. */
function isHidden(value: unknown, except: ReadonlySet<string>): boolean {
  if (value === REDACTED) return true;
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([name, field]) => !except.has(name) && isHidden(field, except));
}

/** An event without its token counts. */
function withoutCounts(event: ServerEvent): ServerEvent {
  if (event.type === 'rate_limits.updated') return { ...event, rate_limits: [] };
  if (event.type !== 'response.done') return event;
  return { ...event, response: { ...event.response, usage: null } };
}

/**
 * Path of the first difference between two JSON values, apart from the fields in `except`; `undefined` if they are
 * equal.
 */
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
      // JSON cannot represent `undefined`: such a key is absent.
      if (before[name] === undefined && now[name] === undefined) continue;
      return inside;
    }
    const nested = firstDifference(before[name], now[name], inside, except);
    if (nested !== undefined) return nested;
  }
  return undefined;
}

/** Both values at a path, in a printable form. */
function bothValues(path: string, recorded: unknown, replayed: unknown): Partial<ReplayDifference> {
  return { path, recorded: printable(path, recorded), replayed: printable(path, replayed) };
}

function printable(path: string, whole: unknown): string {
  const steps = typeof whole === 'object' && whole !== null ? path.split(/[.[\]]+/).filter((step) => step !== '') : [];
  const value = steps.reduce(fieldOf, whole);
  const visible = steps.reduce(fieldOf, redact(whole, { level: 'content' }));
  if (value === undefined) return 'nothing';
  if (typeof value === 'string' && visible === REDACTED) return `hidden text of ${value.length} characters`;
  const text = JSON.stringify(visible) ?? 'nothing';
  return text.length > 200 ? `${text.slice(0, 199)}…` : text;
}

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;

/** A difference as text: message, path, and both values. */
export function describeDifference({ line, path, message, recorded, replayed }: ReplayDifference): string {
  const rows = [`line ${line}: ${message}`];
  if (path) rows.push(`  at        ${path}`);
  if (recorded !== undefined) rows.push(`  recorded  ${recorded}`);
  if (replayed !== undefined) rows.push(`  replayed  ${replayed}`);
  return rows.join('\n');
}
