// Frames of an upstream that are no events: the first is reported at once, later ones as a count, so that a broken upstream
// cannot flood its client or the log [RL5].

/** Malformed frames since the last report. */
export interface MalformedReport {
  readonly count: number;
  readonly bytes: number;
  /** Why the latest was left out: a failure code, or `binary`. */
  readonly code: string;
}

export interface MalformedFrames {
  add(bytes: number, code: string): void;
  /** Reports what was not reported yet. */
  flush(): void;
}

/** Milliseconds from one report to the next. */
export const MALFORMED_REPORT_MS = 10_000;

export function malformedFrames(report: (frames: MalformedReport) => void): MalformedFrames {
  let timer: NodeJS.Timeout | undefined;
  let unreported: MalformedReport | undefined;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    if (!unreported) return;
    const frames = unreported;
    unreported = undefined;
    report(frames);
  }

  function elapse(): void {
    const hadMore = unreported !== undefined;
    flush();
    if (hadMore) wait();
  }

  function wait(): void {
    timer = setTimeout(elapse, MALFORMED_REPORT_MS);
    timer.unref();
  }

  return {
    add(bytes, code) {
      unreported = { count: (unreported?.count ?? 0) + 1, bytes: (unreported?.bytes ?? 0) + bytes, code };
      if (timer) return;
      flush();
      wait();
    },
    flush,
  };
}
