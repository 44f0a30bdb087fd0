// Limits, log and clocks, shared by all parts of a server and passed as one value.

import { activeTime } from './active-time.ts';
import { DEFAULT_LIMITS, type Limits } from './limits.ts';
import { createLog, type Log } from './log.ts';

export interface Services {
  readonly limits: Limits;
  readonly log: Log;
  /** Milliseconds, monotonic. */
  readonly clock: () => number;
  /** Unix milliseconds. */
  readonly wallClock: () => number;
}

/** Services set by an embedder; each has a default. */
export interface ServiceOptions {
  /** @default DEFAULT_LIMITS for each absent limit */
  readonly limits?: Partial<Limits> | undefined;
  /** @default silent */
  readonly log?: Log | undefined;
  /** @default the time in which this process ran, so that a stopped process makes no peer late [LM16] */
  readonly clock?: (() => number) | undefined;
  /** @default Date.now */
  readonly wallClock?: (() => number) | undefined;
}

const SILENT = createLog('silent');

export function createServices({ limits, log, clock, wallClock }: ServiceOptions = {}): Services {
  return {
    limits: { ...DEFAULT_LIMITS, ...limits },
    log: log ?? SILENT,
    clock: clock ?? activeTime.now,
    wallClock: wallClock ?? Date.now,
  };
}
