// The list of lines of a log, with runs of deltas as one line each.

import { ArrowDownLeft, ArrowUpRight, ChevronDown, ChevronRight, TriangleAlert } from 'lucide';
import { SafeText } from '../conversation/safe-text.tsx';
import type { FrameLog } from '../log/frame-log.ts';
import type { LogRow } from '../log/log-row.ts';
import { Icon } from '../parts/icon.tsx';
import { VirtualList } from '../shell/virtual-list.tsx';
import { eventDescription } from './event-descriptions.ts';
import { familyOf } from './event-family.ts';
import { bytesText, sinceText, timeText } from './event-text.ts';
import type { FoldedLine, FoldedRows, Run } from './fold-rows.ts';
import { rowPreview, runPreview } from './row-preview.ts';

/** As events.css has it. */
const HEIGHT = 28;

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
      {...{ count, place, isLive }}
      move={(to) => select(folded.at(to, total).index)}
      keys={{ ArrowRight: onRun(true), ArrowLeft: onRun(false) }}
      line={(at, id, top) => {
        const line = folded.at(at, total);
        const before = at === 0 ? undefined : log.rows[folded.at(at - 1, total).index];
        return (
          <Line
            key={line.index}
            {...{ log, line, before, id, top, count, select, open }}
            place={at + 1}
            isSelected={at === place}
          />
        );
      }}
    />
  );
}

interface LineProps extends Pick<EventListProps, 'log' | 'select' | 'open'> {
  readonly line: FoldedLine;
  /** The row of the line above. */
  readonly before: LogRow | undefined;
  readonly id: string;
  readonly top: number;
  readonly place: number;
  readonly count: number;
  readonly isSelected: boolean;
}

function Line({ log, line, before, id, top, place, count, isSelected, select, open }: LineProps) {
  const { index, run, isOpen, isInRun } = line;
  const row = log.rows[index] as LogRow;
  const broken = brokenRows(log, row, isOpen ? undefined : run);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list that holds it hears the keys
    // biome-ignore lint/a11y/useFocusableInteractive: the list that holds it has the focus
    <div
      id={id}
      class="line event"
      role="option"
      aria-selected={isSelected}
      aria-posinset={place}
      aria-setsize={count}
      data-family={familyOf(row)}
      data-in-run={isInRun || undefined}
      title={eventDescription(row.type)}
      style={{ top: `${top}px` }}
      onClick={() => {
        select(index);
        if (run) open(index, !isOpen);
      }}
    >
      <span class="event-at">{timeText(row.at)}</span>
      <span class="event-since">{sinceText(row.at, before?.at)}</span>
      <Side row={row} />
      <span class="event-type">
        {run && <Icon of={isOpen ? ChevronDown : ChevronRight} size={12} />}
        <SafeText text={row.type.slice(0, 200)} />
      </span>
      <span class="event-preview">
        {run && <RunSize run={run} />}
        <SafeText text={run && !isOpen ? runPreview(rowsOf(log, run)) : rowPreview(row)} />
      </span>
      {broken > 0 && (
        <span class="event-broken">
          <Icon of={TriangleAlert} size={14} />
          {broken > 1 && broken}
          <span class="heard-only">violates the protocol</span>
        </span>
      )}
    </div>
  );
}

function Side({ row: { from } }: { row: LogRow }) {
  const icon = from === 'client' || from === 'wire' ? ArrowUpRight : from === 'server' ? ArrowDownLeft : undefined;
  return (
    <span class="event-side" title={from}>
      {icon ? <Icon of={icon} size={14} /> : '·'}
      <span class="heard-only">{from}</span>
    </span>
  );
}

/** `×27 · 2.1 s · 101 kB` */
function RunSize({ run: { count, bytes, audioMs } }: { run: Run }) {
  const audio = bytes > 0 && [` · ${(audioMs / 1000).toFixed(1)} s`, ` · ${bytesText(bytes)}`];
  return (
    <span class="event-run">
      ×{count.toLocaleString('en')}
      {audio}
    </span>
  );
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
