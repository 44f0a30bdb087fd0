// Pauses inside the user's speech, from its loudness: evidence for how much silence may end a turn.

import { PEAK_MS, peaksOf } from '../audio/samples.ts';
import type { FrameLog } from './frame-log.ts';
import type { Turn } from './turn.ts';

/** Shorter ones lie between sounds of one word. */
const MIN_PAUSE_MS = 100;
/** Turns that are looked at, the latest. */
const MAX_TURNS = 200;
/** Share of the loud peaks' level below which it is quiet. */
const QUIET_SHARE = 0.12;
const QUIET_PEAK = 0.01;

/** Milliseconds of each pause of at least 100 ms between sounds. `peaks` are of 20 ms each. */
export function pausesIn(peaks: readonly number[]): number[] {
  const sorted = peaks.toSorted((a, b) => a - b);
  const loud = sorted[Math.floor(0.9 * sorted.length)] ?? 0;
  const limit = Math.max(QUIET_PEAK, QUIET_SHARE * loud);
  const first = peaks.findIndex((peak) => peak > limit);
  const last = peaks.findLastIndex((peak) => peak > limit);
  const pauses: number[] = [];
  let quiet = 0;
  for (let i = first; i >= 0 && i <= last; i++) {
    if ((peaks[i] as number) <= limit) quiet += PEAK_MS;
    else {
      if (quiet >= MIN_PAUSE_MS) pauses.push(quiet);
      quiet = 0;
    }
  }
  return pauses;
}

/** The pauses of the user's speech in a log, as far as it contains the audio. */
export function pausesOf(log: FrameLog, turns: readonly Turn[]): number[] {
  return turns.slice(-MAX_TURNS).flatMap(({ input, sessionId, itemIds: [itemId] }) => {
    if (input !== 'spoken' || itemId === undefined) return [];
    const audio = log.session(sessionId).audio.of(itemId, 0);
    return audio ? pausesIn(peaksOf(audio)) : [];
  });
}
