// Arranges the spans of one lane in rows without overlap.

import { LANES, type Lane, type Span } from './span.ts';

/** A span, and the row of its lane it is drawn in, from 0. */
export interface PlacedSpan {
  readonly span: Span;
  readonly index: number;
  readonly row: number;
}

export interface PlacedLane {
  readonly lane: Lane;
  readonly spans: readonly PlacedSpan[];
  /** At least 1. */
  readonly rows: number;
}

/** Rows a lane has at most; what finds no room stands in the last. */
const MAX_ROWS = 6;

/** `end` stands for the end of what lasts. */
export function laneRows(spans: readonly Span[], end: number): PlacedLane[] {
  const placed = new Map<Lane, { spans: PlacedSpan[]; ends: number[] }>(
    LANES.map((lane) => [lane, { spans: [], ends: [] }]),
  );
  const sorted = spans
    .map((span, index) => ({ span, index }))
    .sort((a, b) => a.span.from - b.span.from || a.index - b.index);
  for (const { span, index } of sorted) {
    const lane = placed.get(span.lane);
    if (!lane) continue;
    const free = lane.ends.findIndex((each) => each <= span.from);
    const row = free >= 0 ? free : Math.min(lane.ends.length, MAX_ROWS - 1);
    lane.ends[row] = Math.max(lane.ends[row] ?? 0, span.to ?? end);
    lane.spans.push({ span, index, row });
  }
  return LANES.filter((lane) => lane !== 'played' || placed.get(lane)?.spans.length).map((lane) => {
    const { spans: all, ends } = placed.get(lane) as { spans: PlacedSpan[]; ends: number[] };
    return { lane, spans: all, rows: Math.max(1, ends.length) };
  });
}
