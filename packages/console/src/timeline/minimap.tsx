// The whole log in one strip, with the visible part framed. Drag to move it.

import { useEffect, useRef } from 'preact/hooks';
import { colorScheme } from '../shell/theme.ts';
import { SPAN_COLORS } from './draw.ts';
import { GUTTER, type Picture } from './picture.ts';
import type { Lane } from './span.ts';
import { type TimeWindow, whole } from './time-window.ts';

const HEIGHT = 28;
/** Upper edge and height of the lanes that are drawn. */
const ROWS: Partial<Record<Lane, readonly [top: number, height: number]>> = {
  user: [4, 6],
  wait: [11, 4],
  assistant: [16, 6],
  played: [22, 3],
  tools: [11, 4],
  server: [4, 20],
};

export interface MinimapProps {
  readonly picture: Picture;
  readonly version: number;
  readonly setWindow: (window: TimeWindow) => void;
}

export function Minimap({ picture, version, setWindow }: MinimapProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { folds, window } = picture;
  // In line with the lanes below.
  const width = picture.width - GUTTER;
  const all = whole(folds.end);
  useEffect(() => {
    if (canvas.current) drawMinimap(canvas.current, picture, width);
  }, [version, width, window.from, window.to, colorScheme.value]);
  const center = (event: PointerEvent) => {
    const { left } = (event.currentTarget as Element).getBoundingClientRect();
    const place = ((event.clientX - left) / width) * all.to;
    const length = window.to - window.from;
    const from = Math.min(Math.max(0, place - length / 2), all.to - length);
    setWindow({ from, to: from + length });
  };
  return (
    <canvas
      ref={canvas}
      class="minimap"
      role="img"
      aria-label="The whole log; drag to move the visible part"
      style={{ width: `${width}px`, height: `${HEIGHT}px`, marginLeft: `${GUTTER}px` }}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        center(event);
      }}
      onPointerMove={(event) => {
        if (event.buttons === 1) center(event);
      }}
    />
  );
}

function drawMinimap(canvas: HTMLCanvasElement, { spans, folds, window }: Picture, width: number): void {
  const context = canvas.getContext('2d');
  if (!context) return;
  const ratio = Math.max(1, devicePixelRatio);
  canvas.width = width * ratio;
  canvas.height = HEIGHT * ratio;
  context.scale(ratio, ratio);
  const styles = getComputedStyle(canvas);
  const color = (name: string) => styles.getPropertyValue(name);
  const scale = width / whole(folds.end).to;
  for (const { lane, kind, from, to, hasFailed } of spans.spans) {
    const row = ROWS[lane];
    if (!row) continue;
    const left = folds.placeOf(from) * scale;
    const right = folds.placeOf(to ?? spans.end) * scale;
    context.fillStyle = color(hasFailed ? '--error' : kind === 'first-audio' ? '--line-strong' : SPAN_COLORS[kind]);
    context.fillRect(left, row[0], Math.max(1.5, right - left), row[1]);
  }
  const left = window.from * scale;
  const right = window.to * scale;
  context.fillStyle = color('--page');
  context.globalAlpha = 0.7;
  context.fillRect(0, 0, left, HEIGHT);
  context.fillRect(right, 0, width - right, HEIGHT);
  context.globalAlpha = 1;
  context.strokeStyle = color('--accent');
  context.lineWidth = 1.5;
  context.beginPath();
  context.roundRect(left + 0.75, 0.75, Math.max(4, right - left - 1.5), HEIGHT - 1.5, 4);
  context.stroke();
}
