// The list of lines of a log, with runs of deltas as one line each.

import { TriangleAlert } from 'lucide';
import { useMemo } from 'preact/hooks';
import { safeContent } from '../conversation/safe-text.tsx';
import type { FrameLog } from '../log/frame-log.ts';
import type { LogRow } from '../log/log-row.ts';
import { Icon } from '../parts/icon.tsx';
import { VirtualList } from '../shell/virtual-list.tsx';
import { eventDescription } from './event-descriptions.ts';
import { familyOf } from './event-family.ts';
import { bytesText, countText, sinceText, timeText } from './event-text.ts';
import type { FoldedLine, FoldedRows, Run } from './fold-rows.ts';
import { rowPreview, runPreview } from './row-preview.ts';

/** As events.css has it. */
const HEIGHT = 28;
/** Two lines of text each. */
const NARROW = { below: 560, height: 46 };

export interface EventListProps {
  readonly log: FrameLog;
  readonly folded: FoldedRows;
  /** Rows of the log that are looked at. */
  readonly total: number;
  readonly selected: number | undefined;
  readonly select: (index: number) => void;
  /** Opens or closes the run of a row. */
  readonly open: (index: number, isOpen: boolean) => void;
  /** Whether lines that come are followed while the end is in sight. */
  readonly isLive: boolean;
}

export function EventList({ log, folded, total, selected, select, open, isLive }: EventListProps) {
  const count = folded.count(total);
  const place = selected === undefined ? -1 : folded.placeOf(selected, total);
  const onRun = (isOpen: boolean) => () => selected !== undefined && open(selected, isOpen);
  return (
    <VirtualList
      class="event-list"
      label="Events"
      height={HEIGHT}
      narrow={NARROW}
      {...{ count, place, isLive }}
      move={(to) => select(folded.at(to, total).index)}
      click={(at) => {
        const { index, run, isOpen } = folded.at(at, total);
        select(index);
        if (run) open(index, !isOpen);
      }}
      keys={{ ArrowRight: onRun(true), ArrowLeft: onRun(false) }}
      line={(at, id, top) => {
        const before = at === 0 ? undefined : log.rows[folded.at(at - 1, total).index]?.at;
        return (
          <Line
            {...{ log, before, id, top, count }}
            line={folded.at(at, total)}
            place={at + 1}
            isSelected={at === place}
          />
        );
      }}
    />
  );
}

interface LineProps {
  readonly log: FrameLog;
  readonly line: FoldedLine;
  /** The time of the line above. */
  readonly before: number | null | undefined;
  readonly id: string;
  readonly top: number;
  readonly place: number;
  readonly count: number;
  readonly isSelected: boolean;
}

/** Few elements, and texts that are made once: while a list is scrolled, this is most of the work. */
function Line({ log, line, before, id, top, place, count, isSelected }: LineProps) {
  const { index, run, isOpen, isInRun } = line;
  const row = log.rows[index] as LogRow;
  const cells = useMemo(() => <Cells {...{ log, row, before, isOpen }} run={run} />, [row, before, run?.count, isOpen]);
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the list that holds it has the focus
    <div
      id={id}
      class="line event"
      role="option"
      aria-selected={isSelected}
      aria-posinset={place}
      aria-setsize={count}
      data-family={familyOf(row)}
      data-run={run && (isOpen ? 'open' : 'closed')}
      data-in-run={isInRun || undefined}
      title={eventDescription(row.type)}
      style={{ top: `${top}px` }}
    >
      {cells}
    </div>
  );
}

type CellsProps = Pick<LineProps, 'log' | 'before'> &
  Pick<FoldedLine, 'isOpen'> & {
    readonly row: LogRow;
    readonly run: Run | undefined;
  };

function Cells({ log, row, before, run, isOpen }: CellsProps) {
  const broken = brokenRows(log, row, isOpen ? undefined : run);
  return (
    <>
      <span class="event-at">{timeText(row.at)}</span>
      <span class="event-since">{sinceText(row.at, before)}</span>
      <span class="event-side" role="img" aria-label={row.from} title={row.from} data-from={row.from} />
      <bdi class="event-type">{safeContent(row.type.slice(0, 200))}</bdi>
      <bdi class="event-preview">
        {run && <span class="event-run">{sizeText(run)}</span>}
        {safeContent(run && !isOpen ? runPreview(rowsOf(log, run)) : rowPreview(row))}
      </bdi>
      {broken > 0 && (
        <span class="event-broken">
          <Icon of={TriangleAlert} size={14} />
          {broken > 1 && broken}
          <span class="heard-only">violates the protocol</span>
        </span>
      )}
    </>
  );
}

/** `×27 · 2.1 s · 101 kB` */
function sizeText({ count, bytes, audioMs }: Run): string {
  const size = `×${countText(count)}`;
  return bytes > 0 ? `${size} · ${(audioMs / 1000).toFixed(1)} s · ${bytesText(bytes)}` : size;
}

/** How many of the rows of a line break the protocol. */
function brokenRows(log: FrameLog, { index }: LogRow, run: Run | undefined): number {
  const { violations } = log;
  if (violations.size === 0) return 0;
  if (!run) return violations.has(index) ? 1 : 0;
  let broken = 0;
  for (const each of rowsOf(log, run)) if (violations.has(each.index)) broken += 1;
  return broken;
}

/** A run may have thousands of rows: what needs only the first ones does not copy them. */
function* rowsOf({ rows }: FrameLog, run: Run): Generator<LogRow> {
  for (let place = 0; place < run.count; place++) yield rows[run.rows[place] as number] as LogRow;
}
