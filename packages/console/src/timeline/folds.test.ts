// Folding of idle gaps.

import { describe, expect, it } from 'vitest';
import { BusyTime } from './busy-time.ts';
import { createFolds } from './folds.ts';

describe('createFolds', () => {
  const busy = [
    { from: 0, to: 1000 },
    { from: 61_000, to: 62_000 },
  ];

  it('shortens what is idle, and maps both ways', () => {
    const folds = createFolds(busy, 162_000);
    expect(folds.gaps).toEqual([
      { from: 1400, to: 60_600 },
      { from: 62_400, to: 162_000 },
    ]);
    expect(folds.placeOf(500)).toBe(500);
    expect(folds.placeOf(60_600)).toBe(2100);
    expect(folds.placeOf(61_500)).toBe(3000);
    expect(folds.end).toBe(4600);
    for (const time of [0, 700, 1400, 30_000, 60_600, 61_234, 62_400, 100_000, 162_000])
      expect(folds.timeAt(folds.placeOf(time))).toBeCloseTo(time, 6);
  });

  it('folds nothing of a log that is short or without pauses', () => {
    expect(createFolds([{ from: 0, to: 900 }], 1000).gaps).toEqual([]);
    expect(createFolds([], 90_000).end).toBe(90_000);
  });
});

describe('BusyTime', () => {
  it('joins stretches that are close, also one that began earlier', () => {
    const time = new BusyTime();
    time.add(0, 100);
    time.add(3000, 3100);
    time.add(20_000, 20_000);
    time.add(18_500, 21_000);
    expect(time.stretches).toEqual([
      { from: 0, to: 3100 },
      { from: 18_500, to: 21_000 },
    ]);
  });
});
