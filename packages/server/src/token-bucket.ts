// A token bucket as plain data: gains `perSecond` tokens, holds at most `burst`. Times are milliseconds of one monotonic clock.

export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

export interface TokenBucket {
  readonly tokens: number;
  /** When tokens were last added; `null` before the first use. */
  readonly filledAt: number | null;
  /** The value of `missed` at that time. */
  readonly missed: number | null;
}

export const fullBucket = ({ burst }: Rate): TokenBucket => ({ tokens: burst, filledAt: null, missed: null });

/**
 * The bucket at `now`. `missed` is the total time in milliseconds in which this process did not run. It adds tokens beyond `burst`,
 * because everything sent in that time arrives at once.
 */
export function fillBucket(bucket: TokenBucket, { perSecond, burst }: Rate, now: number, missed = 0): TokenBucket {
  const gain = (Math.max(0, now - (bucket.filledAt ?? now)) * perSecond) / 1000;
  const extra = (Math.max(0, missed - (bucket.missed ?? missed)) * perSecond) / 1000;
  const tokens = Math.max(bucket.tokens, Math.min(burst, bucket.tokens + gain)) + extra;
  return { tokens, filledAt: now, missed };
}

/** Takes a token at `now`. `isTaken` is false if there is none. */
export function takeToken(
  bucket: TokenBucket,
  rate: Rate,
  now: number,
  missed = 0,
): { readonly bucket: TokenBucket; readonly isTaken: boolean } {
  const filled = fillBucket(bucket, rate, now, missed);
  if (filled.tokens < 1) return { bucket: filled, isTaken: false };
  return { bucket: { ...filled, tokens: filled.tokens - 1 }, isTaken: true };
}
