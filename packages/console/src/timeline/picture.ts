// Where everything is on the timeline: lanes from above, time from the left with idle gaps folded.

import type { Folds } from './folds.ts';
import type { PlacedLane, PlacedSpan } from './lane-rows.ts';
import type { Lane, Spans } from './span.ts';
import type { TimeWindow } from './time-window.ts';
import type { Waveforms } from './waveforms.ts';

/** Sizes in pixels. */
export const AXIS = 26;
export const ROW = 20;
const WAVE_ROW = 38;
export const GUTTER = 94;
const GAP = 6;

export const LANE_NAMES: Readonly<Record<Lane, string>> = {
  user: 'User',
  assistant: 'Assistant',
  played: 'Played',
  wait: 'First audio',
  stages: 'Stages',
  response: 'Response',
  tools: 'Tools',
  server: 'Server events',
  client: 'Client events',
};

export interface Picture {
  readonly lanes: readonly PlacedLane[];
  readonly spans: Spans;
  readonly folds: Folds;
  readonly waveforms: Waveforms;
  /** On the folded axis. */
  readonly window: TimeWindow;
  readonly width: number;
  /** Milliseconds of the log: the moment that is shown, what is selected, the range that is measured. */
  readonly now: number | undefined;
  readonly selected: TimeWindow | undefined;
  readonly range: TimeWindow | undefined;
  readonly hovered: number | undefined;
}

export interface Brush {
  readonly context: CanvasRenderingContext2D;
  readonly picture: Picture;
  readonly color: (name: string) => string;
}

/** In pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export type Axis = Pick<Picture, 'folds' | 'window' | 'width'>;

export const rowHeight = (lane: Lane): number => (lane === 'user' || lane === 'assistant' ? WAVE_ROW : ROW);

const heightOfLane = ({ lane, rows }: PlacedLane): number => rows * rowHeight(lane) + GAP;

/** Height of the whole picture. */
export const heightOf = (lanes: readonly PlacedLane[]): number =>
  lanes.reduce((sum, lane) => sum + heightOfLane(lane), AXIS);

/** The lanes with their upper edges. */
export function* lanesFromTop(
  lanes: readonly PlacedLane[],
): Generator<{ readonly lane: PlacedLane; readonly top: number }> {
  let top = AXIS;
  for (const lane of lanes) {
    yield { lane, top };
    top += heightOfLane(lane);
  }
}

const pixelsPerMs = ({ window: { from, to }, width }: Axis): number => (width - GUTTER) / (to - from);

/** The place of a time, in pixels from the left. */
export const xOf = (axis: Axis, time: number): number =>
  GUTTER + (axis.folds.placeOf(time) - axis.window.from) * pixelsPerMs(axis);

/** The place on the folded axis under a point of the picture; left of the lanes, the first in sight. */
export const placeAt = (axis: Axis, x: number): number =>
  axis.window.from + Math.max(0, x - GUTTER) / pixelsPerMs(axis);

/** The time of the log under a point. */
export const timeAt = (axis: Axis, x: number): number => axis.folds.timeAt(placeAt(axis, x));

/** The span under a point, the shortest of several. */
export function spanAt(picture: Picture, x: number, y: number): PlacedSpan | undefined {
  for (const { lane, top } of lanesFromTop(picture.lanes)) {
    const row = Math.floor((y - top) / rowHeight(lane.lane));
    if (row < 0 || row >= lane.rows) continue;
    const under = lane.spans.filter(
      ({ span, row: own }) =>
        own === row && xOf(picture, span.from) - 3 <= x && xOf(picture, span.to ?? picture.spans.end) + 3 >= x,
    );
    return under.sort((a, b) => lengthOf(a) - lengthOf(b))[0];
  }
  return undefined;
}

const lengthOf = ({ span: { from, to } }: PlacedSpan) => (to ?? Number.POSITIVE_INFINITY) - from;
