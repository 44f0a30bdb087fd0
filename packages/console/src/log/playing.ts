// Plays a log at its own pace.

import type { LogRow } from './log-row.ts';

/** Where nothing happened for longer, nobody wants to wait: milliseconds. */
export const MAX_WAIT_MS = 1500;
/** Between lines that have no time. */
const STEP_MS = 50;

/** Milliseconds from one row to the next. */
export function waitBetween(row: LogRow | undefined, next: LogRow): number {
  const [from, to] = [row?.at ?? null, next.at];
  if (to === null) return STEP_MS;
  return Math.min(MAX_WAIT_MS, Math.max(0, to - (from ?? to)));
}

/** How many rows are shown after `ms` more, when `count` are shown now; and how much of those milliseconds is left over. */
export function playedOn(rows: readonly LogRow[], count: number, ms: number): { count: number; left: number } {
  let left = ms;
  let visibleCount = count;
  while (visibleCount < rows.length) {
    const wait = waitBetween(rows[visibleCount - 1], rows[visibleCount] as LogRow);
    if (wait > left) break;
    left -= wait;
    visibleCount += 1;
  }
  return { count: visibleCount, left: visibleCount < rows.length ? left : 0 };
}

const isDelta = ({ type }: LogRow) => type.endsWith('.delta') || type === 'input_audio_buffer.append';

/** How many rows are shown one step later or earlier. Deltas are passed over: a step shows something new. */
export function stepped(rows: readonly LogRow[], count: number, by: 1 | -1): number {
  let to = Math.max(0, Math.min(rows.length, count + by));
  while (to > 0 && to < rows.length && isDelta(rows[to - 1] as LogRow)) to += by;
  return to;
}
