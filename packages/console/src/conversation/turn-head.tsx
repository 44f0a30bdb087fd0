// The line above the items of a turn: its number, when it began, how long its answer took. Opens the turn card.

import type { Turn } from '../log/turn.ts';
import type { Viewing } from '../sources/viewing.ts';
import { secondsOf } from './status-text.ts';

export function TurnHead({ viewing, turn }: { viewing: Viewing; turn: Turn }) {
  const { selection, log } = viewing;
  const { index, firstAudioMs, firstOutputMs, rows } = turn;
  const at = log.rows[rows[0] ?? -1]?.at;
  const selected = selection.value;
  const wait = firstAudioMs ?? firstOutputMs;
  return (
    <li class="turn-head">
      <button
        type="button"
        aria-pressed={selected?.kind === 'turn' && selected.index === index}
        title="Open the turn card"
        onClick={() => {
          selection.value = { kind: 'turn', index };
        }}
      >
        <span>Turn {index + 1}</span>
        {typeof at === 'number' && <span class="turn-at">{secondsOf(at)}</span>}
        {wait !== undefined && (
          <span class="turn-wait">
            {firstAudioMs === undefined ? 'first text' : 'first audio'} <strong>{(wait / 1000).toFixed(2)} s</strong>
          </span>
        )}
      </button>
    </li>
  );
}
