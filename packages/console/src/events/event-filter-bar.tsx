// The bar above the list of events: search, filters as chips that can be removed, and how many lines are listed.

import { ListFilter, Search, X } from 'lucide';
import type { RefObject } from 'preact';
import { visible } from '../conversation/unseen.ts';
import { Icon } from '../parts/icon.tsx';
import { Menu, type MenuItem } from '../parts/menu.tsx';
import { toggled } from './event-wish.ts';
import { type FilterName, type RowWish, SIDES, STATES, TOPICS } from './row-filter.ts';

const LABELS: Readonly<Record<FilterName, string>> = {
  client: 'Client',
  server: 'Server',
  session: 'Session',
  input: 'Input audio',
  item: 'Items',
  response: 'Responses',
  tool: 'Tools',
  errors: 'Errors',
  violations: 'Protocol violations',
  'no-deltas': 'Without deltas',
};
const NAMES: readonly FilterName[] = [...SIDES, ...TOPICS, ...STATES, 'no-deltas'];

export interface EventFilterBarProps {
  readonly search: RefObject<HTMLInputElement | null>;
  readonly wish: RowWish;
  readonly change: (wish: RowWish) => void;
  /** How many lines are listed. */
  readonly status: string;
  /** Listed lines after the moment that is shown. */
  readonly later: number;
  readonly showLater: () => void;
}

export function EventFilterBar({ search, wish, change, status, later, showLater }: EventFilterBarProps) {
  return (
    <search class="event-filter" aria-label="Filter the events">
      <label class="search-field">
        <Icon of={Search} size={14} />
        <input
          ref={search}
          type="search"
          aria-label="Search the events"
          placeholder="Search  /"
          value={wish.text}
          onInput={({ currentTarget }) => change({ ...wish, text: currentTarget.value })}
        />
      </label>
      <Menu label="Add a filter" icon={ListFilter} items={menuOf(wish, change)} />
      <Chips wish={wish} change={change} />
      {later > 0 && (
        <button type="button" class="chip" data-kind="later" onClick={showLater}>
          {later.toLocaleString('en')} later {later === 1 ? 'match' : 'matches'} · Show all
        </button>
      )}
      <p class="hint" role="status">
        {status}
      </p>
    </search>
  );
}

const SWITCHES = [
  ['isInternalShown', 'Internal events'],
  ['isUnfolded', 'Single deltas'],
] as const;

function menuOf(wish: RowWish, change: (wish: RowWish) => void): MenuItem[] {
  const filters = NAMES.filter((name) => !wish.filters.includes(name)).map((name) => ({
    label: LABELS[name],
    run: () => change(toggled(wish, name)),
  }));
  const switches = SWITCHES.filter(([name]) => !wish[name]).map(([name, label]) => ({
    label,
    run: () => change({ ...wish, [name]: true }),
  }));
  return [...filters, ...switches];
}

function Chips({ wish, change }: Pick<EventFilterBarProps, 'wish' | 'change'>) {
  const { id } = wish;
  return (
    <>
      {wish.filters.map((name) => (
        <Chip key={name} label={LABELS[name]} remove={() => change(toggled(wish, name))} />
      ))}
      {SWITCHES.filter(([name]) => wish[name]).map(([name, label]) => (
        <Chip key={name} label={label} remove={() => change({ ...wish, [name]: false })} />
      ))}
      {id !== undefined && (
        <Chip
          label={`id: …${visible(id.slice(-6))}`}
          title={visible(id)}
          remove={() => change({ ...wish, id: undefined })}
        />
      )}
    </>
  );
}

function Chip({ label, title, remove }: { label: string; title?: string; remove: () => void }) {
  return (
    <button
      type="button"
      class="chip"
      data-kind="filter"
      title={title ?? 'Remove this filter'}
      aria-label={`Remove filter: ${title ?? label}`}
      onClick={remove}
    >
      {label} <Icon of={X} size={12} />
    </button>
  );
}
