// What the list of events of a log is filtered by. Held outside of the view: an id is clicked elsewhere, and views come and go.

import { type Signal, signal } from '@preact/signals';
import type { Viewing } from '../sources/viewing.ts';
import { DEFAULT_WISH, type FilterName, type RowWish } from './row-filter.ts';

const wishes = new WeakMap<Viewing, Signal<RowWish>>();

export function wishOf(viewing: Viewing): Signal<RowWish> {
  const known = wishes.get(viewing) ?? signal(DEFAULT_WISH);
  wishes.set(viewing, known);
  return known;
}

/** Lists only the lines with an id. */
export function filterById(viewing: Viewing, id: string): void {
  const wish = wishOf(viewing);
  wish.value = { ...wish.peek(), id };
}

export const toggled = (wish: RowWish, name: FilterName): RowWish => ({
  ...wish,
  filters: wish.filters.includes(name) ? wish.filters.filter((each) => each !== name) : [...wish.filters, name],
});
