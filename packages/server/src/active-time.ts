// Clock for all timeouts of peers. It counts only the time in which this process ran: while the process was stopped (SIGSTOP, a
// suspended laptop, a blocked event loop) it could not read, so a peer was not late.

/** Milliseconds between two reads of the real clock. */
const TICK_MS = 250;
/** Longest time counted between two reads, in milliseconds. The rest of a longer gap is time in which the process did not run. */
const MAX_STEP_MS = 1000;
/** Longest delay of a Node timer, in milliseconds. */
const MAX_DELAY_MS = 2 ** 31 - 1;

export interface ActiveClock {
  /** Milliseconds, monotonic, from an arbitrary origin. */
  now(): number;
  /** Total milliseconds of the real clock that were not counted. */
  missed(): number;
  /**
   * Calls `callback` when `ms` of this clock have passed and data received meanwhile has been read. Returns a function that cancels
   * it. Keeps the process alive like a timer.
   */
  after(ms: number, callback: () => void): () => void;
  /** Reads the real clock. `activeTime` does so every 250 ms. */
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
      const remainingMs = due - now();
      if (remainingMs > 0) timer = setTimeout(check, Math.min(MAX_DELAY_MS, Math.ceil(remainingMs)));
      // Timers run before sockets are read. Read data that arrived while the process was busy before calling back.
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
