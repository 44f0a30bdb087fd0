// What happened in a range of the log, in numbers.

import { below } from '../log/ascending.ts';
import type { Span, Spans } from './span.ts';
import type { TimeWindow } from './time-window.ts';

export interface RangeStatistics {
  readonly ms: number;
  /** Milliseconds of speech, of tools, and how many events the server sent. */
  readonly userMs: number;
  readonly assistantMs: number;
  readonly toolMs: number;
  readonly events: number;
  readonly errors: number;
  /** Indexes of the turns whose wait is in the range. */
  readonly turns: readonly number[];
}

export function rangeStatistics({ spans, ticks, end }: Spans, range: TimeWindow): RangeStatistics {
  const inside = spans.filter(({ from, to }) => from < range.to && (to ?? end) > range.from);
  const within = ({ from, to }: Span) => Math.min(range.to, to ?? end) - Math.max(range.from, from);
  const time = (isWanted: (span: Span) => boolean) =>
    inside.filter(isWanted).reduce((sum, span) => sum + Math.max(0, within(span)), 0);
  return {
    ms: range.to - range.from,
    userMs: time(({ kind }) => kind === 'speech'),
    assistantMs: time(({ kind }) => kind === 'playback'),
    toolMs: time(({ lane }) => lane === 'tools'),
    events: below(ticks.at, range.to) - below(ticks.at, range.from),
    errors: spans.filter(({ from, hasFailed }) => hasFailed && from >= range.from && from <= range.to).length,
    turns: inside.flatMap(({ kind, turn }) => (kind === 'first-audio' && turn !== undefined ? [turn] : [])),
  };
}
