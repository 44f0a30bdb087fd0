// The list of lines of a log.

import { SafeText } from '../conversation/safe-text.tsx';
import { placeOf } from '../log/ascending.ts';
import type { FrameLog } from '../log/frame-log.ts';
import type { LogRow } from '../log/log-row.ts';
import { VirtualList } from '../shell/virtual-list.tsx';
import { eventDescription } from './event-descriptions.ts';

/** As events.css has it. */
const HEIGHT = 26;

export interface EventListProps {
  readonly log: FrameLog;
  /** Indexes of the rows listed. Grows. */
  readonly matches: readonly number[];
  readonly count: number;
  readonly selected: number | undefined;
  readonly select: (index: number) => void;
  /** Whether lines that come are followed while the end is in sight. */
  readonly isLive: boolean;
}

export function EventList({ log, matches, count, selected, select, isLive }: EventListProps) {
  const at = (place: number) => matches[place] as number;
  return (
    <VirtualList
      class="event-list"
      label="Events"
      height={HEIGHT}
      place={selected === undefined ? -1 : placeOf(matches, selected)}
      {...{ count, isLive }}
      move={(to) => select(at(to))}
      line={(each, id, top) => {
        const index = at(each);
        return (
          <Line
            key={index}
            row={log.rows[index] as LogRow}
            {...{ id, top, count, select }}
            place={each + 1}
            isSelected={index === selected}
            isBroken={log.violations.has(index)}
          />
        );
      }}
    />
  );
}

interface LineProps {
  readonly row: LogRow;
  readonly id: string;
  readonly top: number;
  readonly place: number;
  readonly count: number;
  readonly isSelected: boolean;
  readonly isBroken: boolean;
  readonly select: (index: number) => void;
}

const SIGNS: Readonly<Record<string, string>> = { client: '→', server: '←' };

function Line({ row, id, top, place, count, isSelected, isBroken, select }: LineProps) {
  const { index, at, from, type, line } = row;
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
      data-from={from}
      data-kind={type === 'error' ? 'error' : undefined}
      title={eventDescription(type)}
      style={{ top: `${top}px` }}
      onClick={() => select(index)}
    >
      <span class="event-line">{line}</span>
      <span class="event-at">{at === null ? '' : (at / 1000).toFixed(3)}</span>
      <span class="event-side">
        <span aria-hidden="true">{SIGNS[from] ?? '·'}</span> {from}
      </span>
      <span class="event-type">
        <SafeText text={type.slice(0, 200)} />
      </span>
      {isBroken && <span class="event-broken">violates the protocol</span>}
    </div>
  );
}
