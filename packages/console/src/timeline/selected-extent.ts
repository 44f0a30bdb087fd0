// The stretch of the log that a selection stands for, and the selection that a span stands for.

import type { FrameLog } from '../log/frame-log.ts';
import { rowsOfSelection, type Selection } from '../log/selection.ts';
import type { Span, Spans } from './span.ts';
import type { TimeWindow } from './time-window.ts';

/** Milliseconds of the log; `undefined` if the log has no times for it. */
export function extentOf(log: FrameLog, { spans, end }: Spans, selection: Selection): TimeWindow | undefined {
  const turn = selection.kind === 'turn' ? log.turns.turns[selection.index] : undefined;
  const items = new Set(turn?.itemIds);
  const responses = new Set(turn?.responseIds);
  const isSelected = ({ item, response, turn: index }: Span) => {
    if (selection.kind === 'turn')
      return index === selection.index || items.has(item ?? '') || responses.has(response ?? '');
    if (selection.kind === 'response') return response === selection.id;
    return selection.kind === 'item' && item === selection.id;
  };
  const times = spans.filter(isSelected).flatMap(({ from, to }) => [from, to ?? end]);
  if (times.length === 0)
    for (const index of rowsOfSelection(log, selection, log.turns.turns)) {
      const at = log.rows[index]?.at;
      if (at != null) times.push(at);
    }
  if (times.length === 0) return undefined;
  return times.reduce((all, at) => ({ from: Math.min(all.from, at), to: Math.max(all.to, at) }), {
    from: Number.POSITIVE_INFINITY,
    to: 0,
  });
}

export function selectionOf({ turn, item, response, row }: Span): Selection {
  if (turn !== undefined) return { kind: 'turn', index: turn };
  if (item) return { kind: 'item', id: item };
  return response ? { kind: 'response', id: response } : { kind: 'row', index: row };
}
