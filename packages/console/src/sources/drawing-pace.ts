// How often a log is drawn while it is read: soon at first, and then seldom, because most of the work is for reading.

/** Until the first picture; also between two. */
const MIN_MS = 200;
const MAX_MS = 2000;

interface DrawingPace {
  /** Calls back when the log is to be drawn: as long after its beginning as it has been read already, within limits. */
  readonly soon: (call: () => void) => void;
  /** The log is read: draws what is due. */
  end(): void;
}

/** `now` and `wait` are for tests. `wait` calls back once unless what it returns is called. */
export function createDrawingPace(
  now: () => number = () => performance.now(),
  wait: (call: () => void, ms: number) => () => void = waitFor,
): DrawingPace {
  const began = now();
  let due: { readonly call: () => void; readonly cancel: () => void } | undefined;
  let hasEnded = false;
  return {
    soon(call) {
      const ms = hasEnded ? 0 : Math.min(MAX_MS, Math.max(MIN_MS, now() - began));
      const run = () => {
        due = undefined;
        call();
      };
      due = { call: run, cancel: wait(run, ms) };
    },
    end() {
      hasEnded = true;
      due?.cancel();
      due?.call();
    },
  };
}

function waitFor(call: () => void, ms: number): () => void {
  const timer = setTimeout(call, ms);
  return () => clearTimeout(timer);
}
