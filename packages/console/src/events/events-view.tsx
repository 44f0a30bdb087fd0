// All lines of a log with filters and search, and the selected line in full.

import { ListX } from 'lucide';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { below } from '../log/ascending.ts';
import { rowsOfSelection } from '../log/selection.ts';
import { Button } from '../parts/button.tsx';
import { EmptyState } from '../parts/states.tsx';
import { useShortcuts } from '../shell/shortcuts.ts';
import { countOf, type Viewing } from '../sources/viewing.ts';
import { EventFilterBar } from './event-filter-bar.tsx';
import { EventList } from './event-list.tsx';
import { wishOf } from './event-wish.ts';
import { createFoldedRows, type FoldedRows } from './fold-rows.ts';
import { createRowFilter, DEFAULT_WISH, isNarrowed, type RowFilter, type RowWish } from './row-filter.ts';

/** How long the log is looked through at once, in milliseconds. */
const SLICE_MS = 8;

export function EventsView({ viewing }: { viewing: Viewing }) {
  const { log, selection, status, upTo } = viewing;
  const wish = wishOf(viewing);
  const search = useRef<HTMLInputElement>(null);
  const total = countOf(viewing);
  const { filter, folded, isThrough, redraw } = useListedRows(viewing, wish.value, total);
  const count = below(filter.matches, total);
  const selected = useSelectedRow(viewing);
  const select = (index: number) => {
    selection.value = { kind: 'row', index };
  };
  const open = (index: number, isOpen: boolean) => {
    if (folded.setOpen(index, isOpen)) redraw();
  };
  const jump = (list: readonly number[]) => {
    const next = list.find((index) => index > (selected ?? -1) && index < total) ?? list[0];
    if (next === undefined || next >= total) return;
    select(next);
    open(next, true);
  };
  useShortcuts('Events', [
    { key: '/', label: 'search', run: () => search.current?.focus() },
    { key: 'e', label: 'next error', run: () => jump(log.errors) },
    { key: 'v', label: 'next protocol violation', run: () => jump([...log.violations.keys()]) },
  ]);
  return (
    <div class="events">
      <EventFilterBar
        search={search}
        wish={wish.value}
        change={(next) => {
          wish.value = next;
        }}
        status={`${count.toLocaleString('en')} of ${total.toLocaleString('en')} lines${isThrough ? '' : ', searching …'}`}
        later={isNarrowed(wish.value) && isThrough ? filter.matches.length - count : 0}
        showLater={() => {
          upTo.value = undefined;
        }}
      />
      <div class="event-panes">
        {count === 0 && isThrough ? (
          <NothingListed
            wish={wish.value}
            hasRows={total > 0}
            clear={() => {
              wish.value = DEFAULT_WISH;
            }}
          />
        ) : (
          <EventList
            {...{ log, folded, total, select, open }}
            selected={selected}
            isLive={status.value.state === 'live' && upTo.value === undefined}
          />
        )}
      </div>
    </div>
  );
}

/** The first row of what is selected. */
function useSelectedRow({ log, selection }: Viewing): number | undefined {
  const wanted = selection.value;
  return useMemo(() => wanted && rowsOfSelection(log, wanted, log.turns.turns)[0], [log, wanted]);
}

interface ListedRows {
  readonly filter: RowFilter;
  readonly folded: FoldedRows;
  /** Whether all rows were looked at. */
  readonly isThrough: boolean;
  readonly redraw: () => void;
}

/** The rows that a wish lists, looked through in slices between frames of the screen. */
function useListedRows({ log }: Viewing, wish: RowWish, total: number): ListedRows {
  const [, setDrawn] = useState(0);
  const redraw = () => setDrawn((count) => count + 1);
  const { filter, folded } = useMemo(() => {
    const filter = createRowFilter(log, wish);
    return { filter, folded: createFoldedRows(log, filter.matches, wish.isUnfolded) };
  }, [log, wish]);
  const isThrough = filter.look(SLICE_MS) || filter.looked >= total;
  folded.advance();
  useEffect(() => {
    if (isThrough) return;
    const next = requestAnimationFrame(redraw);
    return () => cancelAnimationFrame(next);
  });
  return { filter, folded, isThrough, redraw };
}

function NothingListed({ wish, hasRows, clear }: { wish: RowWish; hasRows: boolean; clear: () => void }) {
  if (!hasRows) return <EmptyState icon={ListX} title="No events yet" />;
  if (!isNarrowed(wish)) return <EmptyState icon={ListX} title="No events of client or server" />;
  return (
    <EmptyState icon={ListX} title="No event matches the filters">
      <Button onClick={clear}>Clear filters</Button>
    </EmptyState>
  );
}
