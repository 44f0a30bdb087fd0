// The clock that peers are judged by. It counts the time this process ran: while it was stopped (SIGSTOP, a laptop asleep, a turn
// of the event loop that took seconds) it could read nothing, so no peer was late.

/** Milliseconds between two looks at the real clock. */
const TICK_MS = 250;
/** What one gap between two looks counts for at most, in milliseconds. A longer one is time in which the process did not run. */
export const MAX_STEP_MS = 1000;
/** Longest delay a timer can have, in milliseconds. */
const MAX_DELAY_MS = 2 ** 31 - 1;

export interface ActiveClock {
  /** Milliseconds, monotonic, from an arbitrary beginning. */
  now(): number;
  /** Milliseconds of the real clock that were not counted, in all. */
  missed(): number;
  /**
   * Calls back when `ms` of this clock have passed and what came in meanwhile has been read. Returns what cancels it. Keeps the
   * process alive as a timer does.
   */
  after(ms: number, callback: () => void): () => void;
  /** Looks at the real clock; done by itself every quarter of a second. */
  tick(): void;
}

/** `real` is a monotonic clock in milliseconds. */
export function activeClock(real: () => number = () => performance.now()): ActiveClock {
  let counted = 0;
  let seenAt = real();
  const beganAt = seenAt;
  const pending = () => Math.min(MAX_STEP_MS, Math.max(0, real() - seenAt));

  function tick(): void {
    counted += pending();
    seenAt = real();
  }

  function after(ms: number, callback: () => void): () => void {
    const due = now() + ms;
    let immediate: NodeJS.Immediate | undefined;
    let timer: NodeJS.Timeout | undefined;
    const check = () => {
      const left = due - now();
      if (left > 0) timer = setTimeout(check, Math.min(MAX_DELAY_MS, Math.ceil(left)));
      // Timers run before sockets are read: what came while the process was busy is read in this turn of the event loop.
      else immediate = setImmediate(callback);
    };
    timer = setTimeout(check, Math.min(MAX_DELAY_MS, ms));
    return () => {
      clearTimeout(timer);
      clearImmediate(immediate);
    };
  }

  const now = () => counted + pending();
  const missed = () => real() - beganAt - now();
  return { now, missed, after, tick };
}

/** The clock of this process. */
export const activeTime: ActiveClock = activeClock();
setInterval(activeTime.tick, TICK_MS).unref();
