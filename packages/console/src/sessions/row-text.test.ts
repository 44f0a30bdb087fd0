// Numbers in the table of sessions.

import { expect, it } from 'vitest';
import { costNote, costText, hiddenText, latencyText, lengthText, sizeText } from './row-text.ts';

it('[CO64] gives lengths, latencies, costs and sizes their units', () => {
  expect([0, 41_900, 187_000, 3_723_000, null].map(lengthText)).toEqual(['0 s', '41 s', '3:07', '1:02:03', '']);
  expect([640, 1715, null, undefined].map(latencyText)).toEqual(['0.64 s', '1.72 s', '', '']);
  const cost = { amount: 0.0071, currency: 'USD', as_if: 'gpt-realtime', unpriced: 2 };
  expect(costText(cost)).toBe('$0.0071');
  expect(costText({ ...cost, amount: 12.345, currency: 'EUR' })).toBe('12.35 EUR');
  expect(costNote(cost)).toBe('as if gpt-realtime: the engine has no price; 2 responses have no price');
  expect([costText(null), costNote(null)]).toEqual(['', '']);
  expect([sizeText(4100), sizeText(2_340_000)]).toEqual(['5 kB', '2.3 MB']);
  expect([['key', 'media', 'words'], ['key', 'media'], ['key']].map(hiddenText)).toEqual([
    'without text and audio',
    'without audio and images',
    'with audio',
  ]);
});
