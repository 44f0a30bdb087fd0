// Folds idle gaps of a log: maps its time to a shorter axis and back. Both in milliseconds.

import { MIN_GAP_MS, type Stretch } from './busy-time.ts';

/** What remains visible of a gap. */
const FOLDED_MS = 700;
/** Kept on both sides of a stretch. */
const MARGIN_MS = 400;

export interface Folds {
  /** Parts of the log that are folded, ascending. */
  readonly gaps: readonly Stretch[];
  /** The place of a time on the axis. */
  placeOf(time: number): number;
  timeAt(place: number): number;
  /** Length of the axis. */
  readonly end: number;
}

export function createFolds(busy: readonly Stretch[], end: number): Folds {
  const gaps: Stretch[] = [];
  /** Milliseconds that are left out up to the end of each gap. */
  const saved: number[] = [];
  let before = 0;
  const add = (from: number, to: number) => {
    if (to - from < MIN_GAP_MS) return;
    gaps.push({ from, to });
    saved.push((saved.at(-1) ?? 0) + to - from - FOLDED_MS);
  };
  for (const { from, to } of busy) {
    add(before === 0 ? 0 : before + MARGIN_MS, from - MARGIN_MS);
    before = Math.max(before, to);
  }
  if (busy.length > 0) add(before + MARGIN_MS, end);

  /** How many gaps begin before a place that `of` gives for each gap. */
  function countBefore(value: number, of: (gap: number) => number): number {
    let low = 0;
    let high = gaps.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (of(middle) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
  const savedBefore = (gap: number) => saved[gap - 1] ?? 0;

  function placeOf(time: number): number {
    const last = countBefore(time, (gap) => (gaps[gap] as Stretch).from) - 1;
    if (last < 0) return time;
    const { from, to } = gaps[last] as Stretch;
    if (time >= to) return time - (saved[last] as number);
    return from - savedBefore(last) + ((time - from) / (to - from)) * FOLDED_MS;
  }

  return {
    gaps,
    placeOf,
    timeAt(place) {
      const last = countBefore(place, (gap) => (gaps[gap] as Stretch).from - savedBefore(gap)) - 1;
      if (last < 0) return place;
      const { from, to } = gaps[last] as Stretch;
      const into = place - (from - savedBefore(last));
      return into >= FOLDED_MS ? place + (saved[last] as number) : from + (into / FOLDED_MS) * (to - from);
    },
    end: placeOf(end),
  };
}
