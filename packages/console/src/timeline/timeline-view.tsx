// Lanes and spans on one time axis, with zoom, pan, ranges and selection; below, the latency of the turns.

import { AudioLines } from 'lucide';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { LogRow } from '../log/log-row.ts';
import { type Selection, selectionWord } from '../log/selection.ts';
import { turnStatistics } from '../log/turn-statistics.ts';
import { EmptyState } from '../parts/states.tsx';
import { colorScheme } from '../shell/theme.ts';
import { countOf, isReceived, type Viewing } from '../sources/viewing.ts';
import { draw } from './draw.ts';
import { createFolds } from './folds.ts';
import { laneRows } from './lane-rows.ts';
import { LatencyChart } from './latency-chart.tsx';
import { Legend } from './legend.tsx';
import { Minimap } from './minimap.tsx';
import { heightOf, LANE_NAMES, type Picture, placeAt, spanAt, timeAt } from './picture.ts';
import { RangePanel } from './range-panel.tsx';
import { extentOf, selectionOf } from './selected-extent.ts';
import { SessionFigures } from './session-figures.tsx';
import type { Lane, Span } from './span.ts';
import { SpanTable } from './span-table.tsx';
import { type HoveredSpan, SpanTooltip } from './span-tooltip.tsx';
import { createSpans } from './spans.ts';
import { framed, moved, type TimeWindow, whole, zoomed } from './time-window.ts';
import { TimelineTools } from './timeline-tools.tsx';
import { useGestures } from './use-gestures.ts';
import { createWaveforms } from './waveforms.ts';

/** Lanes that are shown even if nothing is in them; while a log grows all are, so that what is below them stays. */
const ALWAYS: ReadonlySet<Lane> = new Set(['user', 'assistant', 'server', 'client']);

export function TimelineView({ viewing }: { viewing: Viewing }) {
  const { log, selection, upTo } = viewing;
  const total = countOf(viewing);
  const version = log.version.value;
  const spans = useMemo(() => createSpans(log), [log]);
  const waveforms = useMemo(() => createWaveforms(log), [log]);
  spans.advance();
  const { end } = spans;
  const folds = useMemo(() => createFolds(spans.busy, end), [spans, version, end]);
  const hasAll = isReceived(viewing);
  const lanes = useMemo(
    () => laneRows(spans.spans, end).filter(({ lane, spans: all }) => hasAll || ALWAYS.has(lane) || all.length > 0),
    [spans.spans, end, hasAll],
  );
  /** Nothing: all of the log, also what comes. */
  const [chosen, setChosen] = useState<TimeWindow | undefined>(undefined);
  const [pointed, setPointed] = useState<Span | undefined>(undefined);
  const [hovered, setHovered] = useState<(HoveredSpan & { index: number }) | undefined>(undefined);
  const [range, setRange] = useState<TimeWindow | undefined>(undefined);
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const selected = selection.value;
  const extent = selected && extentOf(log, spans, selected);
  const picture: Picture = {
    ...{ lanes, spans, folds, waveforms, range, width },
    window: chosen ?? whole(folds.end),
    now: upTo.value === undefined ? undefined : ((log.rows[upTo.value - 1] as LogRow | undefined)?.at ?? undefined),
    selected: extent,
    hovered: hovered?.index,
  };
  const places = extent && { from: folds.placeOf(extent.from), to: folds.placeOf(extent.to) };
  const own = useFraming(selected, () => {
    if (places) setChosen(framed(picture.window, places, folds.end));
  });
  const select = (to: Selection) => {
    own.current = selectionWord(to);
    selection.value = to;
  };
  const point = (span: Span | undefined) => {
    if (!span) return;
    setPointed(span);
    select(span.hasFailed ? { kind: 'row', index: span.row } : selectionOf(span));
    const to = { from: folds.placeOf(span.from), to: folds.placeOf(span.to ?? end) };
    setChosen(framed(picture.window, to, folds.end));
  };
  if (end === 0 && spans.spans.length === 0)
    return (
      <div class="timeline" ref={box}>
        <EmptyState icon={AudioLines} title="No timed events yet">
          Speech, stages and latency of each turn appear here. A log without times has none.
        </EmptyState>
      </div>
    );
  const { turns } = log.turns;
  const statistics = turnStatistics(turns);
  return (
    <div class="timeline" ref={box}>
      <TimelineTools
        {...{ viewing, spans, pointed, point }}
        window={picture.window}
        end={folds.end}
        fit={() => setChosen(chosen === undefined && places ? framed(undefined, places, folds.end) : undefined)}
        setWindow={setChosen}
      />
      <Minimap picture={picture} version={version} setWindow={setChosen} />
      <Lanes
        {...{ picture, total, version, hovered, setHovered, setChosen, setRange }}
        onClick={(x, y) => {
          const under = spanAt(picture, x, y);
          if (under) return point(under.span);
          // Pointing at a moment shows everything as it was then.
          upTo.value = rowsUntil(log.rows, timeAt(picture, x));
        }}
      />
      {range && <RangePanel {...{ spans, turns, range }} close={() => setRange(undefined)} />}
      <Legend />
      <SessionFigures {...{ log, turns, statistics }} />
      <LatencyChart
        {...{ turns, statistics }}
        selected={turnOf(viewing, selected)}
        select={(index) => {
          selection.value = { kind: 'turn', index };
        }}
      />
      <SpanTable spans={spans.spans} selected={pointed} choose={point} />
    </div>
  );
}

