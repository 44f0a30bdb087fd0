// Totals and percentiles over the responses of a log. One response: `timings.ts`; cost: `prices.ts`.

import type { Timing } from './timings.ts';

/** Of some milliseconds: how many there are, the median, the value that 95 of 100 do not exceed, and the largest. */
export interface Spread {
  readonly count: number;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly max: number | null;
}

export interface Totals {
  readonly responses: number;
  readonly transcriptions: number;
  /** How the responses ended. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly first_output_ms: Spread;
  readonly first_audio_ms: Spread;
  readonly total_ms: Spread;
  /** Tokens that were not cached, tokens cached, and tokens that came out. */
  readonly input: number;
  readonly cached: number;
  readonly output: number;
  /** Of what has a price. */
  readonly cost: number;
  /** Responses and transcriptions that consumed something without a price. */
  readonly unpriced: number;
}

export interface Summing {
  add(timing: Timing, cost: number | null): void;
  sum(): Totals;
}

/** So many values make a percentile, evenly spread over all that came; more are thinned out. */
const MAX_VALUES = 100_000;
/** So many different statuses are told apart: a file may hold any. */
const MAX_STATUSES = 20;

export function createTotals(): Summing {
  const spreads = { first_output_ms: createSpread(), first_audio_ms: createSpread(), total_ms: createSpread() };
  const statuses = new Map<string, number>();
  const counts = { responses: 0, transcriptions: 0, input: 0, cached: 0, output: 0, cost: 0, unpriced: 0 };
  return {
    add(timing, cost) {
      const { usage } = timing;
      counts.input += usage.input_text + usage.input_audio + usage.input_image;
      counts.cached += usage.cached_text + usage.cached_audio + usage.cached_image;
      counts.output += usage.output_text + usage.output_audio;
      if (cost !== null) counts.cost += cost;
      else if (Object.values(usage).some((count) => count > 0)) counts.unpriced += 1;
      if (timing.kind === 'transcription') {
        counts.transcriptions += 1;
        return;
      }
      counts.responses += 1;
      const status = statuses.has(timing.status) || statuses.size < MAX_STATUSES ? timing.status.slice(0, 64) : 'other';
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      spreads.first_output_ms.add(timing.first_output_ms);
      spreads.first_audio_ms.add(timing.first_audio_ms);
      spreads.total_ms.add(timing.total_ms);
    },
    sum: () => ({
      ...counts,
      statuses: Object.fromEntries(statuses),
      first_output_ms: spreads.first_output_ms.spread(),
      first_audio_ms: spreads.first_audio_ms.spread(),
      total_ms: spreads.total_ms.spread(),
    }),
  };
}

function createSpread(): { add: (value: number | null) => void; spread: () => Spread } {
  let values: number[] = [];
  let count = 0;
  let stride = 1;
  let max: number | null = null;
  return {
    add(value) {
      if (value === null) return;
      count += 1;
      max = Math.max(max ?? value, value);
      if (count % stride === 0) values.push(value);
      if (values.length < MAX_VALUES) return;
      values = values.filter((_, index) => index % 2 === 0);
      stride *= 2;
    },
    spread() {
      const sorted = values.toSorted((a, b) => a - b);
      const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
      return { count, p50: at(0.5), p95: at(0.95), max };
    },
  };
}
