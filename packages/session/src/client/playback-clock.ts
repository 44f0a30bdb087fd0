// Estimates from a clock how much of a response was heard, for players that do not report it.

import type { HeardPart } from './answer-audio.ts';

export interface PlaybackClock {
  /** Audio of `ms` milliseconds is passed to the player at `now`; it is heard after everything before it. */
  play(part: Pick<HeardPart, 'item_id' | 'content_index'>, ms: number, now: number): void;
  /** The player has stopped at `now`. Returns the parts that were not heard to their end, in order of playback. */
  stop(now: number): HeardPart[];
}

interface Part extends Pick<HeardPart, 'item_id' | 'content_index'> {
  /** Milliseconds heard before the present run. */
  before: number;
  /** Start and duration of the present run of audio without a gap. */
  from: number;
  ms: number;
}

/** Times are milliseconds of any monotonic clock. */
export function createPlaybackClock(): PlaybackClock {
  let parts: Part[] = [];
  /** When everything will have been heard. */
  let quietAt = Number.NEGATIVE_INFINITY;

  return {
    play({ item_id, content_index }, ms, now) {
      const isQuiet = quietAt <= now;
      // A part that was heard to its end can no longer be truncated.
      if (isQuiet) parts = parts.slice(-1);
      const from = Math.max(now, quietAt);
      quietAt = from + ms;
      const last = parts.at(-1);
      if (last?.item_id !== item_id || last.content_index !== content_index) {
        parts.push({ item_id, content_index, before: 0, from, ms });
      } else if (!isQuiet) last.ms += ms;
      else Object.assign(last, { before: last.before + last.ms, from, ms });
    },
    stop(now) {
      const cut = parts.filter(({ from, ms }) => from + ms > now);
      parts = [];
      quietAt = Number.NEGATIVE_INFINITY;
      return cut.map(({ item_id, content_index, before, from }) => ({
        ...{ item_id, content_index },
        heard_ms: Math.floor(before + Math.max(0, now - from)),
      }));
    },
  };
}
