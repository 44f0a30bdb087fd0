// Every line of the log: a list that can be narrowed and searched, and the line that is pointed at, whole.

import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { below } from '../log/ascending.ts';
import type { LogRow } from '../log/log-row.ts';
import { useShortcuts } from '../shell/shortcuts.ts';
import { countOf, type Viewing } from '../sources/viewing.ts';
import { EventDetail } from './event-detail.tsx';
import { EventList } from './event-list.tsx';
import { createRowFilter, EVERYTHING, type RowWish } from './row-filter.ts';

/** How long the log is looked through at once, in milliseconds. */
const SLICE_MS = 8;

const SIDES: Readonly<Record<RowWish['side'], string>> = {
  all: 'all lines',
  wire: 'client and server',
  client: 'client',
  server: 'server',
  inside: 'inside the server',
};
const KINDS: Readonly<Record<RowWish['kind'], string>> = {
  all: 'of any kind',
  'no-deltas': 'without deltas',
  errors: 'errors',
  broken: 'against the protocol',
};

export function EventsView({ viewing }: { viewing: Viewing }) {
  const { log, selected, status } = viewing;
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
  const count = below(filter.found, total);
  const select = (index: number) => {
    selected.value = index;
  };
  const jump = (list: readonly number[]) => {
    const next = list.find((index) => index > (selected.value ?? -1) && index < total) ?? list[0];
    if (next !== undefined && next < total) select(next);
  };
  useShortcuts('Events', [
    { key: '/', words: 'search', run: () => search.current?.focus() },
    { key: 'e', words: 'next error', run: () => jump(log.errors) },
    { key: 'v', words: 'next line against the protocol', run: () => jump([...log.violations.keys()]) },
  ]);
  const row = selected.value === undefined ? undefined : log.rows[selected.value];
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
        <Choice label="Whose lines" choices={SIDES} value={wish.side} choose={(side) => setWish({ ...wish, side })} />
        <Choice label="What kind" choices={KINDS} value={wish.kind} choose={(kind) => setWish({ ...wish, kind })} />
        <p class="hint" role="status">
          {count.toLocaleString('en')} of {total.toLocaleString('en')} lines{isThrough ? '' : ', looking …'}
        </p>
      </search>
      <div class="event-panes" data-detail={row ? 'open' : undefined}>
        <EventList
          log={log}
          found={filter.found}
          count={count}
          selected={selected.value}
          select={select}
          isLive={isLive}
        />
        {row && <EventDetail log={log} row={row as LogRow} />}
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
      {Object.entries<string>(choices).map(([name, words]) => (
        <option key={name} value={name}>
          {words}
        </option>
      ))}
    </select>
  );
}
