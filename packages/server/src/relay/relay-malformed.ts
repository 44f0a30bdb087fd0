// Counts frames of an upstream that are no events: the first is reported at once, later ones as a count, so that a broken upstream
// floods neither its client nor the log [RL5].

/** Malformed frames since the last report. */
export interface MalformedReport {
  readonly count: number;
  readonly bytes: number;
  /** Why the latest was left out: a failure code, or `binary`. */
  readonly code: string;
}

export interface MalformedState {
  readonly unreported: MalformedReport | null;
  /** When the next report may be made; infinite when a frame would be reported at once. */
  readonly reportAt: number;
}

/** Milliseconds from one report to the next. */
export const MALFORMED_REPORT_MS = 10_000;

export const NO_MALFORMED: MalformedState = { unreported: null, reportAt: Number.POSITIVE_INFINITY };

/** What was counted and is to be reported now, and what is left. */
type Reported = readonly [MalformedState, MalformedReport | null];

export function addMalformed(state: MalformedState, bytes: number, code: string, at: number): Reported {
  const { unreported, reportAt } = state;
  const report = { count: (unreported?.count ?? 0) + 1, bytes: (unreported?.bytes ?? 0) + bytes, code };
  if (reportAt < Number.POSITIVE_INFINITY) return [{ unreported: report, reportAt }, null];
  return [{ unreported: null, reportAt: at + MALFORMED_REPORT_MS }, report];
}

/** Looks at the clock: reports what was counted since the last report, once that is long enough ago. */
export function elapseMalformed(state: MalformedState, at: number): Reported {
  if (at < state.reportAt) return [state, null];
  if (!state.unreported) return [NO_MALFORMED, null];
  return [{ unreported: null, reportAt: at + MALFORMED_REPORT_MS }, state.unreported];
}

/** Reports what is left, at the end of a session. */
export const flushMalformed = ({ unreported }: MalformedState): Reported => [NO_MALFORMED, unreported];
