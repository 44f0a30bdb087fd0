// What there is to say of a whole log at a glance: the session, the conversation, times, errors and problems, gathered entry by
// entry. How it is shown is `overview-text.ts`.

import { type RealtimeConversationItem, type RedactionLevel, redact } from '@colloquy/protocol';
import {
  createConformance,
  createMirror,
  createStopwatch,
  type LoggedFrame,
  type LoggedViolation,
  loggedFrame,
  type Mirror,
  type ReadEntry,
  type RecordingHeader,
  type Timing,
} from '@colloquy/session';
import { createTotals, type Totals } from './totals.ts';

/** An `error` event of the server. */
export interface LoggedError {
  readonly line: number;
  /** Milliseconds since the log began; `null` when it has no times. */
  readonly at: number | null;
  readonly code: string | null;
  readonly param: string | null;
  readonly message: string;
}

export interface ConversationItem {
  readonly id: string;
  /** Milliseconds of its audio that were heard, by part, where it was truncated. */
  readonly heard_ms: readonly number[];
  /** `null` once it was deleted. */
  readonly item: RealtimeConversationItem | null;
}

/** The `--json` of `colloquy inspect`: keys may be added, none is renamed. */
export interface Overview {
  readonly file: string;
  readonly session: { readonly id: string | null; readonly kind: string | null; readonly model: string | null };
  /** Of recordings of ours: when it began, what answered, what is hidden in it, and whether it can be replayed. */
  readonly recording: {
    readonly started_at: number;
    /** `null` where the recording does not say. */
    readonly engine: string | null;
    readonly hidden: readonly string[];
    readonly replayable: boolean;
  } | null;
  /** From the first frame to the last; `null` when the log has no times. */
  readonly duration_ms: number | null;
  readonly frames: { readonly client: number; readonly server: number };
  readonly lines: { readonly damaged: number; readonly others: number };
  /** How many frames there are of each type. */
  readonly types: Readonly<Record<string, number>>;
  readonly items: readonly ConversationItem[];
  /** Whether the log was too long for all of its conversation to be held. */
  readonly items_cut: boolean;
  readonly responses: readonly Timing[];
  readonly totals: Totals;
  readonly errors: readonly LoggedError[];
  readonly violations: readonly LoggedViolation[];
  /** How many there are of each, also where only the first are listed. */
  readonly counts: { readonly responses: number; readonly errors: number; readonly violations: number };
}

/** So many of each are listed. */
const MOST_LISTED = 1000;
/** So many types are told apart. */
const MOST_TYPES = 200;
/** A conversation is held up to so many characters of frames, audio left aside. */
const MOST_HELD = 64 * 1024 * 1024;

export interface Gathering {
  take(read: ReadEntry): void;
  /** Asked once, at the end. */
  overview(): Overview;
}

export function gather(file: string, level: RedactionLevel): Gathering {
  const mirror = createMirror();
  const conformance = createConformance();
  const stopwatch = createStopwatch();
  const totals = createTotals();
  const frames = { client: 0, server: 0 };
  const lines = { damaged: 0, others: 0 };
  const types = new Map<string, number>();
  const responses: Timing[] = [];
  const errors: LoggedError[] = [];
  const violations: LoggedViolation[] = [];
  const counts = { responses: 0, errors: 0, violations: 0 };
  const heard = new Map<string, number[]>();
  const deleted: string[] = [];
  let header: RecordingHeader | undefined;
  let began: number | null = null;
  let ended: number | null = null;
  let held = 0;

  mirror.subscribe('item.truncated', ({ item_id, audio_end_ms }) => {
    if (heard.size < MOST_LISTED) heard.set(item_id, [...(heard.get(item_id) ?? []).slice(-8), audio_end_ms]);
  });
  mirror.subscribe('item.removed', ({ item_id }) => void (deleted.length < MOST_LISTED && deleted.push(item_id)));

  const list = <T>(kind: keyof typeof counts, all: T[], one: T) => {
    counts[kind] += 1;
    if (all.length < MOST_LISTED) all.push(one);
  };

  const count = (timing: Timing) => {
    totals.add(timing, null);
    list('responses', responses, timing);
  };

  function hear(frame: LoggedFrame, length: number): void {
    const { from, event, time, line } = frame;
    frames[from] += 1;
    if (types.has(event.type) || types.size < MOST_TYPES) types.set(event.type, (types.get(event.type) ?? 0) + 1);
    began ??= time;
    ended = time ?? ended;
    const timing = stopwatch.take(frame);
    if (timing) count(timing);
    if (from === 'client') return;
    const isSound = event.type === 'response.output_audio.delta';
    if (!isSound) held += length;
    if (held <= MOST_HELD) mirror.apply(event);
    if (event.type !== 'error') return;
    const error = redact(event, { level }).error as Readonly<Record<string, unknown>> | null;
    const text = (name: string) => (typeof error?.[name] === 'string' ? String(error[name]).slice(0, 512) : null);
    const at = time === null || began === null ? null : time - began;
    list('errors', errors, { line, at, code: text('code'), param: text('param'), message: text('message') ?? '' });
  }

  return {
    take({ entry, text }) {
      for (const violation of conformance.take(entry)) list('violations', violations, violation);
      if (entry.kind === 'header') header = entry.header;
      else if (entry.kind === 'damaged') lines.damaged += 1;
      else if (entry.kind === 'foreign') lines.others += 1;
      const frame = loggedFrame(entry);
      if (frame) hear(frame, text?.length ?? 1000);
    },
    overview() {
      for (const timing of stopwatch.unfinished()) count(timing);
      const session = sessionOf(mirror, header, level);
      return {
        file,
        session,
        recording: header
          ? {
              started_at: header.started_at,
              engine: text(header.engine),
              hidden: header.hidden.filter((kind) => typeof kind === 'string'),
              replayable: header.seed !== null,
            }
          : null,
        duration_ms: began === null || ended === null ? null : ended - began,
        frames,
        lines,
        types: Object.fromEntries([...types].sort(([, one], [, other]) => other - one)),
        items: [
          ...mirror.items().map((item) => ({
            id: item.id ?? '',
            heard_ms: heard.get(item.id ?? '') ?? [],
            item: redact(item, { level }),
          })),
          ...deleted.map((id) => ({ id, heard_ms: [], item: null })),
        ],
        items_cut: held > MOST_HELD,
        responses,
        totals: totals.sum(),
        errors,
        violations,
        counts,
      };
    },
  };
}

const text = (value: unknown) => (typeof value === 'string' ? value.slice(0, 128) : null);

function sessionOf(mirror: Mirror, header: RecordingHeader | undefined, level: RedactionLevel): Overview['session'] {
  const session = (mirror.session ? redact(mirror.session, { level }) : {}) as Readonly<Record<string, unknown>>;
  return {
    id: text(session.id) ?? text(header?.session),
    kind: text(session.type),
    model: text(session.model),
  };
}
