// Filters lines by side, family, state, id and text. Works in slices and continues when the log grows, so the page stays responsive.

import type { FrameLog } from '../log/frame-log.ts';
import { contentOf, type LogRow } from '../log/log-row.ts';
import { type EventFamily, familyOf, isInternal } from './event-family.ts';

/** Filters that are on or off. Those of one group are alternatives; each group narrows the list. */
export const SIDES = ['client', 'server'] as const;
export const TOPICS = ['session', 'input', 'item', 'response', 'tool'] as const satisfies readonly EventFamily[];
export const STATES = ['errors', 'violations'] as const;
export type FilterName = (typeof SIDES)[number] | (typeof TOPICS)[number] | (typeof STATES)[number] | 'no-deltas';

/** What to list. */
export interface RowWish {
  readonly filters: readonly FilterName[];
  /** Whether inputs of the session, snapshots and the header of a recording are listed. */
  readonly isInternalShown: boolean;
  /** Whether each delta has a line of its own, in place of one for a run of them. */
  readonly isUnfolded: boolean;
  /** Lines that contain this id as a value. */
  readonly id?: string | undefined;
  /** Contained in the line, in any case; empty for any. */
  readonly text: string;
}

export const DEFAULT_WISH: RowWish = { filters: [], isInternalShown: false, isUnfolded: false, text: '' };

/** Whether a wish narrows the list. */
export const isNarrowed = ({ filters, id, text }: RowWish): boolean =>
  filters.length > 0 || id !== undefined || text.trim() !== '';

export interface RowFilter {
  /** Indexes of the rows that are listed, in order, as far as the log was looked at. */
  readonly matches: readonly number[];
  /** Rows looked at. */
  readonly looked: number;
  /** Looks on for so many milliseconds at most; answers whether all rows there are were looked at. */
  look(budgetMs: number): boolean;
}

/** Rows looked at between two glances at the clock. */
const STEP = 256;

export function createRowFilter(log: FrameLog, wish: RowWish, now: () => number = () => performance.now()): RowFilter {
  const { rows, violations } = log;
  const text = wish.text.trim().toLowerCase();
  const id = wish.id === undefined ? undefined : JSON.stringify(wish.id);
  const among = <T extends FilterName>(group: readonly T[]) =>
    new Set(group.filter((name) => wish.filters.includes(name)));
  const [sides, topics, states] = [among(SIDES), among(TOPICS), among(STATES)];
  const isWithoutDeltas = wish.filters.includes('no-deltas');
  const errors = new Set<number>();
  let counted = 0;
  const matches: number[] = [];
  let looked = 0;

  function isWanted(row: LogRow): boolean {
    if (isInternal(row)) {
      if (!wish.isInternalShown || states.size > 0) return false;
    } else {
      if (sides.size > 0 && !sides.has(row.from === 'server' ? 'server' : 'client')) return false;
      if (topics.size > 0 && !topics.has(topicOf(row))) return false;
      if (states.size > 0 && !isInState(row)) return false;
    }
    if (isWithoutDeltas && row.type.endsWith('.delta')) return false;
    return (id === undefined || hasId(row, id)) && (text === '' || hasText(row, text));
  }

  const isInState = ({ index }: LogRow) =>
    (states.has('errors') && errors.has(index)) || (states.has('violations') && violations.has(index));

  return {
    matches,
    get looked() {
      return looked;
    },
    look(budgetMs) {
      const until = now() + budgetMs;
      for (; counted < log.errors.length; counted++) errors.add(log.errors[counted] as number);
      while (looked < rows.length) {
        const row = rows[looked] as LogRow;
        if (isWanted(row)) matches.push(row.index);
        looked += 1;
        if (looked % STEP === 0 && now() > until) break;
      }
      return looked === rows.length;
    },
  };
}

/** A failure belongs to what failed as well: `response.mcp_call.failed` is of the tools. */
const topicOf = (row: LogRow) =>
  familyOf({ ...row, type: row.type.replace(/\.failed$/, '.completed') }) as (typeof TOPICS)[number];

const hasText = (row: LogRow, text: string) =>
  row.type.toLowerCase().includes(text) || jsonOf(row).toLowerCase().includes(text);

const hasId = (row: LogRow, quoted: string) => jsonOf(row).includes(quoted);

/** Audio is not searched: nobody looks for a word of base64, and it is long. */
const withoutAudio = (key: string, value: unknown) =>
  typeof value === 'string' && value.length > 2000 && (key === 'audio' || key === 'delta' || key === 'image_url')
    ? ''
    : value;

function jsonOf(row: LogRow): string {
  if (row.entry.kind === 'snapshot') return '';
  try {
    return JSON.stringify(contentOf(row), withoutAudio) ?? '';
  } catch {
    // Nested deeper than the printer goes: it is found by its type.
    return '';
  }
}
