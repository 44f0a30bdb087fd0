// The timer of a session. It may fire too early, never too late: `arm` resets it only for an earlier deadline.

export interface SessionTimer {
  /** Sets the timer if the deadline is earlier than before. */
  arm(): void;
  stop(): void;
}

/** Longest delay of a Node timer, in milliseconds. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** Calls `onDue` when the clock `now` reaches `due` (milliseconds since the session began, `undefined` for never). */
export function sessionTimer(
  due: () => number | undefined,
  now: () => number,
  onDue: (at: number) => void,
): SessionTimer {
  let timer: NodeJS.Timeout | undefined;
  let armedFor = Number.POSITIVE_INFINITY;
  const next = () => due() ?? Number.POSITIVE_INFINITY;

  function arm(): void {
    const at = next();
    if (at >= armedFor || at === Number.POSITIVE_INFINITY) return;
    clearTimeout(timer);
    armedFor = at;
    timer = setTimeout(onTimer, Math.min(MAX_DELAY_MS, Math.max(1, at - now())));
  }

  function onTimer(): void {
    armedFor = Number.POSITIVE_INFINITY;
    if (now() < next()) return arm();
    // Timers run before sockets are read. Read pending data first, because it may be the progress that was missed.
    setImmediate(() => {
      const at = now();
      if (at >= next()) onDue(at);
      else arm();
    });
  }

  return { arm, stop: () => clearTimeout(timer) };
}
