// Compares a time stated by a server with the clock, independent of the time between request and check.

import { expect } from 'vitest';

/** Call before the request; the returned function checks that `stated` (unix seconds) lies `seconds` after the request. */
export function sinceNow(): (stated: number, seconds?: number) => void {
  const earliest = Math.floor(Date.now() / 1000);
  return (stated, seconds = 0) => {
    expect(stated - seconds).toBeGreaterThanOrEqual(earliest);
    expect(stated - seconds).toBeLessThanOrEqual(Math.ceil(Date.now() / 1000));
  };
}
