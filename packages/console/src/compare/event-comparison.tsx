// The events of two logs side by side, with their differences.

import { useEffect, useMemo, useState } from 'preact/hooks';
import { SafeText } from '../conversation/safe-text.tsx';
import { timeText } from '../events/event-text.ts';
import { placeOf } from '../log/ascending.ts';
import { Button } from '../parts/button.tsx';
import { useShortcuts } from '../shell/shortcuts.ts';
import { VirtualList } from '../shell/virtual-list.tsx';
import type { Viewing } from '../sources/viewing.ts';
import { type ComparedRows, type Comparison, compareLogs } from './compare-logs.ts';
import { PairDetail } from './pair-detail.tsx';

/** As compare.css has it. */
const HEIGHT = 26;

export interface EventComparisonProps {
  readonly left: Viewing;
  readonly right: Viewing;
  /** Whether both logs are read as far as there is anything to compare. */
  readonly isRead: boolean;
  /** Index of a row of the left log, or of the right one, to show; from the table of turns. */
  readonly target: { readonly side: 'left' | 'right'; readonly row: number } | undefined;
}

export function EventComparison({ left, right, isRead, target }: EventComparisonProps) {
  const [comparesText, setComparesText] = useState(true);
  const [onlyPartings, setOnly] = useState(false);
  const [selected, setSelected] = useState<number | undefined>(undefined);
  const versions = [left.log.version.value, right.log.version.value];
  const comparison = useMemo(
    () => (isRead ? compareLogs(left.log, right.log, comparesText) : undefined),
    [left, right, comparesText, isRead, ...versions],
  );
  const partings = comparison?.partings ?? [];
  const jump = () => setSelected(partings.find((place) => place > (selected ?? -1)) ?? partings[0]);
  // The first difference is what a comparison is opened for.
  useEffect(() => {
    if (selected === undefined && partings.length > 0) jump();
  }, [comparison]);
  useEffect(() => {
    if (!target || !comparison) return;
    const place = comparison.pairs.findIndex((pair) => (pair[target.side]?.index ?? -1) >= target.row);
    if (place >= 0) setSelected(place);
  }, [target]);
  useShortcuts('Compare', [{ key: 'd', label: 'next difference', run: jump }]);
  if (!comparison) return null;
  const { pairs } = comparison;
  const list = onlyPartings ? partings : undefined;
  const at = (place: number) => list?.[place] ?? place;
  const pair = selected === undefined ? undefined : pairs[selected];
  const place = selected === undefined ? -1 : list ? placeOf(list, selected) : selected;
  return (
    <>
      <div class="event-filter">
        <Button disabled={partings.length === 0} onClick={jump}>
          Next difference
        </Button>
        <label>
          <input type="checkbox" checked={comparesText} onChange={() => setComparesText(!comparesText)} /> text and
          transcripts
        </label>
        <label>
          <input type="checkbox" checked={onlyPartings} onChange={() => setOnly(!onlyPartings)} /> only differences
        </label>
        <p role="status">
          <DifferenceSummary comparison={comparison} />
        </p>
      </div>
      <div class="event-panes" data-detail={pair ? 'open' : undefined}>
        <VirtualList
          class="pair-list"
          label={`${left.name} and ${right.name}`}
          count={list?.length ?? pairs.length}
          height={HEIGHT}
          place={place}
          move={(to) => setSelected(at(to))}
          line={(each, id, top) => (
            <PairLine pair={pairs[at(each)] as ComparedRows} {...{ id, top }} isSelected={at(each) === selected} />
          )}
        />
        {pair && <PairDetail pair={pair} left={left} right={right} />}
      </div>
    </>
  );
}

function DifferenceSummary({ comparison: { pairs, partings } }: { comparison: Comparison }) {
  const first = pairs[partings[0] ?? -1];
  if (pairs.length === 0) return <>Nothing to compare.</>;
  if (!first) return <>No difference in {pairs.length.toLocaleString('en')} events.</>;
  const { left, right } = first;
  const where =
    left && right
      ? `at line ${left.line} on the left and line ${right.line} on the right`
      : left
        ? `at line ${left.line} on the left, missing on the right`
        : `at line ${right?.line} on the right, missing on the left`;
  return (
    <>
      The first difference is {where}: <SafeText text={(left ?? right)?.type.slice(0, 100) ?? ''} />.{' '}
      {partings.length.toLocaleString('en')} of {pairs.length.toLocaleString('en')} events differ.
    </>
  );
}

interface PairLineProps {
  readonly pair: ComparedRows;
  readonly id: string;
  readonly top: number;
  readonly isSelected: boolean;
}

/** What becomes of an event, as a sign and in words. */
const KINDS = {
  same: { sign: '=', label: 'the same' },
  differs: { sign: '≠', label: 'different' },
  left: { sign: '←', label: 'only left' },
  right: { sign: '→', label: 'only right' },
} as const;

function kindOf({ left, right, fields }: ComparedRows): keyof typeof KINDS {
  if (!left) return 'right';
  if (!right) return 'left';
  return fields.length > 0 ? 'differs' : 'same';
}

function PairLine({ pair, id, top, isSelected }: PairLineProps) {
  const { left, right, lane } = pair;
  const kind = kindOf(pair);
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the list that holds it has the focus
    <div
      id={id}
      class="line pair"
      role="option"
      aria-selected={isSelected}
      data-kind={kind}
      title={lane}
      style={{ top: `${top}px` }}
    >
      <span class="event-line">{left?.line}</span>
      <span class="event-at">{timeText(left?.at ?? null)}</span>
      <span class="pair-kind" aria-hidden="true">
        {KINDS[kind].sign}
      </span>
      <span class="event-at">{timeText(right?.at ?? null)}</span>
      <span class="event-line">{right?.line}</span>
      <span class="event-type">
        <SafeText text={(left ?? right)?.type.slice(0, 200) ?? ''} />
      </span>
      <span class={kind === 'same' ? 'heard-only' : 'event-broken'}>{KINDS[kind].label}</span>
    </div>
  );
}
