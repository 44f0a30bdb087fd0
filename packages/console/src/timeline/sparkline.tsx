// A small line of values, without axes.

export interface SparklineProps {
  readonly values: readonly number[];
  /** A colour of the page. */
  readonly color: string;
}

const WIDTH = 72;
const HEIGHT = 18;
/** Points drawn at most. */
const MAX_POINTS = 60;

export function Sparkline({ values, color }: SparklineProps) {
  const drawn = values.slice(-MAX_POINTS);
  if (drawn.length < 2) return null;
  const top = Math.max(...drawn, Number.MIN_VALUE);
  const points = drawn.map((value, index) => {
    const x = 1 + (index / (drawn.length - 1)) * (WIDTH - 2);
    return `${x.toFixed(1)},${(HEIGHT - 2 - (value / top) * (HEIGHT - 4)).toFixed(1)}`;
  });
  return (
    <svg class="sparkline" width={WIDTH} height={HEIGHT} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
      <polyline points={points.join(' ')} fill="none" stroke={`var(${color})`} stroke-width={1.5} />
    </svg>
  );
}
