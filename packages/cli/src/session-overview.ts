// Collects the overview of one session, event by event. The whole log: `overview.ts`.

import { type RealtimeConversationItem, type RedactionLevel, redact } from '@colloquy/protocol';
import {
  createMirror,
  createStopwatch,
  createTotals,
  type LoggedFrame,
  type LoggedViolation,
  type Timing,
  type Totals,
} from '@colloquy/session';

/** An `error` event of the server. */
export interface LoggedError {
  readonly line: number;
  /** Milliseconds since the session's first frame; `null` when the log has no times. */
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

/** One session of a log: keys may be added, none is renamed. */
export interface SessionOverview {
  readonly session: { readonly id: string | null; readonly kind: string | null; readonly model: string | null };
  /** From the first frame to the last; `null` when the log has no times. */
  readonly duration_ms: number | null;
  readonly frames: { readonly client: number; readonly server: number };
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
export const MAX_LISTED = 1000;
/** So many types are told apart. */
const MAX_TYPES = 200;

export interface SessionGathering {
  handleFrame(frame: LoggedFrame, length: number): void;
  handleViolation(violation: LoggedViolation): void;
  /** Asked once, at the end. */
  overview(): SessionOverview;
}

export interface SessionGatheringOptions {
  readonly level: RedactionLevel;
  /** Whether a conversation may grow by so many characters; all sessions of a log share what may be held. */
  readonly hold: (length: number) => boolean;
  readonly onTiming: (timing: Timing) => void;
}

export function gatherSession({ level, hold, onTiming }: SessionGatheringOptions): SessionGathering {
  const mirror = createMirror();
  const stopwatch = createStopwatch();
  const totals = createTotals();
  const frames = { client: 0, server: 0 };
  const types = new Map<string, number>();
  const responses: Timing[] = [];
  const errors: LoggedError[] = [];
  const violations: LoggedViolation[] = [];
  const counts = { responses: 0, errors: 0, violations: 0 };
  const heardMs = new Map<string, number[]>();
  const deleted: string[] = [];
  let began: number | null = null;
  let ended: number | null = null;
  let isCut = false;

  mirror.subscribe('item.truncated', ({ item_id, audio_end_ms }) => {
    if (heardMs.size < MAX_LISTED) heardMs.set(item_id, [...(heardMs.get(item_id) ?? []).slice(-8), audio_end_ms]);
  });
  mirror.subscribe('item.removed', ({ item_id }) => void (deleted.length < MAX_LISTED && deleted.push(item_id)));

  const list = <T>(kind: keyof typeof counts, all: T[], one: T) => {
    counts[kind] += 1;
    if (all.length < MAX_LISTED) all.push(one);
  };

  const count = (timing: Timing) => {
    totals.add(timing, null);
    onTiming(timing);
    list('responses', responses, timing);
  };

  function mirrored(event: LoggedFrame['event'], length: number): void {
    const isSound = event.type === 'response.output_audio.delta';
    if (!isSound && !hold(length)) isCut = true;
    if (!isCut) mirror.apply(event);
  }

  return {
    handleFrame(frame, length) {
      const { from, event, time, line } = frame;
      frames[from] += 1;
      if (types.has(event.type) || types.size < MAX_TYPES) types.set(event.type, (types.get(event.type) ?? 0) + 1);
      began ??= time;
      ended = time ?? ended;
      const timing = stopwatch.observe(frame);
      if (timing) count(timing);
      if (from === 'client') return;
      mirrored(event, length);
      if (event.type !== 'error') return;
      const at = time === null || began === null ? null : time - began;
      list('errors', errors, { line, at, ...errorOf(event, level) });
    },
    handleViolation: (violation) => list('violations', violations, violation),
    overview() {
      for (const timing of stopwatch.unfinished()) count(timing);
      const session = (mirror.session ? redact(mirror.session, { level }) : {}) as Readonly<Record<string, unknown>>;
      return {
        session: { id: shortText(session.id), kind: shortText(session.type), model: shortText(session.model) },
        duration_ms: began === null || ended === null ? null : ended - began,
        frames,
        types: mostFirst(types),
        items: [
          ...mirror.items().map((item) => ({
            id: item.id ?? '',
            heard_ms: heardMs.get(item.id ?? '') ?? [],
            item: redact(item, { level }),
          })),
          ...deleted.map((id) => ({ id, heard_ms: [], item: null })),
        ],
        items_cut: isCut,
        responses,
        totals: totals.sum(),
        errors,
        violations,
        counts,
      };
    },
  };
}

function errorOf(event: LoggedFrame['event'], level: RedactionLevel): Pick<LoggedError, 'code' | 'param' | 'message'> {
  const error = redact(event, { level }).error as Readonly<Record<string, unknown>> | null;
  const text = (name: string) => (typeof error?.[name] === 'string' ? String(error[name]).slice(0, 512) : null);
  return { code: text('code'), param: text('param'), message: text('message') ?? '' };
}

export const shortText = (value: unknown) => (typeof value === 'string' ? value.slice(0, 128) : null);

/** Counts by name, the largest first. */
export const mostFirst = (counts: ReadonlyMap<string, number>): Record<string, number> =>
  Object.fromEntries([...counts].sort(([, one], [, other]) => other - one));
