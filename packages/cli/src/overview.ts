// Collects the overview of a log, session by session. One session: `session-overview.ts`; output: `overview-text.ts`.

import type { RedactionLevel } from '@colloquy/protocol';
import {
  createConformance,
  createSessionBlocks,
  createTotals,
  type LoggedFrame,
  loggedFrame,
  type ReadEntry,
  type RecordingHeader,
} from '@colloquy/session';
import {
  gatherSession,
  MAX_LISTED,
  mostFirst,
  type SessionGathering,
  type SessionOverview,
  shortText,
} from './session-overview.ts';

/** The `--json` of `colloquy inspect`: keys may be added, none is renamed. All but `session`, of the first, is of all sessions. */
export interface Overview extends SessionOverview {
  readonly file: string;
  /** Of recordings of ours: when it began, what answered, what is hidden in it, and whether it can be replayed. */
  readonly recording: {
    readonly started_at: number;
    /** `null` where the recording does not say. */
    readonly engine: string | null;
    readonly hidden: readonly string[];
    readonly replayable: boolean;
  } | null;
  readonly lines: { readonly damaged: number; readonly others: number };
  /** Each by itself, in the order they begin. */
  readonly sessions: readonly SessionOverview[];
  /** How many sessions there are, also where only the first are listed. */
  readonly session_count: number;
}

/** So many sessions are listed. */
const MAX_SESSIONS = 1000;
/** Conversations are held up to so many characters of frames in all, audio left aside. */
const MAX_HELD_LENGTH = 64 * 1024 * 1024;

export interface Gathering {
  addEntry(read: ReadEntry): void;
  /** Asked once, at the end. */
  overview(): Overview;
}

export function gather(file: string, level: RedactionLevel): Gathering {
  const blocks = createSessionBlocks();
  const conformance = createConformance();
  const totals = createTotals();
  const lines = { damaged: 0, others: 0 };
  let held = 0;
  const hold = (length: number) => {
    held += length;
    return held <= MAX_HELD_LENGTH;
  };
  const onTiming = (timing: Parameters<typeof totals.add>[0]) => totals.add(timing, null);
  const newSession = () => gatherSession({ level, hold, onTiming });
  const sessions: SessionGathering[] = [newSession()];
  /** Those that are not listed, all in one. */
  const rest = gatherSession({ level, hold: () => false, onTiming });
  let current = sessions[0] as SessionGathering;
  let count = 1;
  let header: RecordingHeader | undefined;
  let began: number | null = null;
  let ended: number | null = null;

  function sessionOf(frame: LoggedFrame): SessionGathering {
    const { index } = blocks.of(frame);
    count = Math.max(count, index + 1);
    if (index >= MAX_SESSIONS) return rest;
    return (sessions[index] ??= newSession());
  }

  return {
    addEntry({ entry, text }) {
      const frame = loggedFrame(entry);
      if (frame) current = sessionOf(frame);
      for (const violation of conformance.observe(entry)) current.handleViolation(violation);
      if (entry.kind === 'header') header = entry.header;
      else if (entry.kind === 'damaged') lines.damaged += 1;
      else if (entry.kind === 'foreign') lines.others += 1;
      if (!frame) return;
      began ??= frame.time;
      ended = frame.time ?? ended;
      current.handleFrame(frame, text?.length ?? 1000);
    },
    overview() {
      const listed = sessions.map((each) => each.overview());
      const all = [...listed, rest.overview()];
      const [first] = listed as [SessionOverview];
      const session = { ...first.session, id: first.session.id ?? shortText(header?.session) };
      listed[0] = { ...first, session };
      return {
        file,
        session,
        recording: header ? recordingOf(header) : null,
        duration_ms: began === null || ended === null ? null : ended - began,
        lines,
        ...summed(all),
        totals: totals.sum(),
        sessions: listed,
        session_count: count,
      };
    },
  };
}

const recordingOf = (header: RecordingHeader): NonNullable<Overview['recording']> => ({
  started_at: header.started_at,
  engine: shortText(header.engine),
  hidden: header.hidden.filter((kind) => typeof kind === 'string'),
  replayable: header.seed !== null,
});

/** What the sessions have in all. */
function summed(all: readonly SessionOverview[]): Omit<SessionOverview, 'session' | 'duration_ms' | 'totals'> {
  const sum = (of: (each: SessionOverview) => number) => all.reduce((total, each) => total + of(each), 0);
  const types = new Map<string, number>();
  for (const each of all)
    for (const [type, count] of Object.entries(each.types)) types.set(type, (types.get(type) ?? 0) + count);
  return {
    frames: { client: sum(({ frames }) => frames.client), server: sum(({ frames }) => frames.server) },
    types: mostFirst(types),
    items: all.flatMap(({ items }) => items),
    items_cut: all.some(({ items_cut }) => items_cut),
    responses: all.flatMap(({ responses }) => responses).slice(0, MAX_LISTED),
    errors: all.flatMap(({ errors }) => errors).slice(0, MAX_LISTED),
    violations: all.flatMap(({ violations }) => violations).slice(0, MAX_LISTED),
    counts: {
      responses: sum(({ counts }) => counts.responses),
      errors: sum(({ counts }) => counts.errors),
      violations: sum(({ counts }) => counts.violations),
    },
  };
}
