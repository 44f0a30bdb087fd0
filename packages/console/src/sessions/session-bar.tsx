// The bar above the table: search in what was said, filters, and what can be done with the selected rows.

import { Download, GitCompareArrows, Search, Trash2, X } from 'lucide';
import type { ComponentChildren, RefObject } from 'preact';
import { Button, IconButton } from '../parts/button.tsx';
import { Icon } from '../parts/icon.tsx';
import { MAX_SEARCH_CHARS, type SessionFilters, TRAITS, type Trait } from './table-state.ts';

const LABELS: Readonly<Record<Trait, string>> = {
  error: 'Has error',
  slow: 'Slow',
  interruption: 'Interrupted',
  tool: 'Has tool',
};

export interface SessionBarProps {
  readonly search: RefObject<HTMLInputElement | null>;
  /** What is typed; it is searched a moment later. */
  readonly typed: string;
  readonly type: (text: string) => void;
  readonly filters: SessionFilters;
  readonly change: (filters: SessionFilters) => void;
  /** Sessions in which nothing happened, if they are hidden. */
  readonly empty: number;
  readonly status: string;
  readonly actions: ComponentChildren;
}

export function SessionBar({ search, typed, type, filters, change, empty, status, actions }: SessionBarProps) {
  const { traits } = filters;
  const toggle = (trait: Trait) =>
    change({
      ...filters,
      traits: traits.includes(trait) ? traits.filter((each) => each !== trait) : [...traits, trait],
    });
  return (
    <search class="session-bar" aria-label="Filter the sessions">
      <label class="search-field">
        <Icon of={Search} size={14} />
        <input
          ref={search}
          type="search"
          aria-label="Search in what was said"
          placeholder="Search what was said"
          maxLength={MAX_SEARCH_CHARS}
          value={typed}
          onInput={({ currentTarget }) => type(currentTarget.value)}
        />
      </label>
      <Chip
        label="Live"
        isOn={filters.isLiveOnly}
        toggle={() => change({ ...filters, isLiveOnly: !filters.isLiveOnly })}
      />
      {TRAITS.map((trait) => (
        <Chip key={trait} label={LABELS[trait]} isOn={traits.includes(trait)} toggle={() => toggle(trait)} />
      ))}
      {(empty > 0 || filters.isEmptyShown) && (
        <Chip
          label={filters.isEmptyShown ? 'Empty' : `Empty (${empty})`}
          isOn={filters.isEmptyShown}
          toggle={() => change({ ...filters, isEmptyShown: !filters.isEmptyShown })}
        />
      )}
      <p class="hint" role="status">
        {status}
      </p>
      {actions}
    </search>
  );
}

function Chip({ label, isOn, toggle }: { label: string; isOn: boolean; toggle: () => void }) {
  return (
    <button type="button" class="chip" aria-pressed={isOn} onClick={toggle}>
      {label}
      {isOn && <Icon of={X} size={12} />}
    </button>
  );
}

export interface SelectionBarProps {
  readonly count: number;
  /** Recordings among them: what can be exported and deleted. */
  readonly recordings: number;
  readonly compare: () => void;
  readonly share: () => void;
  readonly remove: () => void;
  readonly clear: () => void;
}

export function SelectionBar({ count, recordings, compare, share, remove, clear }: SelectionBarProps) {
  return (
    <fieldset class="selection-bar" aria-label="Selected sessions">
      <strong>{count} selected</strong>
      <Button icon={GitCompareArrows} disabled={count !== 2} title="Select two sessions to compare" onClick={compare}>
        Compare
      </Button>
      <Button icon={Download} disabled={recordings === 0} onClick={share}>
        Export
      </Button>
      <Button icon={Trash2} disabled={recordings === 0} onClick={remove}>
        Delete
      </Button>
      <IconButton icon={X} label="Clear selection" onClick={clear} />
    </fieldset>
  );
}
