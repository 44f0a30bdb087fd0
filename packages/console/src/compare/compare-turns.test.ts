// Two logs turn by turn, and the verdict.

import { readLogLine } from '@colloquy/session';
import { type LoggedTurn, spokenLog } from '@support/spoken-log.ts';
import { expect, it } from 'vitest';
import { createFrameLog } from '../log/frame-log.ts';
import { compareTurns, turnSides } from './compare-turns.ts';
import { differenceLabel, verdictOf } from './verdict.ts';

function sidesOf(turns: readonly LoggedTurn[]) {
  const log = createFrameLog({ soon: (notify) => notify() });
  for (const [index, line] of spokenLog(turns).entries()) log.append(readLogLine(line, index + 1));
  return turnSides(log, log.turns.turns);
}

const spoken = { speechMs: 800, llmMs: 300, answerMs: 900 };
const HELLO: LoggedTurn = { ...spoken, text: 'Hello.', answer: 'Good morning.' };
const TIME: LoggedTurn = { ...spoken, text: 'What time is it?', answer: 'Noon.' };

it('[CO67] finds nothing in the same conversation, however it is spelled', () => {
  const pairs = compareTurns(
    sidesOf([HELLO, TIME]),
    sidesOf([
      { ...HELLO, text: 'hello' },
      { ...TIME, llmMs: 350 },
    ]),
  );
  expect(pairs.map(({ differences }) => differences)).toEqual([[], []]);
  expect(verdictOf(pairs)).toBe('The same in 2 turns.');
});

it('[CO67] says which turns are slower, answered in other words, extra or missing, and which tools were called', () => {
  const left = sidesOf([HELLO, TIME, { ...spoken, text: 'Bye.', answer: 'Bye.' }]);
  const right = sidesOf([
    { ...HELLO, answer: 'Hi there.' },
    { ...spoken, text: 'Thanks.', answer: 'You are welcome.' },
    { ...TIME, llmMs: 1300 },
    { ...spoken, text: 'Book it.', answer: 'Bye.', tool: { name: 'book', ms: 50 }, llmMs: 100 },
  ]);
  const pairs = compareTurns(left, right);
  expect(pairs.map((pair) => [pair.left?.turn.text, pair.right?.turn.text])).toEqual([
    ['Hello.', 'Hello.'],
    [undefined, 'Thanks.'],
    ['What time is it?', 'What time is it?'],
    ['Bye.', 'Book it.'],
  ]);
  const labels = pairs.map(({ differences }) => differences.map(differenceLabel));
  expect(labels.slice(0, 3)).toEqual([['other words'], [], ['+1.00 s slower']]);
  expect(labels[3]).toEqual(expect.arrayContaining(['other question', '+ book']));
  expect(verdictOf(pairs)).toMatch(
    /^Right: .*1 tool call more, 1 answer in other words, 1 question in other words, 1 turn extra\.$/,
  );
});

it('[CO67] has a verdict for logs without turns', () => {
  expect(verdictOf(compareTurns([], []))).toBe('No turns to compare.');
});