interface LanesProps {
  readonly picture: Picture;
  /** What the picture depends on besides. */
  readonly total: number;
  readonly version: number;
  readonly hovered: HoveredSpan | undefined;
  readonly setHovered: (hovered: (HoveredSpan & { index: number }) | undefined) => void;
  readonly setChosen: (window: TimeWindow | undefined) => void;
  readonly setRange: (range: TimeWindow | undefined) => void;
  readonly onClick: (x: number, y: number) => void;
}

function Lanes({ picture, total, version, hovered, setHovered, setChosen, setRange, onClick }: LanesProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { lanes, folds, window, width, now, selected, range } = picture;
  // Drawn anew with every line that comes and whenever what is in sight changes.
  useEffect(() => {
    if (canvas.current) draw(canvas.current, picture);
  }, [
    ...[total, version, window.from, window.to, width, now, colorScheme.value],
    ...[selected?.from, selected?.to, range?.from, range?.to, picture.hovered],
  ]);
  const share = (pixels: number) => pixels / Math.max(1, width);
  const gestures = useGestures(canvas, {
    hover(x, y) {
      const under = spanAt(picture, x, y);
      setHovered(under && { span: under.span, index: under.index, x, y });
    },
    leave: () => setHovered(undefined),
    click: onClick,
    pan: (by) => setChosen(moved(window, -share(by), folds.end)),
    measure: (from, to) =>
      setRange({ from: timeAt(picture, Math.min(from, to)), to: timeAt(picture, Math.max(from, to)) }),
    zoom: (x, factor) => setChosen(zoomed(window, placeAt(picture, x), factor, folds.end)),
    scroll: (by) => setChosen(moved(window, share(by), folds.end)),
  });
  const counts = lanes.map(({ lane, spans }) => `${LANE_NAMES[lane]} ${spans.length}`).join(', ');
  return (
    <div class="lanes-box">
      <canvas
        ref={canvas}
        class="lanes"
        role="img"
        aria-label={`Timeline: ${counts}. The table below has the same data.`}
        style={{ width: `${width}px`, height: `${heightOf(lanes)}px` }}
        {...gestures}
      />
      {hovered && <SpanTooltip hovered={hovered} width={width} />}
    </div>
  );
}

/** Frames what was selected elsewhere; what was selected here is in sight. Returns the word of the latter. */
function useFraming(selected: Selection | undefined, frame: () => void): { current: string | undefined } {
  const own = useRef<string | undefined>(undefined);
  const word = selected && selectionWord(selected);
  useEffect(() => {
    if (word !== undefined && word !== own.current) frame();
    own.current = undefined;
  }, [word]);
  return own;
}

function useWidth(box: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(900);
  useEffect(() => {
    const { current } = box;
    if (!current) return;
    const observer = new ResizeObserver(([entry]) =>
      setWidth(Math.max(280, Math.floor(entry?.contentRect.width ?? 0))),
    );
    observer.observe(current);
    return () => observer.disconnect();
  }, []);
  return width;
}

/** The turn of whatever is selected. */
function turnOf({ log }: Viewing, selected: Selection | undefined): number | undefined {
  switch (selected?.kind) {
    case 'turn':
      return selected.index;
    case 'response':
      return log.turns.ofResponse(selected.id)?.index;
    case 'item':
      return log.turns.ofItem(selected.id)?.index;
    default:
      return selected && log.turns.ofRow(selected.index)?.index;
  }
}

/** How many rows there were at a moment; all of them are shown as they are at the end. */
function rowsUntil(rows: readonly LogRow[], at: number): number | undefined {
  const later = rows.findIndex((row) => row.at !== null && row.at > at);
  return later < 0 ? undefined : later;
}
