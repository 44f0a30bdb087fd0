// Which element of a scrolled list draws which line: lines that stay in sight keep theirs, so that scrolling changes few.

export interface Slots {
  /** The first line that is drawn. */
  readonly first: number;
  /** The slot that draws it; the next line has the next slot, and the first slot follows the last. */
  readonly start: number;
  /** Slots there are. */
  readonly count: number;
}

/** The slots for other lines. If none of the lines stays, no element moves either. */
export function slotsAt(before: Slots, first: number, count: number): Slots {
  if (count !== before.count) return { first, start: 0, count };
  const by = first - before.first;
  const doesAnyStay = Math.abs(by) < count;
  return { first, start: doesAnyStay ? (before.start + by + count) % count : before.start, count };
}
