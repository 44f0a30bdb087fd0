import { describe, expect, it } from 'vitest';
import { type Slots, slotsAt } from './slots.ts';

/** The slot of each line that is drawn. */
const slotsOf = ({ first, start, count }: Slots) =>
  new Map(Array.from({ length: count }, (_, n) => [first + n, (start + n) % count]));

describe('slots of a list', () => {
  it('keeps the slot of a line that stays in sight', () => {
    let slots: Slots = { first: 0, start: 0, count: 10 };
    for (const first of [4, 8, 1, 0, 9]) {
      const next = slotsAt(slots, first, 10);
      const before = slotsOf(slots);
      for (const [line, slot] of slotsOf(next)) if (before.has(line)) expect(slot).toBe(before.get(line));
      expect(new Set(slotsOf(next).values()).size).toBe(10);
      slots = next;
    }
  });

  it('keeps the order of the slots when no line stays', () => {
    const slots = slotsAt({ first: 0, start: 3, count: 10 }, 500, 10);
    expect(slots).toEqual({ first: 500, start: 3, count: 10 });
    expect(slotsAt(slots, 10, 10).start).toBe(3);
  });

  it('begins anew when their number changes', () => {
    expect(slotsAt({ first: 5, start: 3, count: 10 }, 5, 12)).toEqual({ first: 5, start: 0, count: 12 });
  });
});
