// Draws the lanes on a canvas and finds the span at a point.

import type { PlacedLane, PlacedSpan } from './lane-rows.ts';
import type { Lane, SpanKind, Spans } from './span.ts';
import { marksOf, type TimeWindow, timeLabel } from './time-window.ts';

/** Sizes in pixels. */
const AXIS = 24;
const ROW = 22;
const GAP = 10;
const LABEL = 84;

export const LANE_NAMES: Readonly<Record<Lane, string>> = {
  user: 'user speech',
  server: 'server events',
  response: 'response',
  tools: 'tools',
  playback: 'playback',
};

/** Each kind of span has a colour of the page's. */
const COLORS: Readonly<Record<SpanKind, string>> = {
  speech: '--user',
  hold: '--vad',
  recognition: '--stt',
  response: '--fill-strong',
  model: '--llm',
  synthesis: '--tts',
  'first-audio': '--assistant',
  'barge-in': '--error',
  function: '--tool',
  mcp: '--tool',
  listing: '--tool',
  approval: '--warning',
  playback: '--assistant',
  error: '--error',
};

export interface Picture {
  readonly lanes: readonly PlacedLane[];
  readonly spans: Spans;
  readonly window: TimeWindow;
  readonly width: number;
  /** The moment that is looked at. */
  readonly now: number | undefined;
  readonly selected: number | undefined;
}

/** Height of the whole picture. */
export const heightOf = (lanes: readonly PlacedLane[]): number =>
  AXIS + lanes.reduce((sum, { rows }) => sum + rows * ROW + GAP, 0);

const scaleOf = ({ window: { from, to }, width }: Pick<Picture, 'window' | 'width'>) => (width - LABEL) / (to - from);

/** The moment under a place of the picture; before the lanes begin, the first in sight. */
export const momentAt = (picture: Pick<Picture, 'window' | 'width'>, x: number): number =>
  picture.window.from + Math.max(0, x - LABEL) / scaleOf(picture);

/** The span under a place, the shortest of several. */
export function spanAt(
  picture: Pick<Picture, 'lanes' | 'window' | 'width' | 'spans'>,
  x: number,
  y: number,
): PlacedSpan | undefined {
  let top = AXIS;
  for (const { spans, rows } of picture.lanes) {
    const row = Math.floor((y - top) / ROW);
    top += rows * ROW + GAP;
    if (row < 0 || row >= rows) continue;
    const at = momentAt(picture, x);
    const slack = 4 / scaleOf(picture);
    const under = spans.filter(
      (each) => each.row === row && each.span.from - slack <= at && (each.span.to ?? picture.spans.end) + slack >= at,
    );
    return under.sort((a, b) => lengthOf(a) - lengthOf(b))[0];
  }
  return undefined;
}

const lengthOf = ({ span: { from, to } }: PlacedSpan) => (to ?? Number.POSITIVE_INFINITY) - from;

export function draw(canvas: HTMLCanvasElement, picture: Picture): void {
  const context = canvas.getContext('2d');
  if (!context) return;
  const { lanes, spans, window, width, now } = picture;
  const height = heightOf(lanes);
  const ratio = Math.max(1, devicePixelRatio);
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  context.scale(ratio, ratio);
  const styles = getComputedStyle(canvas);
  const color = (name: string) => styles.getPropertyValue(name);
  const scale = scaleOf(picture);
  const xOf = (at: number) => LABEL + (at - window.from) * scale;
  context.font = '12px "Inter Variable", system-ui, sans-serif';
  context.textBaseline = 'middle';

  const marks = marksOf(window, Math.max(2, (width - LABEL) / 90));
  const step = (marks[1] ?? 1) - (marks[0] ?? 0);
  for (const mark of marks) {
    context.fillStyle = color('--line');
    context.fillRect(xOf(mark), AXIS - 6, 1, height);
    context.fillStyle = color('--text-muted');
    const label = timeLabel(mark, step);
    const isAtEdge = xOf(mark) + 4 + context.measureText(label).width > width;
    context.textAlign = isAtEdge ? 'right' : 'left';
    context.fillText(label, xOf(mark) + (isAtEdge ? -4 : 4), AXIS / 2 - 2);
    context.textAlign = 'left';
  }

  let top = AXIS;
  for (const lane of lanes) {
    context.fillStyle = color('--text-muted');
    context.fillText(LANE_NAMES[lane.lane], 4, top + ROW / 2, LABEL - 8);
    context.save();
    context.beginPath();
    context.rect(LABEL, 0, width - LABEL, height);
    context.clip();
    if (lane.lane === 'server') drawTicks(context, spans, xOf, top, color('--text-muted'), window);
    for (const each of lane.spans) drawSpan(context, each, { picture, xOf, top, color });
    context.restore();
    top += lane.rows * ROW + GAP;
  }
  if (now !== undefined) {
    context.fillStyle = color('--accent');
    context.fillRect(xOf(now), 0, 1.5, height);
  }
}

/** Events as thin lines, one for each pixel that has any: a hundred thousand look no different from a thousand. */
function drawTicks(
  context: CanvasRenderingContext2D,
  { ticks: { at } }: Spans,
  xOf: (at: number) => number,
  top: number,
  color: string,
  { from, to }: TimeWindow,
): void {
  context.fillStyle = color;
  let drawn = Number.NEGATIVE_INFINITY;
  for (let i = firstFrom(at, from); i < at.length && (at[i] as number) <= to; i++) {
    const x = Math.floor(xOf(at[i] as number));
    if (x === drawn) continue;
    drawn = x;
    context.fillRect(x, top + 3, 1, ROW - 6);
  }
}

/** The first of ascending numbers that is no less than `least`. */
function firstFrom(sorted: readonly number[], least: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) < least) low = middle + 1;
    else high = middle;
  }
  return low;
}

interface Brush {
  readonly picture: Picture;
  readonly xOf: (at: number) => number;
  readonly top: number;
  readonly color: (name: string) => string;
}

function drawSpan(context: CanvasRenderingContext2D, { span, index, row }: PlacedSpan, brush: Brush): void {
  const { picture, xOf, top, color } = brush;
  const { window, spans, selected, width } = picture;
  const until = span.to ?? spans.end;
  if (until < window.from || span.from > window.to) return;
  const left = Math.max(LABEL - 2, xOf(span.from));
  const right = Math.min(width + 2, Math.max(xOf(until), xOf(span.from) + 3));
  const y = top + row * ROW + 2;
  context.fillStyle = color(span.hasFailed ? '--error' : COLORS[span.kind]);
  context.globalAlpha = span.kind === 'response' ? 1 : 0.85;
  context.fillRect(left, y, right - left, ROW - 4);
  context.globalAlpha = 1;
  if (index === selected) {
    context.strokeStyle = color('--accent');
    context.lineWidth = 2;
    context.strokeRect(left, y, right - left, ROW - 4);
  }
  const room = right - left - 8;
  if (room < 24) return;
  const label = `${span.label} ${timeLabel(until - span.from, 10)}`;
  context.fillStyle = color(span.kind === 'response' && !span.hasFailed ? '--text' : '--on-data');
  const fits = Math.floor(room / 6.2);
  context.fillText(
    label.length > fits ? `${label.slice(0, Math.max(1, fits - 1))}…` : label,
    left + 4,
    y + ROW / 2 - 2,
  );
}
