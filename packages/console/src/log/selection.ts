// The one selection that every view of a log shows, and what it stands for: rows, items, a response.

import type { FrameLog } from './frame-log.ts';
import { frameOf, type LogRow } from './log-row.ts';
import type { TurnExtent } from './turn-extent.ts';

export type Selection =
  /** A turn by its place in the log, from 0. */
  | { readonly kind: 'turn'; readonly index: number }
  | { readonly kind: 'response'; readonly id: string }
  | { readonly kind: 'item'; readonly id: string }
  /** A line, by the index of its row. */
  | { readonly kind: 'row'; readonly index: number };

export function isSameSelection(one: Selection | undefined, other: Selection | undefined): boolean {
  return one === other || (one !== undefined && other !== undefined && selectionWord(one) === selectionWord(other));
}

/** The rows a selection stands for, ascending. The first is where a list scrolls to. */
export function rowsOfSelection(
  { rows }: Pick<FrameLog, 'rows'>,
  selection: Selection,
  turns: readonly TurnExtent[],
): readonly number[] {
  switch (selection.kind) {
    case 'row':
      return rows[selection.index] ? [selection.index] : [];
    case 'turn':
      return turns.find(({ index }) => index === selection.index)?.rows ?? [];
    case 'response':
      return indexesOf(rows, (row) => responseIdsOf(row).includes(selection.id));
    default:
      return indexesOf(rows, (row) => itemIdsOf(row).includes(selection.id));
  }
}

/** The items of a selection, in the order of the log. */
export function itemsOfSelection(
  { rows }: Pick<FrameLog, 'rows'>,
  selection: Selection,
  turns: readonly TurnExtent[],
): readonly string[] {
  switch (selection.kind) {
    case 'item':
      return [selection.id];
    case 'turn':
      return turns.find(({ index }) => index === selection.index)?.itemIds ?? [];
    case 'row': {
      const row = rows[selection.index];
      return row ? itemIdsOf(row) : [];
    }
    default: {
      const ids = rows.flatMap((row) => (responseIdsOf(row).includes(selection.id) ? itemIdsOf(row) : []));
      return [...new Set(ids)];
    }
  }
}

/** The response of a selection: that of the item or of the line; the first one of a turn. */
export function responseOfSelection(
  { rows }: Pick<FrameLog, 'rows'>,
  selection: Selection,
  turns: readonly TurnExtent[],
): string | undefined {
  switch (selection.kind) {
    case 'response':
      return selection.id;
    case 'turn':
      return turns.find(({ index }) => index === selection.index)?.responseIds[0];
    case 'row':
      return responseIdsOf(rows[selection.index])[0];
    default:
      for (const row of rows) {
        const [responseId] = itemIdsOf(row).includes(selection.id) ? responseIdsOf(row) : [];
        if (responseId !== undefined) return responseId;
      }
      return undefined;
  }
}

/** A selection in one word of an address: `turn:3`, `item:item_1`, `row:120`. */
export function selectionWord(selection: Selection): string {
  return `${selection.kind}:${'id' in selection ? selection.id : selection.index}`;
}

/** Reads a word of an address; `undefined` if it makes no sense. */
export function readSelection(word: string): Selection | undefined {
  const [, kind, value] = /^(turn|response|item|row):(.+)$/s.exec(word) ?? [];
  if (kind === undefined || value === undefined) return undefined;
  if (kind === 'response' || kind === 'item') return { kind, id: value };
  const index = Number(value);
  return Number.isSafeInteger(index) && index >= 0 ? { kind: kind as 'turn' | 'row', index } : undefined;
}

interface Named {
  readonly response_id?: unknown;
  readonly item_id?: unknown;
  readonly response?: { readonly id?: unknown; readonly output?: unknown };
  readonly item?: { readonly id?: unknown };
}

const idsIn = (...values: readonly unknown[]) =>
  values.filter((value): value is string => typeof value === 'string' && value !== '');

function responseIdsOf(row: LogRow | undefined): readonly string[] {
  const event = row && (frameOf(row)?.event as Named | undefined);
  return event ? idsIn(event.response_id, event.response?.id) : [];
}

function itemIdsOf(row: LogRow): readonly string[] {
  const event = frameOf(row)?.event as Named | undefined;
  return event ? idsIn(event.item_id, event.item?.id) : [];
}

function indexesOf(rows: readonly LogRow[], isWanted: (row: LogRow) => boolean): number[] {
  return rows.flatMap((row) => (isWanted(row) ? [row.index] : []));
}
