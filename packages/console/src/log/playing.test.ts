// Playing a log at its own pace.

import { describe, expect, it } from 'vitest';
import type { LogRow } from './log-row.ts';
import { MAX_WAIT_MS, playedOn, stepped, waitBetween } from './playing.ts';

const row = (at: number | null, type = 'response.done') => ({ at, type }) as LogRow;

describe('playing a log', () => {
  it('goes on as time did, and waits no longer than anyone would', () => {
    const rows = [row(0), row(100), row(100), row(250), row(60_000)];
    expect(playedOn(rows, 1, 99)).toEqual({ count: 1, left: 99 });
    expect(playedOn(rows, 1, 100)).toEqual({ count: 3, left: 0 });
    expect(playedOn(rows, 1, 300)).toEqual({ count: 4, left: 50 });
    expect(playedOn(rows, 4, MAX_WAIT_MS)).toEqual({ count: 5, left: 0 });
    expect(playedOn(rows, 5, 1000)).toEqual({ count: 5, left: 0 });
  });

  it('has a pace of its own where a log has no times, and never goes back', () => {
    expect(waitBetween(row(null), row(null))).toBeGreaterThan(0);
    expect(waitBetween(row(500), row(100))).toBe(0);
    expect(waitBetween(undefined, row(100))).toBe(0);
  });

  it('steps over deltas', () => {
    const delta = row(0, 'response.output_text.delta');
    const rows = [row(0), delta, delta, row(1), row(2), delta];
    expect([stepped(rows, 1, 1), stepped(rows, 4, 1), stepped(rows, 5, 1), stepped(rows, 6, 1)]).toEqual([4, 5, 6, 6]);
    expect([stepped(rows, 4, -1), stepped(rows, 1, -1), stepped(rows, 0, -1)]).toEqual([1, 0, 0]);
  });
});
