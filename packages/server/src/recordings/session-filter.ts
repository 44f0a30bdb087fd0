// Which sessions a list contains: `q` searches in what was said, `has` in the summary. Query parameters: `http/list-query.ts`.

import { type ConversationSummary, SLOW_MS } from '@colloquy/session';
import type { StoredSummary } from './stored-summary.ts';

/** A value of `has`. */
export type Criterion = 'error' | 'interruption' | 'tool' | 'slow';

const CRITERIA: ReadonlyMap<Criterion, (summary: ConversationSummary) => boolean> = new Map([
  ['error', ({ errors }) => errors > 0],
  ['interruption', ({ interruptions }) => interruptions > 0],
  ['tool', ({ tools }) => tools.length > 0],
  ['slow', ({ first_audio_max_ms }) => first_audio_max_ms !== null && first_audio_max_ms >= SLOW_MS],
]);

export const CRITERION_NAMES: readonly Criterion[] = [...CRITERIA.keys()];

export interface SessionFilter {
  /** Text that was said, in any case. */
  readonly q?: string | undefined;
  /** All of them must hold. */
  readonly has: readonly Criterion[];
}

export const isEmptyFilter = ({ q, has }: SessionFilter): boolean => q === undefined && has.length === 0;

export function matchesFilter({ q, has }: SessionFilter, { summary, text }: StoredSummary): boolean {
  if (!has.every((name) => CRITERIA.get(name)?.(summary))) return false;
  return q === undefined || normalized(text).includes(normalized(q));
}

const normalized = (text: string): string => text.toLowerCase().replace(/\s+/g, ' ').trim();
