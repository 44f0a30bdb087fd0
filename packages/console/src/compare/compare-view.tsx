// Two logs side by side: the verdict in one line, the turns, then the events.

import { ArrowLeftRight, GitCompare } from 'lucide';
import { useMemo, useState } from 'preact/hooks';
import type { AppState } from '../app-state.ts';
import { IconButton } from '../parts/button.tsx';
import { EmptyState, ErrorState, Skeleton } from '../parts/states.tsx';
import { type LogSource, sourceWord } from '../route.ts';
import type { Viewing } from '../sources/viewing.ts';
import { type ComparedTurn, compareTurns, type TurnSide, turnSides } from './compare-turns.ts';
import { EventComparison, type EventComparisonProps } from './event-comparison.tsx';
import { LogChoice } from './log-choice.tsx';
import { TurnTable } from './turn-table.tsx';
import { verdictOf } from './verdict.ts';

export interface CompareProps {
  readonly app: AppState;
  readonly left: LogSource | undefined;
  readonly right: LogSource | undefined;
}

export function CompareView({ app, left, right }: CompareProps) {
  const [one, other] = [useViewing(app, left), useViewing(app, right)];
  const choose = (side: 'left' | 'right') => (source: LogSource) =>
    app.go({ view: 'compare', left, right, [side]: source });
  return (
    <section class="compare" aria-label="Compare">
      <div class="compare-head">
        <LogChoice app={app} label="Left" slot={1} chosen={left} choose={choose('left')} />
        <IconButton
          icon={ArrowLeftRight}
          label="Swap left and right"
          disabled={!left && !right}
          onClick={() => app.go({ view: 'compare', left: right, right: left })}
        />
        <LogChoice app={app} label="Right" slot={2} chosen={right} choose={choose('right')} />
      </div>
      {one && other ? (
        <Compared key={`${sourceWord(left)} ${sourceWord(right)}`} left={one} right={other} />
      ) : (
        <EmptyState icon={GitCompare} title="Choose two logs">
          Recordings of this server, live sessions, or files. What differs is shown turn by turn.
        </EmptyState>
      )}
    </section>
  );
}

/** The log of a source. It is asked for once, as one that cannot be had would be asked for again and again. */
function useViewing(app: AppState, source: LogSource | undefined): Viewing | undefined {
  const again = source?.kind === 'file' ? app.files.value[source.slot] : app.isLocked.value;
  return useMemo(() => source && app.viewing(source), [app, source && sourceWord(source), again]);
}

function Compared({ left, right }: { left: Viewing; right: Viewing }) {
  const [target, setTarget] = useState<EventComparisonProps['target']>(undefined);
  const isRead = [left, right].every(({ status }) => status.value.state !== 'opening');
  const sides = [useSides(left), useSides(right)] as const;
  const pairs = useMemo(() => compareTurns(...sides), [...sides]);
  const failed = [left, right].find(({ status }) => status.value.state === 'failed');
  if (failed) return <ErrorState title={failed.status.value.message} />;
  if (!isRead) return <Skeleton rows={6} />;
  const show = (pair: ComparedTurn) => {
    const side = pair.left ? 'left' : 'right';
    const row = pair[side]?.turn.rows[0];
    if (row !== undefined) setTarget({ side, row });
  };
  return (
    <>
      <p class="verdict" role="status">
        {verdictOf(pairs)}
      </p>
      {pairs.length > 0 && <TurnTable pairs={pairs} show={show} />}
      <EventComparison left={left} right={right} isRead={isRead} target={target} />
    </>
  );
}

/** The turns of a log as far as it is read. */
function useSides({ log }: Viewing): readonly TurnSide[] {
  return useMemo(() => turnSides(log, log.turns.turns), [log, log.version.value]);
}
