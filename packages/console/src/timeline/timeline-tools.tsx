// Buttons and keys of the timeline, and the span that is pointed at.

import { ChevronsRight, Maximize, ZoomIn, ZoomOut } from 'lucide';
import { SafeText } from '../conversation/safe-text.tsx';
import { Button, IconButton } from '../parts/button.tsx';
import { addressOf } from '../route.ts';
import { useShortcuts } from '../shell/shortcuts.ts';
import type { Viewing } from '../sources/viewing.ts';
import type { Span, Spans } from './span.ts';
import { moved, spanTime, type TimeWindow, zoomed } from './time-window.ts';

const ZOOM_IN = 0.7;
const STEP = 0.2;

export interface TimelineToolsProps {
  readonly viewing: Viewing;
  readonly spans: Spans;
  readonly pointed: Span | undefined;
  readonly point: (span: Span | undefined) => void;
  readonly window: TimeWindow;
  /** Length of the folded axis. */
  readonly end: number;
  /** Shows all, or what is selected if all is shown. */
  readonly fit: () => void;
  readonly setWindow: (window: TimeWindow | undefined) => void;
}

export function TimelineTools({
  viewing,
  spans: { spans },
  pointed,
  point,
  window,
  end,
  fit,
  setWindow,
}: TimelineToolsProps) {
  const middle = (window.from + window.to) / 2;
  const place = pointed ? spans.findIndex((span) => isSameSpan(span, pointed)) : -1;
  const hasFailed = ({ hasFailed }: Span) => hasFailed;
  const zoomIn = () => setWindow(zoomed(window, middle, ZOOM_IN, end));
  const zoomOut = () => setWindow(zoomed(window, middle, 1 / ZOOM_IN, end));
  const nextError = () => point(spans.find((span, index) => index > place && span.hasFailed) ?? spans.find(hasFailed));
  useShortcuts('Timeline', [
    { key: '+', label: 'zoom in', run: zoomIn },
    { key: '-', label: 'zoom out', run: zoomOut },
    { key: '0', label: 'show all', run: () => setWindow(undefined) },
    { key: 'f', label: 'fit the selection, or all', run: fit },
    { key: 'ArrowLeft', label: 'earlier', run: () => setWindow(moved(window, -STEP, end)) },
    { key: 'ArrowRight', label: 'later', run: () => setWindow(moved(window, STEP, end)) },
    { key: 'e', label: 'next error', run: nextError },
    { key: '>', label: 'next span', run: () => point(spans[Math.min(spans.length - 1, place + 1)]) },
    { key: '<', label: 'previous span', run: () => point(spans[Math.max(0, place - 1)]) },
  ]);
  return (
    <div class="timeline-tools">
      <IconButton icon={ZoomIn} label="Zoom in" shortcut="+" onClick={zoomIn} />
      <IconButton icon={ZoomOut} label="Zoom out" shortcut="-" onClick={zoomOut} />
      <IconButton icon={Maximize} label="Fit" shortcut="f" onClick={fit} />
      <Button icon={ChevronsRight} onClick={nextError} disabled={!spans.some(hasFailed)}>
        Next error
      </Button>
      <PointedSpan viewing={viewing} span={pointed} />
    </div>
  );
}

/** Spans are made anew while the log grows. */
export const isSameSpan = (one: Span, other: Span | undefined): boolean =>
  one.kind === other?.kind && one.row === other.row && one.from === other.from && one.lane === other.lane;

function PointedSpan({ viewing, span }: { viewing: Viewing; span: Span | undefined }) {
  if (!span) return <p class="hint">Scroll zooms · drag moves · Shift+drag measures</p>;
  const line = viewing.log.rows[span.row]?.line ?? 1;
  const { source } = viewing;
  return (
    <p role="status">
      <SafeText text={span.label} />, {span.to === null ? 'lasts' : spanTime(span.to - span.from)}{' '}
      <a href={addressOf({ view: 'log', source, tab: 'events', line })}>line {line}</a>
    </p>
  );
}
