// The marks behind the slider of the scrubber.

import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { FrameLog } from '../log/frame-log.ts';
import { createTicks, type TickKind } from '../log/ticks.ts';
import { colorScheme } from './theme.ts';

const HEIGHT = 24;
/** Tall, and in the colour of what it stands for. */
const LOOKS: Readonly<Record<TickKind, { readonly color: string; readonly height: number }>> = {
  turn: { color: '--user', height: 8 },
  interruption: { color: '--warning', height: 12 },
  error: { color: '--error', height: 16 },
};

export function TickMarks({ log }: { log: FrameLog }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  const ticks = useMemo(() => createTicks(log), [log]);
  ticks.advance();
  useEffect(() => {
    const { current } = canvas;
    if (!current) return;
    const watch = new ResizeObserver(([entry]) => setWidth(Math.round(entry?.contentRect.width ?? 0)));
    watch.observe(current);
    return () => watch.disconnect();
  }, []);
  useEffect(() => {
    const { current } = canvas;
    const context = current?.getContext('2d');
    if (!current || !context || width === 0) return;
    const ratio = Math.max(1, devicePixelRatio);
    current.width = width * ratio;
    current.height = HEIGHT * ratio;
    context.scale(ratio, ratio);
    const styles = getComputedStyle(current);
    for (const { row, kind } of ticks.list) {
      const { color, height } = LOOKS[kind];
      const x = Math.round(((row + 1) / Math.max(1, log.rows.length)) * (width - 2));
      context.fillStyle = styles.getPropertyValue(color);
      context.fillRect(x, (HEIGHT - height) / 2, 2, height);
    }
  }, [width, ticks.list.length, log.version.value, colorScheme.value]);
  return <canvas ref={canvas} class="tick-marks" />;
}
