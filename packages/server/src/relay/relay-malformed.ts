// Counts malformed frames of an upstream. Reports the first at once and later ones as a count every 10 s, so that a broken
// upstream floods neither the client nor the log [RL5].

/** Malformed frames since the last report. */
export interface MalformedReport {
  readonly count: number;
  readonly bytes: number;
  /** Why the latest frame was dropped: a failure code, `binary` or `unprintable`. */
  readonly code: string;
}

export interface MalformedState {
  readonly unreported: MalformedReport | null;
  /** Earliest time of the next report; `Infinity` if the next frame is reported at once. */
  readonly reportAt: number;
}

const MALFORMED_REPORT_MS = 10_000;

export const NO_MALFORMED: MalformedState = { unreported: null, reportAt: Number.POSITIVE_INFINITY };

/** The next state, and the report that is due now. */
type Reported = readonly [MalformedState, MalformedReport | null];

export function addMalformed(state: MalformedState, bytes: number, code: string, at: number): Reported {
  const { unreported, reportAt } = state;
  const report = { count: (unreported?.count ?? 0) + 1, bytes: (unreported?.bytes ?? 0) + bytes, code };
  if (reportAt < Number.POSITIVE_INFINITY) return [{ unreported: report, reportAt }, null];
  return [{ unreported: null, reportAt: at + MALFORMED_REPORT_MS }, report];
}

/** Reports what was counted since the last report if `reportAt` has passed. */
export function elapseMalformed(state: MalformedState, at: number): Reported {
  if (at < state.reportAt) return [state, null];
  if (!state.unreported) return [NO_MALFORMED, null];
  return [{ unreported: null, reportAt: at + MALFORMED_REPORT_MS }, state.unreported];
}

/** Reports the rest at the end of a session. */
export const flushMalformed = ({ unreported }: MalformedState): Reported => [NO_MALFORMED, unreported];
