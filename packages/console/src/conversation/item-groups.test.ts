// The cards of a conversation: which items fold into one, what a search shows, where turns begin, when an answer is awaited.

import { createMirror, readLogLine } from '@colloquy/session';
import { type LoggedTurn, spokenLog } from '@support/spoken-log.ts';
import { expect, it } from 'vitest';
import { createFrameLog } from '../log/frame-log.ts';
import type { ListedItem } from './conversation-items.ts';
import { groupItems } from './item-groups.ts';
import { searchGroups } from './item-text.ts';
import { firstRowOf, isAwaited, turnStarts } from './turn-marks.ts';

const listed = (id: string, item: object, isDeleted = false): ListedItem => ({
  ...{ id, isDeleted, isInserted: false, response: undefined },
  item: { id, ...item } as ListedItem['item'],
});
const message = (id: string, text: string) =>
  listed(id, { type: 'message', role: 'user', content: [{ type: 'input_text', text }] });
const call = (id: string, call_id: string) =>
  listed(id, { type: 'function_call', call_id, name: 'find', arguments: '{}' });
const output = (id: string, call_id: string, isDeleted = false) =>
  listed(id, { type: 'function_call_output', call_id, output: 'Shelf 3' }, isDeleted);
const idsOf = (items: readonly ListedItem[]) =>
  groupItems(items).map(({ listed: { id }, steps }) => [id, ...steps.map((step) => step.id)].join(' '));

it('[CO66] folds the output of a call into its card, also behind other items', () => {
  expect(idsOf([message('m', 'hi'), call('a', '1'), call('b', '2'), output('c', '2'), output('d', '1')])).toEqual([
    'm',
    'a d',
    'b c',
  ]);
});

it('[CO66] folds approval request, response and call of an MCP server into one card', () => {
  const approval = { approval_request_id: 'r' };
  const steps = [
    listed('r', { type: 'mcp_approval_request', server_label: 's', name: 'lend', arguments: '{}' }),
    listed('p', { type: 'mcp_approval_response', approve: true, ...approval }),
    listed('c', { type: 'mcp_call', server_label: 's', name: 'lend', arguments: '{}', ...approval }),
  ];
  expect(
    idsOf([...steps, listed('d', { type: 'mcp_call', server_label: 's', name: 'lend', arguments: '{}' })]),
  ).toEqual(['r p c', 'd']);
});

it('[CO66] leaves an item alone that is deleted, or continues nothing that is there', () => {
  expect(idsOf([call('a', '1'), output('b', '1', true), output('c', '9')])).toEqual(['a', 'b', 'c']);
  const deletedCall = { ...call('a', '1'), isDeleted: true };
  expect(idsOf([deletedCall, output('b', '1')])).toEqual(['a', 'b']);
});

it('[CO66] searches what was said and called, whatever its case, also in a step', () => {
  const groups = groupItems([message('m', 'Where is Atlas?'), call('a', '1'), output('b', '1')]);
  const search = (text: string) => searchGroups(groups, text, createMirror()).map(({ listed: { id } }) => id);
  expect([search('atlas'), search('FIND'), search('shelf'), search('nowhere'), search(' ')]).toEqual([
    ['m'],
    ['a'],
    ['a'],
    [],
    ['m', 'a'],
  ]);
});

const TURN: LoggedTurn = { text: 'Hello.', speechMs: 600, llmMs: 300, answer: 'Good morning.', answerMs: 900 };

function logOf(lines: readonly string[]) {
  const log = createFrameLog({ soon: (notify) => notify() });
  for (const [index, line] of lines.entries()) log.append(readLogLine(line, index + 1));
  return log;
}

it('[CO66] puts the head of a turn before its first item, and finds the row of an item', () => {
  const log = logOf(spokenLog([TURN, TURN]));
  const groups = groupItems(
    ['item_user_0', 'item_answer_0', 'item_user_1', 'item_answer_1'].map((id) => message(id, id)),
  );
  const starts = turnStarts(groups, (id) => log.turns.ofItem(id));
  expect([...starts].map(([id, { index }]) => [id, index])).toEqual([
    ['item_user_0', 0],
    ['item_user_1', 1],
  ]);
  const row = firstRowOf(log, log.turns.ofItem('item_answer_1'), 'item_answer_1') ?? -1;
  expect(log.rows[row]?.type).toBe('response.output_item.added');
  expect(firstRowOf(log, log.turns.ofItem('item_user_0'), 'item_nowhere')).toBeUndefined();
});

it('[CO66] awaits an answer when its message stands there, until something of it comes, it ends, or an error does', () => {
  const userItem = { type: 'conversation.item.create', item: { id: 'u', type: 'message', role: 'user', content: [] } };
  const awaited = (...events: (readonly ['client' | 'server', object])[]) => {
    const lines = events.map(([source, event], index) => JSON.stringify({ time: 1000 * index, source, event }));
    const log = logOf(lines);
    return isAwaited(log, log.turns.turns.at(-1));
  };
  const create = ['client', { type: 'response.create' }] as const;
  const added = ['server', { type: 'conversation.item.added', previous_item_id: null, item: userItem.item }] as const;
  const created = [
    'server',
    { type: 'response.created', response: { id: 'r', status: 'in_progress', output: [] } },
  ] as const;
  const item = { id: 'a', type: 'message', role: 'assistant', content: [] };
  const begun = ['server', { type: 'response.output_item.added', response_id: 'r', output_index: 0, item }] as const;
  const done = ['server', { type: 'response.done', response: { id: 'r', status: 'failed', output: [] } }] as const;
  const error = ['server', { type: 'error', error: { type: 'server_error', message: 'no' } }] as const;
  expect([
    awaited(['client', userItem]),
    awaited(['client', userItem], create),
    awaited(['client', userItem], create, added),
    awaited(['client', userItem], create, added, created),
    awaited(['client', userItem], create, added, created, begun),
    awaited(['client', userItem], create, added, created, done),
    awaited(['client', userItem], create, error),
  ]).toEqual([false, false, true, true, false, false, false]);
});
