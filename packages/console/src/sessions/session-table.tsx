// The table of sessions: sorted by a column, rows selected one by one or all.

import { ArrowDown, ArrowUp } from 'lucide';
import { Icon } from '../parts/icon.tsx';
import type { MenuItem } from '../parts/menu.tsx';
import { useNow } from '../shell/use-now.ts';
import { SessionCells } from './session-cells.tsx';
import { isDescendingAtFirst, type SessionRow } from './session-row.ts';
import { COLUMNS, type Column, type Order } from './table-state.ts';

const HEADS: Readonly<Record<Column, readonly [label: string, title?: string]>> = {
  session: ['First words'],
  started: ['Started'],
  length: ['Length'],
  turns: ['Turns'],
  'first-audio': ['First audio', 'Median time to first audio (p50)'],
  worst: ['Worst', 'Longest time to first audio'],
  interruptions: ['Interr.', 'Interruptions'],
  errors: ['Errors'],
  tools: ['Tools'],
  cost: ['Cost', '* as if the model had been used: the engine has no price'],
  engine: ['Engine'],
};
const NUMBERS: ReadonlySet<Column> = new Set([
  'length',
  'turns',
  'first-audio',
  'worst',
  'interruptions',
  'errors',
  'cost',
]);

export interface SessionTableProps {
  readonly rows: readonly SessionRow[];
  readonly order: Order;
  readonly sort: (order: Order) => void;
  readonly selected: ReadonlySet<string>;
  /** Selects rows by key, or no longer. */
  readonly select: (keys: readonly string[], isSelected: boolean) => void;
  readonly isPending: boolean;
  readonly itemsOf: (row: SessionRow) => readonly MenuItem[];
}

export function SessionTable({ rows, order, sort, selected, select, isPending, itemsOf }: SessionTableProps) {
  const now = useNow(1000);
  const chosen = rows.filter(({ key }) => selected.has(key)).length;
  return (
    <table class="session-table">
      <thead>
        <tr>
          <th class="cell-check" scope="col">
            <input
              type="checkbox"
              aria-label="Select all sessions"
              ref={(input) => {
                if (input) input.indeterminate = chosen > 0 && chosen < rows.length;
              }}
              checked={chosen > 0 && chosen === rows.length}
              onChange={({ currentTarget }) =>
                select(
                  rows.map(({ key }) => key),
                  currentTarget.checked,
                )
              }
            />
          </th>
          {COLUMNS.map((column) => {
            const [label, title] = HEADS[column];
            return <Head key={column} {...{ column, label, title, order, sort }} />;
          })}
          <th class="cell-menu" scope="col">
            <span class="heard-only">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <SessionCells
            key={row.key}
            {...{ row, now, isPending }}
            isSelected={selected.has(row.key)}
            select={(isSelected) => select([row.key], isSelected)}
            items={itemsOf(row)}
          />
        ))}
      </tbody>
    </table>
  );
}

interface HeadProps extends Pick<SessionTableProps, 'order' | 'sort'> {
  readonly column: Column;
  readonly label: string;
  readonly title: string | undefined;
}

function Head({ column, label, title, order, sort }: HeadProps) {
  const isBy = order.by === column;
  return (
    <th
      scope="col"
      class={`cell-${column}${NUMBERS.has(column) ? ' cell-number' : ''}`}
      aria-sort={isBy ? (order.isDescending ? 'descending' : 'ascending') : undefined}
    >
      <button
        type="button"
        class="sort"
        title={title}
        onClick={() => sort({ by: column, isDescending: isBy ? !order.isDescending : isDescendingAtFirst(column) })}
      >
        {label}
        {isBy && <Icon of={order.isDescending ? ArrowDown : ArrowUp} size={12} />}
      </button>
    </th>
  );
}
