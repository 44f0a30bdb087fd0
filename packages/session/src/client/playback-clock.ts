// How much of an answer was heard, told by the clock: for players that do not tell it themselves.

import type { HeardPart } from './answer-audio.ts';

export interface PlaybackClock {
  /** Audio of `ms` milliseconds is handed to the player at `now`; it is heard after everything before it. */
  play(part: Pick<HeardPart, 'item_id' | 'content_index'>, ms: number, now: number): void;
  /** The player has fallen silent at `now`: answers the parts that were not heard to their end, in the order they were played. */
  stop(now: number): HeardPart[];
}

interface Part extends Pick<HeardPart, 'item_id' | 'content_index'> {
  /** Milliseconds heard before the present run. */
  before: number;
  /** When the present run of audio without a gap begins to be heard, and how long it is. */
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
      // What was heard to its end cannot be cut any more.
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
