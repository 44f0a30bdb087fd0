// Charts over the session: latency, loudness, tokens, cost.

import { useEffect, useMemo, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { colorScheme } from '../shell/theme.ts';
import type { Viewing } from '../sources/viewing.ts';
import { type Figures, figuresOf } from './figures.ts';
import type { TimeWindow } from './time-window.ts';

export interface PlotsProps {
  readonly viewing: Viewing;
  readonly count: number;
  readonly window: TimeWindow;
}

export function Plots({ viewing, count, window }: PlotsProps) {
  const { log } = viewing;
  // How far the log was read is what they depend on.
  const figures = useMemo(() => figuresOf(log, count), [log, count]);
  const drawn = figures.filter(({ lines }) => lines.some(({ values }) => values.some((value) => value !== null)));
  return (
    <div class="plots">
      {drawn.map((each) => (
        <Plot key={each.name} figures={each} window={window} />
      ))}
    </div>
  );
}

const WIDTH = 240;
const HEIGHT = 130;

/** Few digits, as many as tell values apart. */
const short = (value: number) => String(Number(value.toPrecision(4)));

function Plot({ figures, window: { from, to } }: { figures: Figures; window: TimeWindow }) {
  const box = useRef<HTMLDivElement>(null);
  const { name, unit, at, lines, summary } = figures;
  useEffect(() => {
    const { current } = box;
    if (!current) return;
    const styles = getComputedStyle(current);
    const color = (property: string) => styles.getPropertyValue(property);
    const axis = {
      stroke: color('--text-muted'),
      grid: { stroke: color('--line') },
      ticks: { stroke: color('--line') },
    };
    const isDotted = at.length < 60;
    const plot = new uPlot(
      {
        width: Math.max(WIDTH, current.clientWidth),
        height: HEIGHT,
        scales: { x: { time: false, range: [from / 1000, to / 1000] } },
        legend: { show: lines.length > 1 },
        cursor: { y: false },
        axes: [axis, { ...axis, size: 64, values: (_, marks) => marks.map(short) }],
        series: [
          { label: 'at', value: (_, at) => (typeof at === 'number' ? `${short(at)} s` : '') },
          ...lines.map(({ label, color: own }) => ({
            label,
            stroke: color(own),
            width: 1.5,
            spanGaps: true,
            points: { show: isDotted },
            value: (_: uPlot, value: number | null) => (typeof value === 'number' ? short(value) : ''),
          })),
        ],
      },
      [at.map((ms) => ms / 1000), ...lines.map(({ values }) => [...values])],
      current,
    );
    const watch = new ResizeObserver(() =>
      plot.setSize({ width: Math.max(WIDTH, current.clientWidth), height: HEIGHT }),
    );
    watch.observe(current);
    return () => {
      watch.disconnect();
      plot.destroy();
    };
  }, [figures, from, to, colorScheme.value]);
  return (
    <figure class="plot">
      <figcaption>
        {name}, {unit}. <span class="hint">{summary}</span>
      </figcaption>
      <div ref={box} />
    </figure>
  );
}
