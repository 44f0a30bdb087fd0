// The one timer of a hosted session. It may ring too early, never too late: it is set anew only for what is due before it would ring.

export interface SessionTimer {
  /** Looks again at what is due. */
  arm(): void;
  stop(): void;
}

/** Longest delay a timer can have, in milliseconds. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** Calls `ring` once `due` (milliseconds of the session, `undefined` for never) has come, by the clock `now`. */
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
    // Timers run before sockets are read: what an engine or the client has sent is read first, and may be the progress missed.
    setImmediate(() => {
      const at = now();
      if (at >= next()) onDue(at);
      else arm();
    });
  }

  return { arm, stop: () => clearTimeout(timer) };
}
