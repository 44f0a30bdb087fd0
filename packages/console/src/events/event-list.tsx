// The lines of a log, only those in sight drawn: a hundred thousand scroll like a hundred.

import { useEffect, useRef, useState } from 'preact/hooks';
import { Words } from '../conversation/words.tsx';
import type { FrameLog } from '../log/frame-log.ts';
import type { LogRow } from '../log/log-row.ts';
import { eventWords } from './event-words.ts';

/** Height of a line on the screen, in pixels; as events.css has it. */
const HEIGHT = 26;
/** Lines drawn above and below what is in sight. */
const MARGIN = 12;

export interface EventListProps {
  readonly log: FrameLog;
  /** Indexes of the rows listed. Grows. */
  readonly found: readonly number[];
  readonly count: number;
  readonly selected: number | undefined;
  readonly select: (index: number) => void;
  /** Whether lines that come are followed while the end is in sight. */
  readonly isLive: boolean;
}

export function EventList({ log, found, count, selected, select, isLive }: EventListProps) {
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 600 });
  const look = () => {
    const { current } = box;
    if (current) setView({ top: current.scrollTop, height: current.clientHeight });
  };
  useEffect(() => {
    const { current } = box;
    if (!current) return;
    look();
    const watch = new ResizeObserver(look);
    watch.observe(current);
    return () => watch.disconnect();
  }, []);
  useFollow(box, count, isLive);
  const place = selected === undefined ? -1 : placeOf(found, selected);
  useEffect(() => {
    if (place < 0 || !box.current) return;
    const { scrollTop, clientHeight } = box.current;
    if (place * HEIGHT < scrollTop) box.current.scrollTop = place * HEIGHT;
    else if ((place + 1) * HEIGHT > scrollTop + clientHeight)
      box.current.scrollTop = (place + 1) * HEIGHT - clientHeight;
  }, [place]);

  const move = (to: number) => {
    const index = found[Math.max(0, Math.min(count - 1, to))];
    if (index !== undefined) select(index);
  };
  const page = Math.max(1, Math.floor(view.height / HEIGHT) - 1);
  const keys: Readonly<Record<string, () => void>> = {
    ArrowDown: () => move(place + 1),
    ArrowUp: () => move(place < 0 ? count - 1 : place - 1),
    PageDown: () => move(place + page),
    PageUp: () => move(place - page),
    Home: () => move(0),
    End: () => move(count - 1),
  };
  const first = Math.max(0, Math.floor(view.top / HEIGHT) - MARGIN);
  const last = Math.min(count, Math.ceil((view.top + view.height) / HEIGHT) + MARGIN);
  return (
    <div
      ref={box}
      class="event-list"
      role="listbox"
      tabIndex={0}
      aria-label="Events"
      aria-activedescendant={place >= first && place < last ? `event-${selected}` : undefined}
      onScroll={look}
      onKeyDown={(event) => {
        const run = event.ctrlKey || event.metaKey || event.altKey ? undefined : keys[event.key];
        if (!run) return;
        event.preventDefault();
        event.stopPropagation();
        run();
      }}
    >
      <div class="event-room" style={{ height: `${count * HEIGHT}px` }}>
        {found.slice(first, last).map((index, n) => (
          <Line
            key={index}
            row={log.rows[index] as LogRow}
            top={(first + n) * HEIGHT}
            place={first + n + 1}
            count={count}
            isSelected={index === selected}
            isBroken={log.violations.has(index)}
            select={select}
          />
        ))}
      </div>
    </div>
  );
}

interface LineProps {
  readonly row: LogRow;
  readonly top: number;
  readonly place: number;
  readonly count: number;
  readonly isSelected: boolean;
  readonly isBroken: boolean;
  readonly select: (index: number) => void;
}

const SIGNS: Readonly<Record<string, string>> = { client: '→', server: '←' };

function Line({ row, top, place, count, isSelected, isBroken, select }: LineProps) {
  const { index, at, from, type, line } = row;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list that holds it hears the keys
    // biome-ignore lint/a11y/useFocusableInteractive: the list that holds it has the focus
    <div
      id={`event-${index}`}
      class="event"
      role="option"
      aria-selected={isSelected}
      aria-posinset={place}
      aria-setsize={count}
      data-from={from}
      data-kind={type === 'error' ? 'error' : undefined}
      title={eventWords(type)}
      style={{ top: `${top}px` }}
      onClick={() => select(index)}
    >
      <span class="event-line">{line}</span>
      <span class="event-at">{at === null ? '' : (at / 1000).toFixed(3)}</span>
      <span class="event-side">
        <span aria-hidden="true">{SIGNS[from] ?? '·'}</span> {from}
      </span>
      <span class="event-type">
        <Words text={type.slice(0, 200)} />
      </span>
      {isBroken && <span class="event-broken">breaks the protocol</span>}
    </div>
  );
}

/** Where a row stands in an ascending list, or -1. */
function placeOf(found: readonly number[], index: number): number {
  let low = 0;
  let high = found.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const there = found[middle] as number;
    if (there === index) return middle;
    if (there < index) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

/** Keeps the end of a live log in sight while it is. */
function useFollow(box: { readonly current: HTMLDivElement | null }, count: number, isLive: boolean): void {
  const wasNear = useRef(true);
  useEffect(() => {
    const { current } = box;
    if (!current || !isLive) return;
    if (wasNear.current) current.scrollTop = current.scrollHeight;
  }, [count, isLive]);
  useEffect(() => {
    const { current } = box;
    if (!current) return;
    const note = () => {
      wasNear.current = current.scrollHeight - current.scrollTop - current.clientHeight < 2 * HEIGHT;
    };
    current.addEventListener('scroll', note);
    return () => current.removeEventListener('scroll', note);
  }, []);
}
