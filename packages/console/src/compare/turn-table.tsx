// The turns of two logs side by side: what was said, the first audio, and what differs.

import { SafeText } from '../conversation/safe-text.tsx';
import type { ComparedTurn, TurnSide } from './compare-turns.ts';
import { differenceLabel } from './verdict.ts';

/** Rows shown at once: a comparison of longer logs goes on in the events. */
const MAX_ROWS = 200;

export interface TurnTableProps {
  readonly pairs: readonly ComparedTurn[];
  /** Shows the events of a turn. */
  readonly show: (pair: ComparedTurn) => void;
}

export function TurnTable({ pairs, show }: TurnTableProps) {
  return (
    <section class="turn-table wide" aria-label="Turns" tabIndex={-1}>
      <table>
        <thead>
          <tr>
            <th scope="col">turn</th>
            <th scope="col">left</th>
            <th scope="col">right</th>
            <th scope="col" class="number">
              first audio, left
            </th>
            <th scope="col" class="number">
              right
            </th>
            <th scope="col">difference</th>
          </tr>
        </thead>
        <tbody>
          {pairs.slice(0, MAX_ROWS).map((pair, place) => (
            <TurnRow key={place} pair={pair} place={place} show={() => show(pair)} />
          ))}
        </tbody>
      </table>
      {pairs.length > MAX_ROWS && <p class="hint">{pairs.length - MAX_ROWS} more turns are not listed.</p>}
    </section>
  );
}

function TurnRow({ pair, place, show }: { pair: ComparedTurn; place: number; show: () => void }) {
  const { left, right, differences } = pair;
  const only = left ? (right ? undefined : 'only left') : 'only right';
  return (
    <tr data-kind={only ? 'extra' : differences.length > 0 ? 'differs' : 'same'}>
      <td>
        <button
          type="button"
          class="button"
          data-rank="icon"
          onClick={show}
          aria-label={`Turn ${place + 1}: its events`}
        >
          {place + 1}
        </button>
      </td>
      <td>
        <TurnText side={left} />
      </td>
      <td>
        <TurnText side={right} />
      </td>
      <td class="number">{seconds(left)}</td>
      <td class="number">{seconds(right)}</td>
      <td>
        {only && <span class="badge">{only}</span>}
        {!only && differences.length === 0 && <span class="hint">same</span>}
        {differences.map((difference) => (
          <span key={difference.kind} class="badge" data-kind={difference.kind}>
            <SafeText text={differenceLabel(difference)} />
          </span>
        ))}
      </td>
    </tr>
  );
}

const seconds = (side: TurnSide | undefined): string =>
  side?.turn.firstAudioMs === undefined ? '–' : `${(side.turn.firstAudioMs / 1000).toFixed(2)} s`;

function TurnText({ side }: { side: TurnSide | undefined }) {
  if (!side) return <span class="hint">–</span>;
  const { turn, answer } = side;
  return (
    <>
      <p class="turn-question">
        <SafeText text={turn.text === '' ? (turn.input === 'none' ? '(no input)' : '(audio)') : turn.text} />
      </p>
      <p class="turn-answer">
        <SafeText text={answer === '' ? '(no text)' : answer} />
      </p>
    </>
  );
}
