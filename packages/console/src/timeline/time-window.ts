// The visible time range, and how it zooms and moves.

/** Milliseconds of the log, from the left edge to the right one. */
export interface TimeWindow {
  readonly from: number;
  readonly to: number;
}

/** Shortest stretch that is shown, in milliseconds. */
const SHORTEST = 20;

/** All of a log that ends at `end`, with a little room. */
export const whole = (end: number): TimeWindow => ({ from: 0, to: Math.max(1000, end * 1.02) });

/** Keeps a stretch within the log: no shorter than can be told apart, no further out than all of it. */
function within({ from, to }: TimeWindow, end: number): TimeWindow {
  const all = whole(end);
  const length = Math.min(all.to, Math.max(SHORTEST, to - from));
  const begin = Math.min(Math.max(0, from), all.to - length);
  return { from: begin, to: begin + length };
}

/** Shows more or less around a moment, which stays where it is. `factor` above 1 shows more. */
export function zoomed({ from, to }: TimeWindow, around: number, factor: number, end: number): TimeWindow {
  return within({ from: around - (around - from) * factor, to: around + (to - around) * factor }, end);
}

/** Moves by a share of what is in sight; above 0 to what is later. */
export function moved({ from, to }: TimeWindow, share: number, end: number): TimeWindow {
  const by = (to - from) * share;
  return within({ from: from + by, to: to + by }, end);
}

/** Shows a stretch with some room around it, unless it is in sight and large enough to be read in `window`. */
export function framed(window: TimeWindow | undefined, { from, to }: TimeWindow, end: number): TimeWindow {
  if (window && from >= window.from && to <= window.to && to - from >= 0.06 * (window.to - window.from)) return window;
  const isPoint = to - from < 1;
  // A moment is brought into sight; it has no size to be fitted.
  if (window && isPoint && from >= window.from && to <= window.to) return window;
  const room = isPoint ? (window ? (window.to - window.from) / 2 : 1000) : Math.max(50, 0.35 * (to - from));
  return within({ from: from - room, to: to + room }, end);
}

/** Moments for the marks of an axis: at most `most`, at round numbers of milliseconds. */
export function marksOf({ from, to }: TimeWindow, most: number): number[] {
  const rough = (to - from) / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((times) => times * power).find((each) => each >= rough) as number;
  const marks: number[] = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) marks.push(Math.round(at * 1000) / 1000);
  return marks;
}

/** `1500` → `1.5 s`, `61000` → `1:01`; as exact as marks `step` apart need. */
export function timeLabel(ms: number, step: number): string {
  if (step < 1000 || ms < 60_000) return `${Number((ms / 1000).toFixed(step < 10 ? 3 : step < 100 ? 2 : 1))} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** `420` → `420 ms`, `1410` → `1.41 s`. */
export const spanTime = (ms: number): string => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(2)} s`);
