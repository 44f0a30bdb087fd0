// A list of rows of equal height that renders only visible rows, in elements that are used again while it is scrolled.

import { type ComponentChild, Fragment } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { type Slots, slotsAt } from './slots.ts';

/** Lines drawn above and below what is in sight. */
const MARGIN = 6;
/** The list is drawn anew when it was scrolled by so many lines. */
const STEP = 4;

export interface VirtualListProps {
  readonly class: string;
  readonly label: string;
  /** Lines there are. */
  readonly count: number;
  /** Height of one, in pixels; as the style sheet has it. */
  readonly height: number;
  /** Their height in a list that is narrower than so many pixels: it has `data-narrow`. */
  readonly narrow?: { readonly below: number; readonly height: number };
  /** Which line is pointed at; -1 for none. */
  readonly place: number;
  /** Points at a line that there is. */
  readonly move: (to: number) => void;
  /** A click on a line; as `move` by default. */
  readonly click?: (place: number) => void;
  /** Draws a line: an `option` with this id, so many pixels from the top. An element is used again for another line. */
  readonly line: (place: number, id: string, top: number) => ComponentChild;
  /** Keys of its own, by `KeyboardEvent.key`. */
  readonly keys?: Readonly<Record<string, () => void>>;
  /** Whether lines that come are followed while the end is in sight. */
  readonly isLive?: boolean;
}

export function VirtualList(props: VirtualListProps) {
  const { label, count, narrow, place, isLive = false } = props;
  const box = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ width: 600, height: 600 });
  const isNarrow = narrow !== undefined && size.width < narrow.below;
  const height = isNarrow ? narrow.height : props.height;
  const { top, onScroll } = useScroll(box, { count, height, boxHeight: size.height, isLive });
  useEffect(() => {
    const { current } = box;
    if (!current) return;
    const look = () => setSize({ width: current.clientWidth, height: current.clientHeight });
    look();
    const watch = new ResizeObserver(look);
    watch.observe(current);
    return () => watch.disconnect();
  }, []);
  useEffect(() => {
    if (place < 0 || !box.current) return;
    const { scrollTop, clientHeight } = box.current;
    if (place * height < scrollTop) box.current.scrollTop = place * height;
    else if ((place + 1) * height > scrollTop + clientHeight)
      box.current.scrollTop = (place + 1) * height - clientHeight;
  }, [place, height]);

  const move = (to: number) => {
    if (count > 0) props.move(Math.max(0, Math.min(count - 1, to)));
  };
  const page = Math.max(1, Math.floor(size.height / height) - 1);
  const keys: ReadonlyMap<string, () => void> = new Map(
    Object.entries({
      ArrowDown: () => move(place + 1),
      ArrowUp: () => move(place < 0 ? count - 1 : place - 1),
      PageDown: () => move(place + page),
      PageUp: () => move(place - page),
      Home: () => move(0),
      End: () => move(count - 1),
      ...props.keys,
    }),
  );
  const drawn = Math.min(count, Math.ceil(size.height / height) + STEP + 2 * MARGIN);
  const first = Math.max(0, Math.min(count - drawn, top - MARGIN));
  const slots = useRef<Slots>({ first, start: 0, count: drawn });
  slots.current = slotsAt(slots.current, first, drawn);
  const { start } = slots.current;
  const idOf = (at: number) => `${props.class}-${at}`;
  return (
    <div
      ref={box}
      class={`lines ${props.class}`}
      role="listbox"
      tabIndex={0}
      aria-label={label}
      aria-activedescendant={place >= first && place < first + drawn ? idOf(place) : undefined}
      data-narrow={isNarrow || undefined}
      onScroll={onScroll}
      onClick={({ target }) => {
        const line = (target as Element).closest('[role=option]');
        if (line) (props.click ?? props.move)(Number(line.id.slice(props.class.length + 1)));
      }}
      onKeyDown={(event) => {
        const run = event.ctrlKey || event.metaKey || event.altKey ? undefined : keys.get(event.key);
        if (!run) return;
        event.preventDefault();
        event.stopPropagation();
        run();
      }}
    >
      <div class="lines-room" style={{ height: `${count * height}px` }}>
        {Array.from({ length: drawn }, (_, n) => {
          const at = first + n;
          return <Fragment key={(start + n) % drawn}>{props.line(at, idOf(at), at * height)}</Fragment>;
        })}
      </div>
    </div>
  );
}

interface Scrolled {
  readonly count: number;
  readonly height: number;
  readonly boxHeight: number;
  readonly isLive: boolean;
}

/** The first line in sight, rounded down to a step; keeps the end of a live log in sight while it is, and the lines when their height changes. */
function useScroll(box: { readonly current: HTMLDivElement | null }, { count, height, boxHeight, isLive }: Scrolled) {
  const [top, setTop] = useState(0);
  const wasNear = useRef(true);
  const exact = useRef(0);
  useEffect(() => {
    const { current } = box;
    if (!current || !isLive) return;
    if (wasNear.current) current.scrollTop = current.scrollHeight;
  }, [count, isLive]);
  useEffect(() => {
    if (box.current && exact.current > 0) box.current.scrollTop = exact.current * height;
  }, [height]);
  const onScroll = () => {
    // The one value that is read of the layout: the others are known.
    const scrolled = box.current?.scrollTop ?? 0;
    wasNear.current = count * height - scrolled - boxHeight < 2 * height;
    exact.current = scrolled / height;
    const line = Math.floor(exact.current);
    setTop(line - (line % STEP));
  };
  return { top, onScroll };
}
