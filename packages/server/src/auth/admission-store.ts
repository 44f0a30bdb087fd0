// Port for the limits of new sessions: one place per session and principal, and a rate per address [LM7]; and its store in memory.
// Methods are asynchronous so that several nodes can share a store. The limits themselves: `gateway/admission.ts`.

import { fillBucket, fullBucket, type Rate, type TokenBucket, takeToken } from '../token-bucket.ts';

/** A rejected call refuses the request with 500 `internal_error`. A store sets its own timeout. */
export interface AdmissionStore {
  /**
   * Reserves one of the `max` places of a principal; `undefined` when all are reserved. Concurrent calls, on one node or several,
   * never reserve more than `max`.
   */
  reserve(principal: string, max: number): Promise<Reservation | undefined>;
  /** Removes a token from the bucket of this name; false when the bucket is empty. */
  takeToken(name: string, rate: Rate): Promise<boolean>;
}

export interface Reservation {
  /** Releases the place. A second call does nothing. */
  release(): Promise<void>;
}

const SWEEP_MS = 10_000;

/** Counts in memory. `clock` is monotonic, in milliseconds. */
export function memoryAdmissionStore(clock: () => number): AdmissionStore {
  const counts = new Map<string, number>();
  const buckets = new Map<string, { readonly bucket: TokenBucket; readonly rate: Rate }>();
  let sweepAt = 0;

  function add(principal: string, change: number): void {
    const count = (counts.get(principal) ?? 0) + change;
    if (count === 0) counts.delete(principal);
    else counts.set(principal, count);
  }

  /** Deletes full buckets, so that the rate bounds the number of buckets. */
  function sweep(now: number): void {
    if (now < sweepAt) return;
    sweepAt = now + SWEEP_MS;
    for (const [name, { bucket, rate }] of buckets) {
      if (fillBucket(bucket, rate, now).tokens >= rate.burst) buckets.delete(name);
    }
  }

  return {
    async reserve(principal, max) {
      if ((counts.get(principal) ?? 0) >= max) return undefined;
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
