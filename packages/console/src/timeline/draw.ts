// Draws the timeline on a canvas: axis, lanes, spans, ticks. Waveforms: `draw-waveform.ts`; places: `picture.ts`.

import { below } from '../log/ascending.ts';
import { drawWaveform } from './draw-waveform.ts';
import type { PlacedSpan } from './lane-rows.ts';
import {
  AXIS,
  type Box,
  type Brush,
  GUTTER,
  heightOf,
  LANE_NAMES,
  lanesFromTop,
  type Picture,
  ROW,
  rowHeight,
  timeAt,
  xOf,
} from './picture.ts';
import type { SpanKind, Ticks } from './span.ts';
import { marksOf, spanTime, timeLabel } from './time-window.ts';

/** Each kind of span has a colour of the page's. */
export const SPAN_COLORS: Readonly<Record<SpanKind, string>> = {
  speech: '--user',
  message: '--user',
  playback: '--assistant',
  'first-audio': '--fill-strong',
  vad: '--vad',
  request: '--line-strong',
  stt: '--stt',
  transcription: '--stt',
  llm: '--llm',
  clause: '--llm',
  tool: '--tool',
  tts: '--tts',
  response: '--fill-strong',
  'barge-in': '--error',
  function: '--tool',
  mcp: '--tool',
  listing: '--tool',
  approval: '--warning',
  error: '--error',
};

/** Kinds that are too pale for dark text on them in both themes. */
const PALE: ReadonlySet<SpanKind> = new Set(['first-audio', 'response', 'request']);

/** Half the width of the label of a folded gap, with room around it, in pixels. */
const FOLD_LABEL = 30;

const FONT = '"Inter Variable", system-ui, sans-serif';

export function draw(canvas: HTMLCanvasElement, picture: Picture): void {
  const context = canvas.getContext('2d');
  if (!context) return;
  const { lanes, width, spans } = picture;
  const height = heightOf(lanes);
  const ratio = Math.max(1, devicePixelRatio);
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  context.scale(ratio, ratio);
  const styles = getComputedStyle(canvas);
  const brush: Brush = { context, picture, color: (name) => styles.getPropertyValue(name) };
  context.textBaseline = 'middle';
  drawNames(brush);
  context.beginPath();
  context.rect(GUTTER, 0, width - GUTTER, height);
  context.clip();
  drawSelection(brush, height);
  drawFolds(brush, height);
  drawAxis(brush, height);
  for (const { lane, top } of lanesFromTop(lanes)) {
    if (lane.lane === 'server') drawTicks(brush, spans.ticks, top);
    if (lane.lane === 'client') drawTicks(brush, spans.clientTicks, top);
    for (const placed of lane.spans) drawSpan(brush, placed, top);
  }
  drawNow(brush, height);
}

function drawNames({ context, picture, color }: Brush): void {
  context.font = `500 11px ${FONT}`;
  for (const { lane, top } of lanesFromTop(picture.lanes)) {
    const height = lane.rows * rowHeight(lane.lane);
    context.fillStyle = color('--line');
    context.fillRect(0, top + height + 3, picture.width, 1);
    context.fillStyle = color('--text-secondary');
    context.fillText(LANE_NAMES[lane.lane], 12, top + Math.min(height, rowHeight(lane.lane)) / 2, GUTTER - 16);
  }
}

function drawAxis({ context, picture, color }: Brush, height: number): void {
  const { window, width, folds } = picture;
  context.font = `11px ${FONT}`;
  const marks = marksOf(window, Math.max(2, (width - GUTTER) / 90));
  const step = (marks[1] ?? 1) - (marks[0] ?? 0);
  const middles = folds.gaps.map(({ from, to }) => (xOf(picture, from) + xOf(picture, to)) / 2);
  for (const mark of marks) {
    const time = folds.timeAt(mark);
    const x = Math.round(xOf(picture, time));
    const label = timeLabel(time, step);
    const room = context.measureText(label).width;
    const isAtEdge = x + 4 + room > width;
    const left = isAtEdge ? x - 4 - room : x + 4;
    if (middles.some((middle) => left < middle + FOLD_LABEL && left + room > middle - FOLD_LABEL)) continue;
    context.fillStyle = color('--line');
    context.fillRect(x, AXIS - 4, 1, height);
    context.fillStyle = color('--text-muted');
    context.fillText(label, left, AXIS / 2);
  }
}

/** Idle gaps: hatched, with their length. */
function drawFolds({ context, picture, color }: Brush, height: number): void {
  const { folds, width } = picture;
  context.font = `10px ${FONT}`;
  for (const { from, to } of folds.gaps) {
    const left = Math.max(GUTTER, xOf(picture, from));
    const right = Math.min(width, xOf(picture, to));
    if (right <= left) continue;
    context.fillStyle = color('--fill');
    context.fillRect(left, AXIS - 4, right - left, height);
    context.fillStyle = color('--line-strong');
    for (let y = AXIS; y < height; y += 6) {
      context.fillRect(left, y, 1, 3);
      context.fillRect(right - 1, y, 1, 3);
    }
    const label = `${Math.round((to - from) / 1000)} s idle`;
    context.fillStyle = color('--text-muted');
    context.textAlign = 'center';
    context.fillText(label, (left + right) / 2, AXIS / 2);
    context.textAlign = 'left';
  }
}

