// Keeps the end of a growing conversation in sight until the user scrolls up, and leads back to it.

import type { Signal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { FrameLog } from '../log/frame-log.ts';
import type { Viewing } from '../sources/viewing.ts';

/** Nearer to the end than this counts as being there, in pixels. */
const NEAR_PX = 24;

/** Stands at the end of the scrolled content. */
export function FollowedEnd({ viewing }: { viewing: Viewing }) {
  const { log, upTo, isFollowing } = viewing;
  const end = useRef<HTMLDivElement>(null);
  const isAtPresent = upTo.value === undefined;
  const isActive = isAtPresent && isFollowing.value;
  const version = log.version.value;
  const hasNews = useNews(log, isAtPresent && !isFollowing.value);

  useScrolledAway(end, isFollowing);
  // Before the screen is painted: growth and scrolling are seen as one.
  useLayoutEffect(() => {
    if (isActive) scrollToEnd(end.current);
  }, [version, isActive]);
  useResized(end, isActive);

  return (
    <div class="followed-end" ref={end}>
      {hasNews && (
        <button
          type="button"
          class="pill"
          onClick={() => {
            isFollowing.value = true;
          }}
        >
          New messages <span aria-hidden="true">↓</span>
        </button>
      )}
    </div>
  );
}

const scrollerOf = (end: HTMLElement | null) => end?.closest<HTMLElement>('.log-body') ?? undefined;

function scrollToEnd(end: HTMLElement | null): void {
  const scroller = scrollerOf(end);
  if (scroller) scroller.scrollTop = scroller.scrollHeight;
}

/** Scrolling up leaves the end, reaching it follows it again. Growth alone decides nothing: it moves no scroll position. */
function useScrolledAway(end: { readonly current: HTMLElement | null }, isFollowing: Signal<boolean>): void {
  useEffect(() => {
    const scroller = scrollerOf(end.current);
    if (!scroller) return;
    let top = scroller.scrollTop;
    const onScroll = () => {
      const isNear = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_PX;
      if (isNear) isFollowing.value = true;
      else if (scroller.scrollTop < top) isFollowing.value = false;
      top = scroller.scrollTop;
    };
    scroller.addEventListener('scroll', onScroll, { passive: true });
    return () => scroller.removeEventListener('scroll', onScroll);
  }, [end, isFollowing]);
}

/** Follows the end when an image or a waveform makes the content longer, or the input makes the view shorter. */
function useResized(end: { readonly current: HTMLElement | null }, isActive: boolean): void {
  useEffect(() => {
    const scroller = scrollerOf(end.current);
    const content = end.current?.parentElement;
    if (!isActive || !scroller || !content) return;
    const watch = new ResizeObserver(() => scrollToEnd(end.current));
    watch.observe(scroller);
    watch.observe(content);
    return () => watch.disconnect();
  }, [end, isActive]);
}

/** Whether anything was said since the user left the end. */
function useNews({ rows }: FrameLog, isAway: boolean): boolean {
  const [hasNews, setNews] = useState(false);
  const read = useRef(rows.length);
  useLayoutEffect(() => {
    if (!isAway) setNews(false);
    for (; read.current < rows.length; read.current++) {
      const row = rows[read.current];
      if (isAway && row?.from === 'server' && /^(?:response|conversation)\./.test(row.type)) setNews(true);
    }
  });
  return hasNews;
}
