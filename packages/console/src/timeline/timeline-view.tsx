// Lanes and spans on one time axis, with zoom, pan and selection.

import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { SafeText } from '../conversation/safe-text.tsx';
import type { LogRow } from '../log/log-row.ts';
import { addressOf } from '../route.ts';
import { useShortcuts } from '../shell/shortcuts.ts';
import { colorScheme } from '../shell/theme.ts';
import { countOf, type Viewing } from '../sources/viewing.ts';
import { draw, heightOf, LANE_NAMES, momentAt, spanAt } from './draw.ts';
import { laneRows } from './lane-rows.ts';
import { Plots } from './plots.tsx';
import type { Span } from './span.ts';
import { SpanTable } from './span-table.tsx';
import { createSpans } from './spans.ts';
import { moved, showing, type TimeWindow, whole, zoomed } from './time-window.ts';

const CLOSER = 0.7;
const STEP = 0.2;

export function TimelineView({ viewing }: { viewing: Viewing }) {
  const { log, selection, upTo } = viewing;
  const total = countOf(viewing);
  const spans = useMemo(() => createSpans(log), [log]);
  spans.advance();
  const { end } = spans;
  /** Nothing: all of the log, also what comes. */
  const [chosen, setChosen] = useState<TimeWindow | undefined>(undefined);
  const [pointed, setPointed] = useState<number | undefined>(undefined);
  const [width, setWidth] = useState(900);
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const drag = useRef<{ x: number; window: TimeWindow; hasMoved: boolean } | undefined>(undefined);
  const window = chosen ?? whole(end);
  const lanes = laneRows(spans.spans, end);
  const now =
    upTo.value === undefined ? undefined : ((log.rows[upTo.value - 1] as LogRow | undefined)?.at ?? undefined);
  const picture = { lanes, spans, window, width, now, selected: pointed };

  useEffect(() => {
    const { current } = box;
    if (!current) return;
    const watch = new ResizeObserver(([entry]) => setWidth(Math.max(300, Math.floor(entry?.contentRect.width ?? 0))));
    watch.observe(current);
    return () => watch.disconnect();
  }, []);
  // Drawn anew with every line that comes and whenever what is in sight changes.
  useEffect(() => {
    if (canvas.current) draw(canvas.current, picture);
  }, [total, log.version.value, window.from, window.to, width, now, pointed, colorScheme.value]);
  useWheel(canvas, (event) => {
    const { left } = event.currentTarget.getBoundingClientRect();
    const isAlong = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
    const factor = event.deltaY > 0 ? 1 / CLOSER : CLOSER;
    const around = momentAt(picture, event.clientX - left);
    setChosen(
      isAlong
        ? moved(window, Math.sign(event.deltaX || event.deltaY) * STEP, end)
        : zoomed(window, around, factor, end),
    );
  });

  const point = (index: number) => {
    const span = spans.spans[index];
    if (!span) return;
    setPointed(index);
    selection.value = { kind: 'row', index: span.row };
    setChosen(showing(window, span.from, end));
  };
  const middle = (window.from + window.to) / 2;
  const jump = () => {
    const from = pointed === undefined ? -1 : pointed;
    const hasFailed = (span: Span | undefined) => span?.hasFailed === true;
    const next = spans.spans.findIndex((span, index) => index > from && hasFailed(span));
    point(next >= 0 ? next : spans.spans.findIndex(hasFailed));
  };
  useShortcuts('Timeline', [
    { key: '+', label: 'zoom in', run: () => setChosen(zoomed(window, middle, CLOSER, end)) },
    { key: '-', label: 'zoom out', run: () => setChosen(zoomed(window, middle, 1 / CLOSER, end)) },
    { key: '0', label: 'show all', run: () => setChosen(undefined) },
    { key: 'ArrowLeft', label: 'earlier', run: () => setChosen(moved(window, -STEP, end)) },
    { key: 'ArrowRight', label: 'later', run: () => setChosen(moved(window, STEP, end)) },
    { key: 'e', label: 'next error', run: jump },
    { key: 'n', label: 'next span', run: () => point(Math.min(spans.spans.length - 1, (pointed ?? -1) + 1)) },
    { key: 'p', label: 'previous span', run: () => point(Math.max(0, (pointed ?? 1) - 1)) },
  ]);

  const at = (event: PointerEvent) => {
    const { left, top } = (event.currentTarget as Element).getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };
  return (
    <div class="timeline" ref={box}>
      <div class="timeline-tools">
        <button type="button" onClick={() => setChosen(zoomed(window, middle, CLOSER, end))}>
          Zoom in
        </button>
        <button type="button" onClick={() => setChosen(zoomed(window, middle, 1 / CLOSER, end))}>
          Zoom out
        </button>
        <button type="button" onClick={() => setChosen(undefined)}>
          All
        </button>
        <button type="button" onClick={jump} disabled={!spans.spans.some(({ hasFailed }) => hasFailed)}>
          Next error
        </button>
        <Pointed viewing={viewing} span={pointed === undefined ? undefined : spans.spans[pointed]} />
      </div>
      <canvas
        ref={canvas}
        class="lanes"
        role="img"
        aria-label={`Timeline: ${lanes.map(({ lane, spans: all }) => `${LANE_NAMES[lane]} ${all.length}`).join(', ')}. The table below has the same data.`}
        style={{ width: `${width}px`, height: `${heightOf(lanes)}px` }}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          drag.current = { x: event.clientX, window, hasMoved: false };
        }}
        onPointerMove={(event) => {
          const { current } = drag;
          if (!current) return;
          const by = event.clientX - current.x;
          if (Math.abs(by) < 4 && !current.hasMoved) return;
          current.hasMoved = true;
          setChosen(moved(current.window, -by / width, end));
        }}
        onPointerUp={(event) => {
          const moving = drag.current;
          drag.current = undefined;
          if (!moving || moving.hasMoved) return;
          const { x, y } = at(event);
          const under = spanAt(picture, x, y);
          if (under) return point(under.index);
          // Pointing at a moment shows everything as it was then.
          upTo.value = rowsUntil(log.rows, momentAt(picture, x));
        }}
      />
      {end === 0 && <p class="empty">No timed events yet.</p>}
      <Plots viewing={viewing} count={total} window={window} />
      <SpanTable spans={spans.spans} selected={pointed} choose={point} />
    </div>
  );
}

