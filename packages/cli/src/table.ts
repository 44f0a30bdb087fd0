// Formats rows as text tables and CSV.

import { printableLine } from './printable.ts';

export type Cell = string | number | null;

/** A column: its name, how wide it is at least, and on which side its values stand. */
export interface Column {
  readonly name: string;
  readonly width: number;
  readonly isRight?: boolean;
}

const asText = (cell: Cell): string => (cell === null ? '-' : printableLine(String(cell)));

/** One row as it is printed; values that are too long are cut. Without a line break. */
export function tableRow(columns: readonly Column[], cells: readonly Cell[]): string {
  return columns
    .map(({ width, isRight }, index) => {
      const text = asText(cells[index] ?? null);
      const short = text.length > width ? `${text.slice(0, width - 1)}…` : text;
      return isRight ? short.padStart(width) : short.padEnd(width);
    })
    .join('  ')
    .trimEnd();
}

/** One row of RFC 4180, without its line break. Nothing in it is taken for a formula. */
export function csvRow(cells: readonly Cell[]): string {
  return cells
    .map((cell) => {
      if (cell === null) return '';
      if (typeof cell === 'number') return String(cell);
      const text = printableLine(cell);
      const tame = /^[=+\-@\t]/.test(text) ? `'${text}` : text;
      return /[",\n\r]/.test(tame) ? `"${tame.replaceAll('"', '""')}"` : tame;
    })
    .join(',');
}
