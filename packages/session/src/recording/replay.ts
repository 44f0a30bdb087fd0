// Replays a recording: runs `step` over its inputs and compares its events byte for byte. Pure, like `step`.
// Reading the lines: `recording.ts`; comparing values: `json-difference.ts`.

import { encodeEvent, REDACTED, type RedactionLevel, redact, type ServerEvent } from '@colloquy/protocol';
import { createSession, type SessionOptions } from '../step/create-session.ts';
import type { Effect, Input } from '../step/input.ts';
import type { SessionState } from '../step/state.ts';
import { step } from '../step/step.ts';
import { bothValues, firstDifference } from './json-difference.ts';
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

/** `onEffect` receives every effect of the replayed session, in order. */
export function createReplayer(onEffect?: (effect: Effect) => void): Replayer {
  return new SessionReplayer(onEffect);
}

class SessionReplayer implements Replayer {
  #header: RecordingHeader | undefined;
  #level: RedactionLevel = 'media';
  #state: SessionState | undefined;
  #difference: ReplayDifference | undefined;
  #lastLine = 0;
  /** Events that the session has sent and that the recording must contain next. */
  #expectedFrames: SentFrame[] = [];
  #hidesText = false;
  #hidesImages = false;
  readonly #unread: { line: number; message: string }[] = [];
  readonly #onEffect: ((effect: Effect) => void) | undefined;
  readonly #counts = { inputs: 0, frames: 0, snapshots: 0 };

  constructor(onEffect: ((effect: Effect) => void) | undefined) {
    this.#onEffect = onEffect;
  }

  apply(entry: RecordingEntry): void {
    this.#lastLine = entry.line;
    if (entry.kind === 'damaged' || entry.kind === 'foreign') {
      this.#unread.push({ line: entry.line, message: entry.message });
    } else if (entry.kind === 'event') {
      this.#unread.push({ line: entry.line, message: 'an event without `at` and `from`' });
    } else if (this.#difference) return;
    else if (entry.kind === 'header') this.#begin(entry.line, entry.header);
    else if (entry.kind === 'input') this.#applyInput(entry.line, entry.input);
    else if (entry.kind === 'frame') this.#checkFrame(entry.line, entry.frame);
    else this.#checkSnapshot(entry.line, entry.snapshot);
  }

  end(): Replay {
    if (!this.#difference && !this.#header) this.#reportDifference(this.#lastLine + 1, 'there is no header');
    if (!this.#difference && this.#expectedFrames.length > 0) {
      this.#reportDifference(
        this.#lastLine + 1,
        `the recording ends before this frame: ${this.#expectedFrames[0]?.event.type}`,
      );
    }
    const ok = !this.#difference && this.#unread.length === 0;
    return {
      ok,
      ...this.#counts,
      unread: this.#unread,
      ...(this.#difference && { difference: this.#difference }),
      ...(this.#state && { state: this.#state }),
    };
  }

  #reportDifference(line: number, message: string, more: Partial<ReplayDifference> = {}): void {
    this.#difference ??= redact({ line, path: '', message, ...more }, { level: 'key' });
  }

  #begin(line: number, recordedHeader: RecordingHeader): void {
    if (this.#header) return this.#reportDifference(line, 'a second header');
    this.#header = recordedHeader;
    this.#level = redactionLevelOf(recordedHeader);
    this.#hidesText = this.#level === 'content' || isHidden(recordedHeader.options, TOKEN_NEUTRAL_FIELDS);
    if (!recordedHeader.seed || !recordedHeader.options)
      return this.#reportDifference(line, 'made by another server: there is nothing to replay it with');
    try {
      this.#state = createSession({
        ...recordedHeader.options,
        seed: recordedHeader.seed,
        started_at: recordedHeader.started_at,
      } as SessionOptions);
    } catch {
      // A header that was tampered with; the error may quote it.
      return this.#reportDifference(line, 'the header describes no session');
    }
    if (this.#state.id !== recordedHeader.session)
      this.#reportDifference(line, 'the seed gives another session id', { path: 'session' });
  }

  #applyInput(line: number, input: Input): void {
    if (!this.#state) return this.#reportDifference(line, 'an input before the header');
    if (this.#expectedFrames.length > 0) return this.#reportMissingFrame(line);
    this.#hidesText ||= isHidden(input, TOKEN_NEUTRAL_FIELDS);
    this.#hidesImages ||= isHidden(input, BYTE_NEUTRAL_FIELDS);
    if (this.#hidesText) this.#state = withHiddenText(this.#state);
    try {
      const next = step(this.#state, input);
      const { at } = next.state;
      if (this.#onEffect) next.effects.forEach(this.#onEffect);
      this.#expectedFrames = next.effects.flatMap((effect) =>
        effect.do === 'send' ? { at, from: 'server', event: effect.event } : [],
      );
      this.#state = next.state;
    } catch {
      // Only an input that no host produces; the error may quote it.
      return this.#reportDifference(line, 'the session cannot take this input');
    }
    this.#counts.inputs += 1;
  }

  #reportMissingFrame(line: number): void {
    const [next] = this.#expectedFrames;
    this.#reportDifference(line, `a frame is missing before this line: ${next?.event.type}`, {
      replayed: String(next?.event.type),
    });
  }

  #checkFrame(line: number, recorded: SentFrame): void {
    const replayed = this.#expectedFrames.shift();
    if (!this.#state) return this.#reportDifference(line, 'a frame before the header');
    if (!replayed) return this.#reportDifference(line, `the session sends no frame here: ${recorded.event.type}`);
    this.#counts.frames += 1;
    this.#compareFrames(line, recorded, redactLine(replayed, this.#level));
  }

  #compareFrames(line: number, recorded: SentFrame, replayed: SentFrame): void {
    if (recorded.at !== replayed.at) {
      return this.#reportDifference(line, 'sent at another time', bothValues('at', recorded.at, replayed.at));
    }
    const [before, now] = [recorded, replayed].map(({ event }) => (this.#hidesText ? withoutCounts(event) : event));
    if (encodeEvent(before) === encodeEvent(now)) return;
    const path = firstDifference(before, now, 'event');
    if (path === undefined) return this.#reportDifference(line, 'the same values in another order');
    this.#reportDifference(
      line,
      'the session says something else',
      bothValues(path, { event: before }, { event: now }),
    );
  }

  #checkSnapshot(line: number, { at, state: recorded }: SnapshotLine): void {
    if (!this.#state) return this.#reportDifference(line, 'a snapshot before the header');
    if (this.#expectedFrames.length > 0) return this.#reportMissingFrame(line);
    this.#counts.snapshots += 1;
    const replayed = redactLine({ at, from: 'snapshot', format: 1, state: this.#state }, this.#level).state;
    const path = this.#hidesText
      ? undefined
      : firstDifference(recorded, replayed, 'state', this.#hidesImages ? SIZE_FIELDS : undefined);
    if (path === undefined) return;
    this.#reportDifference(
      line,
      'the snapshot is of another state',
      bothValues(path, { state: recorded }, { state: replayed }),
    );
  }
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

/** A difference as text: message, path, and both values. */
export function describeDifference({ line, path, message, recorded, replayed }: ReplayDifference): string {
  const rows = [`line ${line}: ${message}`];
  if (path) rows.push(`  at        ${path}`);
  if (recorded !== undefined) rows.push(`  recorded  ${recorded}`);
  if (replayed !== undefined) rows.push(`  replayed  ${replayed}`);
  return rows.join('\n');
}