function Pointed({ viewing, span }: { viewing: Viewing; span: Span | undefined }) {
  if (!span) return null;
  const line = viewing.log.rows[span.row]?.line ?? 1;
  const took = span.to === null ? 'lasts' : `${Math.round(span.to - span.from)} ms`;
  return (
    <p role="status">
      <SafeText text={span.label} />, {took}{' '}
      <a href={addressOf({ view: 'log', source: viewing.source, tab: 'events', line })}>line {line}</a>
    </p>
  );
}

type Wheel = WheelEvent & { readonly currentTarget: HTMLCanvasElement };

/** A wheel moves the picture and not the page, which only a listener of this kind may say. */
function useWheel(canvas: { readonly current: HTMLCanvasElement | null }, onWheel: (event: Wheel) => void): void {
  const latest = useRef(onWheel);
  latest.current = onWheel;
  useEffect(() => {
    const { current } = canvas;
    if (!current) return;
    const listen = (event: WheelEvent) => {
      event.preventDefault();
      latest.current(event as Wheel);
    };
    current.addEventListener('wheel', listen, { passive: false });
    return () => current.removeEventListener('wheel', listen);
  }, [canvas]);
}

/** How many rows there were at a moment; all of them are shown as they are at the end. */
function rowsUntil(rows: readonly LogRow[], at: number): number | undefined {
  const later = rows.findIndex((row) => row.at !== null && row.at > at);
  return later < 0 ? undefined : later;
}
