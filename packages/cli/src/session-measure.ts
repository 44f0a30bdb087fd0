// Times and totals of a log per session and overall, for `colloquy measure`. Times: `timings.ts` of @colloquy/session.

import {
  createSessionBlocks,
  createStopwatch,
  createTotals,
  type LoggedFrame,
  type Stopwatch,
  type Summing,
  type Timing,
  type Totals,
} from '@colloquy/session';

/** A response or transcription, what it cost, and the id of its session. */
export interface Measured {
  readonly timing: Timing;
  readonly cost: number | null;
  readonly session: string | null;
}

export interface MeasuredSession {
  readonly id: string | null;
  readonly totals: Totals;
}

export interface SessionMeasure {
  /** Takes the next frame, and answers what it ended. */
  measureEvent(frame: LoggedFrame): Measured | undefined;
  /** Those that have begun and not ended. */
  unfinished(): Iterable<Measured>;
  /** Asked once, after all others: the sums of each session, of the first 1000, and of all. */
  end(): { readonly sessions: readonly MeasuredSession[]; readonly count: number; readonly totals: Totals };
}

/** So many sessions are summed up by themselves. */
const MAX_SESSIONS = 1000;

interface Session {
  /** The session's id, as far as it is known. */
  id: string | null;
  readonly stopwatch: Stopwatch;
  readonly totals: Summing;
}

export function createSessionMeasure(priceOf: (timing: Timing) => number | null): SessionMeasure {
  const blocks = createSessionBlocks();
  const sessions: Session[] = [];
  const all = createTotals();
  const newSession = (): Session => ({ id: null, stopwatch: createStopwatch(), totals: createTotals() });
  const rest = newSession();
  let count = 0;

  function measured({ id, totals }: Session, timing: Timing): Measured {
    const cost = priceOf(timing);
    totals.add(timing, cost);
    all.add(timing, cost);
    return { timing, cost, session: id };
  }

  return {
    measureEvent(frame) {
      const { index, id } = blocks.of(frame);
      count = Math.max(count, index + 1);
      const session = index < MAX_SESSIONS ? (sessions[index] ??= newSession()) : rest;
      session.id = id;
      const timing = session.stopwatch.observe(frame);
      return timing && measured(session, timing);
    },
    *unfinished() {
      for (const session of [...sessions, rest])
        for (const timing of session.stopwatch.unfinished()) yield measured(session, timing);
    },
    end: () => ({
      sessions: sessions.map(({ id, totals }) => ({ id, totals: totals.sum() })),
      count,
      totals: all.sum(),
    }),
  };
}
