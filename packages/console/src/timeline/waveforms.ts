// Loudness of the items on the timeline, decoded once.

import { PEAK_MS, peaksOf } from '../audio/samples.ts';
import type { FrameLog } from '../log/frame-log.ts';
import type { Span } from './span.ts';

export interface Waveforms {
  /** Peaks from 0 to 1, one for each 20 ms from the beginning of the span; empty without audio. */
  of(span: Span): readonly number[];
}

/** Rows after which an item is assumed to get no more audio. */
const SETTLED_ROWS = 2000;

export function createWaveforms(log: FrameLog): Waveforms {
  const known = new Map<string, { rows: number; peaks: readonly number[] }>();
  return {
    of({ item, session, row }) {
      if (item === undefined) return [];
      const key = `${session} ${item}`;
      const before = known.get(key);
      const { length } = log.rows;
      if (before && (before.rows === length || before.rows > row + SETTLED_ROWS)) return before.peaks;
      const audio = log.session(session).audio.of(item, 0);
      const peaks = audio ? peaksOf(audio) : [];
      known.set(key, { rows: length, peaks });
      return peaks;
    },
  };
}

/** The loudest peak between two times of a span, in milliseconds from its beginning. */
export function loudest(peaks: readonly number[], from: number, to: number): number {
  let peak = 0;
  const last = Math.min(peaks.length, Math.ceil(to / PEAK_MS));
  for (let i = Math.max(0, Math.floor(from / PEAK_MS)); i < last; i++) peak = Math.max(peak, peaks[i] as number);
  return peak;
}
