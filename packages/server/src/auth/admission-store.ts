// The port for what limits new sessions, and the store of a single server: places per principal, and rates per address [LM7]. Every
// method is asynchronous, so that a store shared by several nodes fits. How many are allowed is decided in `admission.ts`.

import { fillBucket, fullBucket, type Rate, type TokenBucket, takeToken } from '../token-bucket.ts';

/** A call that rejects refuses the request with 500 `internal_error`; a store bounds its own time. */
export interface AdmissionStore {
  /**
   * Takes one of the `max` places a principal has; `undefined` when all are taken. Calls at once, or on several nodes, never take
   * more than `max` together.
   */
  reserve(principal: string, max: number): Promise<Reservation | undefined>;
  /** Takes a token from the bucket of this name; false when it is empty. */
  takeToken(name: string, rate: Rate): Promise<boolean>;
}

export interface Reservation {
  /** Gives the place back. A second time does nothing. */
  release(): Promise<void>;
}

const SWEEP_MS = 10_000;

/** Counts in this process. `clock` is monotonic, in milliseconds. */
export function memoryAdmissionStore(clock: () => number): AdmissionStore {
  const taken = new Map<string, number>();
  const buckets = new Map<string, { readonly bucket: TokenBucket; readonly rate: Rate }>();
  let sweepAt = 0;

  function add(principal: string, change: number): void {
    const count = (taken.get(principal) ?? 0) + change;
    if (count === 0) taken.delete(principal);
    else taken.set(principal, count);
  }

  /** Forgets full buckets, so that how many there are is bounded by the rate itself. */
  function sweep(now: number): void {
    if (now < sweepAt) return;
    sweepAt = now + SWEEP_MS;
    for (const [name, { bucket, rate }] of buckets) {
      if (fillBucket(bucket, rate, now).tokens >= rate.burst) buckets.delete(name);
    }
  }

  return {
    async reserve(principal, max) {
      if ((taken.get(principal) ?? 0) >= max) return undefined;
      add(principal, 1);
      let isHeld = true;
      return {
        async release() {
          if (isHeld) add(principal, -1);
          isHeld = false;
        },
      };
    },
    async takeToken(name, rate) {
      const now = clock();
      sweep(now);
      const { bucket, isTaken } = takeToken(buckets.get(name)?.bucket ?? fullBucket(rate), rate, now);
      buckets.set(name, { bucket, rate });
      return isTaken;
    },
  };
}
