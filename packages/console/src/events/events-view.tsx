// All lines of a log with filters and search, and the selected line in full.

import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { below } from '../log/ascending.ts';
import { rowsOfSelection } from '../log/selection.ts';
import { useShortcuts } from '../shell/shortcuts.ts';
import { countOf, type Viewing } from '../sources/viewing.ts';
import { EventList } from './event-list.tsx';
import { createRowFilter, EVERYTHING, type RowWish } from './row-filter.ts';

/** How long the log is looked through at once, in milliseconds. */
const SLICE_MS = 8;

const SIDES: Readonly<Record<RowWish['side'], string>> = {
  all: 'all lines',
  wire: 'client and server',
  client: 'client',
  server: 'server',
  inside: 'internal inputs',
};
const KINDS: Readonly<Record<RowWish['kind'], string>> = {
  all: 'all kinds',
  'no-deltas': 'without deltas',
  errors: 'errors',
  broken: 'protocol violations',
};

export function EventsView({ viewing }: { viewing: Viewing }) {
  const { log, selection, status } = viewing;
  const [wish, setWish] = useState(EVERYTHING);
  const [, redraw] = useState(0);
  const search = useRef<HTMLInputElement>(null);
  const total = countOf(viewing);
  const filter = useMemo(() => createRowFilter(log, wish), [log, wish]);
  const isThrough = filter.look(SLICE_MS) || filter.looked >= total;
  useEffect(() => {
    if (isThrough) return;
    const next = requestAnimationFrame(() => redraw((count) => count + 1));
    return () => cancelAnimationFrame(next);
  });
  const count = below(filter.matches, total);
  const wanted = selection.value;
  const [selected] = useMemo(() => (wanted ? rowsOfSelection(log, wanted, []) : []), [log, wanted]);
  const select = (index: number) => {
    selection.value = { kind: 'row', index };
  };
  const jump = (list: readonly number[]) => {
    const next = list.find((index) => index > (selected ?? -1) && index < total) ?? list[0];
    if (next !== undefined && next < total) select(next);
  };
  useShortcuts('Events', [
    { key: '/', label: 'search', run: () => search.current?.focus() },
    { key: 'e', label: 'next error', run: () => jump(log.errors) },
    { key: 'v', label: 'next protocol violation', run: () => jump([...log.violations.keys()]) },
  ]);
  const isLive = status.value.state === 'live' && viewing.upTo.value === undefined;
  return (
    <div class="events">
      <search class="event-filter">
        <input
          ref={search}
          type="search"
          aria-label="Search the events"
          placeholder="Search"
          value={wish.text}
          onInput={({ currentTarget }) => setWish({ ...wish, text: currentTarget.value })}
        />
        <Choice label="Source" choices={SIDES} value={wish.side} choose={(side) => setWish({ ...wish, side })} />
        <Choice label="Kind" choices={KINDS} value={wish.kind} choose={(kind) => setWish({ ...wish, kind })} />
        <p class="hint" role="status">
          {count.toLocaleString('en')} of {total.toLocaleString('en')} lines{isThrough ? '' : ', looking …'}
        </p>
      </search>
      <div class="event-panes">
        <EventList
          log={log}
          matches={filter.matches}
          count={count}
          selected={selected}
          select={select}
          isLive={isLive}
        />
      </div>
    </div>
  );
}

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly choices: Readonly<Record<T, string>>;
  readonly value: T;
  readonly choose: (value: T) => void;
}

function Choice<T extends string>({ label, choices, value, choose }: ChoiceProps<T>) {
  return (
    <select aria-label={label} value={value} onChange={({ currentTarget }) => choose(currentTarget.value as T)}>
      {Object.entries<string>(choices).map(([name, label]) => (
        <option key={name} value={name}>
          {label}
        </option>
      ))}
    </select>
  );
}
