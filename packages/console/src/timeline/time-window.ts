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

/** Brings a moment into sight, if it is not. */
export function showing(window: TimeWindow, at: number, end: number): TimeWindow {
  if (at >= window.from && at <= window.to) return window;
  return moved(window, (at - (window.from + window.to) / 2) / (window.to - window.from), end);
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
