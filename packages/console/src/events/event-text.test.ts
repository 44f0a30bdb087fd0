// Times and sizes in the list of events.

import { expect, it } from 'vitest';
import { bytesText, sinceText, timeText } from './event-text.ts';

it('[CO61] writes times, the time since the line above, and sizes with their units', () => {
  expect([timeText(12_345.4), timeText(null)]).toEqual(['12.345', '']);
  expect(
    [
      [120, 0],
      [1400, 0],
      [25_000, 0],
      [5, 5],
      [4, 5],
      [0.2, 0],
      [5, null],
      [null, 5],
    ].map(([at, before]) => sinceText(at ?? null, before)),
  ).toEqual(['+120 ms', '+1.40 s', '+25.0 s', '', '', '', '', '']);
  expect([812, 101_400, 2_340_000].map(bytesText)).toEqual(['812 B', '101 kB', '2.3 MB']);
});
