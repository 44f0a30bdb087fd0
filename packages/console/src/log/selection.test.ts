import { loggedFrame, readRecordingLine } from '@colloquy/session';
import { describe, expect, it } from 'vitest';
import { createFrameLog } from './frame-log.ts';
import {
  isSameSelection,
  itemsOfSelection,
  readSelection,
  responseOfSelection,
  rowsOfSelection,
  type Selection,
  selectionWord,
} from './selection.ts';

const EVENTS = [
  { type: 'conversation.item.added', item: { id: 'item_user' } },
  { type: 'response.created', response: { id: 'resp_1' } },
  { type: 'response.output_item.added', response_id: 'resp_1', item: { id: 'item_answer' } },
  { type: 'response.output_text.delta', response_id: 'resp_1', item_id: 'item_answer', delta: 'x' },
  { type: 'response.done', response: { id: 'resp_1' } },
  { type: 'error', error: { message: 'x' } },
];

function logOf(events: readonly object[]) {
  const log = createFrameLog({ soon: (call) => call() });
  for (const [at, event] of events.entries()) {
    const entry = readRecordingLine(JSON.stringify({ at, from: 'server', event: { event_id: 'e', ...event } }), at + 1);
    expect(loggedFrame(entry)).toBeDefined();
    log.append(entry);
  }
  return log;
}

describe('what a selection stands for', () => {
  const log = logOf(EVENTS);
  const turn = { index: 2, rows: [0, 1, 4], itemIds: ['item_user', 'item_answer'], responseIds: ['resp_1'] };
  const cases: [Selection, number[], string[], string | undefined][] = [
    [{ kind: 'row', index: 3 }, [3], ['item_answer'], 'resp_1'],
    [{ kind: 'row', index: 99 }, [], [], undefined],
    [{ kind: 'item', id: 'item_user' }, [0], ['item_user'], undefined],
    [{ kind: 'item', id: 'item_answer' }, [2, 3], ['item_answer'], 'resp_1'],
    [{ kind: 'response', id: 'resp_1' }, [1, 2, 3, 4], ['item_answer'], 'resp_1'],
    [{ kind: 'turn', index: 2 }, [0, 1, 4], ['item_user', 'item_answer'], 'resp_1'],
    [{ kind: 'turn', index: 7 }, [], [], undefined],
  ];

  it.each(cases)('[CO35] resolves %j to rows, items and its response', (selection, rows, items, response) => {
    expect(rowsOfSelection(log, selection, [turn])).toEqual(rows);
    expect(itemsOfSelection(log, selection, [turn])).toEqual(items);
    expect(responseOfSelection(log, selection, [turn])).toBe(response);
  });

  it.each(cases)('[CO35] reads %j from its word', (selection) => {
    expect(readSelection(selectionWord(selection))).toEqual(selection);
    expect(isSameSelection({ ...selection }, selection)).toBe(true);
    expect(isSameSelection(undefined, selection)).toBe(false);
  });

  it.each(['', 'turn', 'turn:', 'turn:x', 'row:-1', 'row:1.5', 'other:1'])(
    '[CO35] reads no selection from %j',
    (word) => {
      expect(readSelection(word)).toBeUndefined();
    },
  );
});
