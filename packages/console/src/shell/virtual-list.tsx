// A list of rows of equal height that renders only visible rows.

import type { ComponentChild } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

/** Lines drawn above and below what is in sight. */
const MARGIN = 12;

export interface VirtualListProps {
  readonly class: string;
  readonly label: string;
  /** Lines there are. */
  readonly count: number;
  /** Height of one, in pixels; as the style sheet has it. */
  readonly height: number;
  /** Which line is pointed at; -1 for none. */
  readonly place: number;
  /** Points at a line that there is. */
  readonly move: (to: number) => void;
  /** Draws a line: an `option` with this id, so many pixels from the top. */
  readonly line: (place: number, id: string, top: number) => ComponentChild;
  /** Keys of its own, by `KeyboardEvent.key`. */
  readonly keys?: Readonly<Record<string, () => void>>;
  /** Whether lines that come are followed while the end is in sight. */
  readonly isLive?: boolean;
}

export function VirtualList(props: VirtualListProps) {
  const { label, count, height, place, isLive = false } = props;
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
  useFollow(box, count, height, isLive);
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
  const page = Math.max(1, Math.floor(view.height / height) - 1);
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
  const first = Math.max(0, Math.floor(view.top / height) - MARGIN);
  const last = Math.min(count, Math.ceil((view.top + view.height) / height) + MARGIN);
  const idOf = (at: number) => `${props.class}-${at}`;
  return (
    <div
      ref={box}
      class={`lines ${props.class}`}
      role="listbox"
      tabIndex={0}
      aria-label={label}
      aria-activedescendant={place >= first && place < last ? idOf(place) : undefined}
      onScroll={look}
      onKeyDown={(event) => {
        const run = event.ctrlKey || event.metaKey || event.altKey ? undefined : keys.get(event.key);
        if (!run) return;
        event.preventDefault();
        event.stopPropagation();
        run();
      }}
    >
      <div class="lines-room" style={{ height: `${count * height}px` }}>
        {Array.from({ length: Math.max(0, last - first) }, (_, n) => {
          const at = first + n;
          return props.line(at, idOf(at), at * height);
        })}
      </div>
    </div>
  );
}

/** Keeps the end of a live log in sight while it is. */
function useFollow(
  box: { readonly current: HTMLDivElement | null },
  count: number,
  height: number,
  isLive: boolean,
): void {
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
      wasNear.current = current.scrollHeight - current.scrollTop - current.clientHeight < 2 * height;
    };
    current.addEventListener('scroll', note);
    return () => current.removeEventListener('scroll', note);
  }, [height]);
}
