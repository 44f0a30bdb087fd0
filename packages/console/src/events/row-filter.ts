// Filters lines by side, kind and text. Works in slices and continues when the log grows, so the page stays responsive.

import type { FrameLog } from '../log/frame-log.ts';
import { contentOf, type LogRow } from '../log/log-row.ts';

/** What to list. */
export interface RowWish {
  /** `wire` is what passed between client and server. */
  readonly side: 'all' | 'wire' | 'client' | 'server' | 'inside';
  readonly kind: 'all' | 'errors' | 'broken' | 'no-deltas';
  /** Stands somewhere in the line, in letters of either case; empty for any. */
  readonly text: string;
}

export const EVERYTHING: RowWish = { side: 'all', kind: 'all', text: '' };

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
  const errors = new Set<number>();
  let counted = 0;
  const matches: number[] = [];
  let looked = 0;

  function isWanted(row: LogRow): boolean {
    if (!isOfSide(row, wish.side)) return false;
    if (wish.kind === 'errors' && !errors.has(row.index)) return false;
    if (wish.kind === 'broken' && !violations.has(row.index)) return false;
    if (wish.kind === 'no-deltas' && row.type.endsWith('.delta')) return false;
    return text === '' || row.type.toLowerCase().includes(text) || textOf(row).includes(text);
  }

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

function isOfSide({ from }: LogRow, side: RowWish['side']): boolean {
  const isWire = from === 'client' || from === 'server';
  if (side === 'all') return true;
  if (side === 'wire') return isWire;
  return side === 'inside' ? !isWire : from === side;
}

/** Audio is not searched: nobody looks for a word of base64, and it is long. */
const withoutAudio = (key: string, value: unknown) =>
  typeof value === 'string' && value.length > 2000 && (key === 'audio' || key === 'delta' || key === 'image_url')
    ? ''
    : value;

function textOf(row: LogRow): string {
  const { entry } = row;
  if (entry.kind === 'snapshot') return '';
  try {
    return (JSON.stringify(contentOf(row), withoutAudio) ?? '').toLowerCase();
  } catch {
    // Nested deeper than the printer goes: it is found by its type.
    return '';
  }
}
