// The events of a turn, runs of one type as one row. A click selects the first of them.

import { SafeText } from '../conversation/safe-text.tsx';
import type { LogRow } from '../log/log-row.ts';
import type { Turn } from '../log/turn.ts';
import type { Viewing } from '../sources/viewing.ts';

/** Rows listed. */
const MAX_RUNS = 200;

interface Run {
  readonly first: LogRow;
  count: number;
}

export function TurnEvents({ viewing, turn }: { viewing: Viewing; turn: Turn }) {
  const { log, selection } = viewing;
  const runs = runsOf(turn.rows.flatMap((index) => log.rows[index] ?? []));
  const from = turn.waitFrom ?? runs[0]?.first.at ?? 0;
  return (
    <details class="turn-events" open={runs.length <= 40}>
      <summary>
        Events <span class="hint">{turn.rows.length}</span>
      </summary>
      <ol>
        {runs.slice(0, MAX_RUNS).map(({ first, count }) => (
          <li key={first.index}>
            <button
              type="button"
              class="turn-event"
              data-side={first.from}
              onClick={() => {
                selection.value = { kind: 'row', index: first.index };
              }}
            >
              <span class="turn-event-type">
                <SafeText text={first.type} />
                {count > 1 && <span class="hint"> ×{count}</span>}
              </span>
              <span class="hint number">{first.at === null ? '' : offset(first.at - from)}</span>
            </button>
          </li>
        ))}
      </ol>
      {runs.length > MAX_RUNS && <p class="hint">{runs.length - MAX_RUNS} more are listed under Events.</p>}
    </details>
  );
}

function runsOf(rows: readonly LogRow[]): Run[] {
  const runs: Run[] = [];
  for (const row of rows) {
    // The engine's own lines repeat what the server sends.
    if (row.from !== 'client' && row.from !== 'server') continue;
    const last = runs.at(-1);
    if (last && last.first.type === row.type && last.first.from === row.from) last.count += 1;
    else runs.push({ first: row, count: 1 });
  }
  return runs;
}

const offset = (ms: number): string => `${ms < 0 ? '−' : '+'}${Math.abs(Math.round(ms)).toLocaleString('en')} ms`;
