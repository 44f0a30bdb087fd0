// The visible time range.

import { describe, expect, it } from 'vitest';
import { framed, marksOf, moved, timeLabel, whole, zoomed } from './time-window.ts';

const END = 10_000;

describe('the stretch in sight', () => {
  it('zooms around a moment that stays where it is', () => {
    const near = zoomed({ from: 2000, to: 6000 }, 3000, 0.5, END);
    expect(near).toEqual({ from: 2500, to: 4500 });
    expect((3000 - near.from) / (near.to - near.from)).toBe(0.25);
  });

  it('shows no more than all, and no less than can be told apart', () => {
    expect(zoomed({ from: 0, to: 9000 }, 100, 1000, END)).toEqual(whole(END));
    const { from, to } = zoomed({ from: 0, to: 100 }, 50, 0.0001, END);
    expect(to - from).toBeCloseTo(20);
  });

  it('moves no further than the log goes', () => {
    expect(moved({ from: 100, to: 1100 }, -1, END)).toEqual({ from: 0, to: 1000 });
    expect(moved({ from: 9000, to: 10_000 }, 5, END).to).toBe(whole(END).to);
  });

  it('brings a moment into sight, and leaves it alone where it is', () => {
    const window = { from: 0, to: 1000 };
    const moment = (at: number) => ({ from: at, to: at });
    expect(framed(window, moment(500), END)).toBe(window);
    expect(framed(window, moment(5000), END)).toEqual({ from: 4500, to: 5500 });
  });

  it('frames a stretch with room around it, unless it can be read already', () => {
    const window = { from: 0, to: 5000 };
    expect(framed(window, { from: 1000, to: 2000 }, END)).toBe(window);
    expect(framed(window, { from: 4500, to: 5500 }, END)).toEqual({ from: 4150, to: 5850 });
    expect(framed(whole(END), { from: 4000, to: 4200 }, END)).toEqual({ from: 3930, to: 4270 });
    expect(framed(undefined, { from: 1000, to: 2000 }, END)).toEqual({ from: 650, to: 2350 });
  });

  it('has marks at round numbers, as many as fit', () => {
    expect(marksOf({ from: 0, to: 1000 }, 5)).toEqual([0, 200, 400, 600, 800, 1000]);
    expect(marksOf({ from: 1234, to: 1300 }, 4)).toEqual([1240, 1260, 1280, 1300]);
    expect(marksOf(whole(0), 10).length).toBeLessThanOrEqual(11);
  });

  it('says times as exactly as it needs', () => {
    expect([timeLabel(1500, 500), timeLabel(1505, 5), timeLabel(61_000, 1000), timeLabel(0, 1)]).toEqual([
      '1.5 s',
      '1.505 s',
      '1:01',
      '0 s',
    ]);
  });
});
