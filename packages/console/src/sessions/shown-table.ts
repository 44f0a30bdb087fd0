// The state of the table of sessions: kept by the browser without the searched text, and written into the address.

import { effect, type ReadonlySignal, signal } from '@preact/signals';
import { remembered } from '../parts/remembered.ts';
import { addressOf, type Place, readPlace } from '../route.ts';
import { NEWEST_FIRST, NO_FILTERS, readTableState, type TableState, tableQuery } from './table-state.ts';

const INITIAL: TableState = { order: NEWEST_FIRST, filters: NO_FILTERS };

const storedQuery = remembered('sessions-table', tableQuery(INITIAL), (value) => typeof value === 'string');

/** What the table shows: what the address says, or what it showed last. */
export const shownTable = signal<TableState>(readTableState(storedQuery.peek()) ?? INITIAL);

effect(() => {
  const { order, filters } = shownTable.value;
  // What was said is content: a search for it stays in the page and its address.
  storedQuery.value = tableQuery({ order, filters: { ...filters, text: '' } });
});

/** Keeps the address of the table and what it shows together. */
export function followTableAddress(place: ReadonlySignal<Place>): void {
  effect(() => {
    const at = place.value;
    if (at.view === 'home' && at.table) shownTable.value = at.table;
  });
  effect(() => {
    const at = place.value;
    const table = shownTable.value;
    // The user may have gone elsewhere, and the page has not heard of it yet.
    if (at.view !== 'home' || readPlace(location.hash).view !== 'home') return;
    const isInitial = tableQuery(table) === tableQuery(INITIAL);
    if (isInitial && !at.table && location.hash === addressOf(at)) return;
    history.replaceState(null, '', addressOf({ view: 'home', table }));
  });
}
