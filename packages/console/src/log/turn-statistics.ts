// p50 and p95 of the stages of a session's turns, and of the whole wait.

import { STAGE_KINDS, type StageKind, stagesOf, stageTimes, type Turn } from './turn.ts';

export interface Percentiles {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
}

export interface TurnStatistics {
  /** From the end of speech, or the request, to the first sound. Turns without one do not count. */
  readonly firstAudio: Percentiles | undefined;
  /** Of the turns that have the stage. */
  readonly stages: ReadonlyMap<StageKind, Percentiles>;
}

export function turnStatistics(turns: readonly Turn[]): TurnStatistics {
  const waits: number[] = [];
  const times = new Map<StageKind, number[]>(STAGE_KINDS.map((kind) => [kind, []]));
  for (const turn of turns) {
    if (turn.firstAudioMs === undefined) continue;
    waits.push(turn.firstAudioMs);
    for (const [kind, ms] of stageTimes(stagesOf(turn))) times.get(kind)?.push(ms);
  }
  const stages = new Map<StageKind, Percentiles>();
  for (const [kind, values] of times) {
    const percentiles = percentilesOf(values);
    if (percentiles) stages.set(kind, percentiles);
  }
  return { firstAudio: percentilesOf(waits), stages };
}

/** Nearest-rank percentiles; `undefined` for no values. */
function percentilesOf(values: readonly number[]): Percentiles | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] as number;
  return sorted.length === 0 ? undefined : { count: sorted.length, p50: at(0.5), p95: at(0.95) };
}