/** What is selected, and the range that is measured. */
function drawSelection({ context, picture, color }: Brush, height: number): void {
  const { selected, range } = picture;
  for (const [part, alpha] of [[selected, 1] as const, [range, 1] as const]) {
    if (!part) continue;
    const left = xOf(picture, part.from) - 1;
    const right = Math.max(left + 3, xOf(picture, part.to) + 1);
    context.globalAlpha = alpha;
    context.fillStyle = color('--accent-soft');
    context.fillRect(left, AXIS - 4, right - left, height);
    context.fillStyle = color('--accent');
    context.fillRect(left, AXIS - 4, 1, height);
    context.fillRect(right - 1, AXIS - 4, 1, height);
    context.fillRect(left, AXIS - 4, right - left, 2);
    context.globalAlpha = 1;
  }
}

function drawNow({ context, picture, color }: Brush, height: number): void {
  if (picture.now === undefined) return;
  const x = xOf(picture, picture.now);
  context.fillStyle = color('--accent');
  context.fillRect(x - 1, 4, 2, height);
  context.beginPath();
  context.arc(x, 6, 4, 0, 2 * Math.PI);
  context.fill();
}

/** Events as thin lines, one for each pixel that has any: a hundred thousand take no longer than a thousand. */
function drawTicks({ context, picture, color }: Brush, { at }: Ticks, top: number): void {
  context.fillStyle = color('--text-muted');
  for (let x = GUTTER; x < picture.width; x++) {
    const index = below(at, timeAt(picture, x));
    const time = at[index];
    if (time === undefined) return;
    const place = Math.floor(xOf(picture, time));
    if (place >= picture.width) return;
    context.fillRect(place, top + 5, 1, ROW - 10);
    x = Math.max(x, place);
  }
}

function drawSpan(brush: Brush, { span, index, row }: PlacedSpan, laneTop: number): void {
  const { context, picture, color } = brush;
  const until = span.to ?? picture.spans.end;
  const begin = xOf(picture, span.from);
  const right = Math.min(picture.width + 4, Math.max(xOf(picture, until), begin + 3));
  const left = Math.max(GUTTER - 4, begin);
  if (right < GUTTER || begin > picture.width) return;
  const height = rowHeight(span.lane) - 4;
  const top = laneTop + row * rowHeight(span.lane) + 2;
  const box = { left, top, width: right - left, height };
  if ((span.kind === 'speech' || span.kind === 'playback') && drawWaveform(brush, span, box)) return;
  context.fillStyle = color(span.hasFailed ? '--error' : SPAN_COLORS[span.kind]);
  context.beginPath();
  context.roundRect(left, top, right - left, height, Math.min(4, (right - left) / 2));
  context.fill();
  if (span.kind === 'clause') hatch(brush, box);
  if (index === picture.hovered) {
    context.strokeStyle = color('--text');
    context.lineWidth = 1.5;
    context.stroke();
  }
  const textColor = span.hasFailed ? '--on-data' : textColorOf(span.kind);
  drawLabel(brush, span.label, until - span.from, { ...box, textColor });
}

function textColorOf(kind: SpanKind): string {
  // Deep in the light theme, pale in the dark one.
  if (kind === 'playback') return '--surface';
  return PALE.has(kind) ? '--text' : '--on-data';
}

/** Tells the clause from the first token, which has the same colour. */
function hatch({ context, color }: Brush, { left, top, width, height }: Box): void {
  context.save();
  context.beginPath();
  context.roundRect(left, top, width, height, Math.min(4, width / 2));
  context.clip();
  context.strokeStyle = color('--surface');
  context.globalAlpha = 0.5;
  context.lineWidth = 1.5;
  context.beginPath();
  for (let x = left - height; x < left + width; x += 6) {
    context.moveTo(x, top + height);
    context.lineTo(x + height, top);
  }
  context.stroke();
  context.restore();
}

/** The number first, then the name; what does not fit is in the tooltip. */
function drawLabel({ context, color }: Brush, name: string, ms: number, box: Box & { textColor: string }): void {
  const room = box.width - 8;
  if (room < 12) return;
  context.font = `600 11px ${FONT}`;
  const number = spanTime(ms);
  const numberWidth = context.measureText(number).width;
  if (numberWidth > room) return;
  const y = box.top + box.height / 2 + 0.5;
  context.fillStyle = color(box.textColor);
  context.fillText(number, box.left + 5, y);
  context.font = `500 11px ${FONT}`;
  if (numberWidth + 5 + context.measureText(name).width <= room) context.fillText(name, box.left + 10 + numberWidth, y);
}
