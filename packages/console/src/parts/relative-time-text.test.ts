import { describe, expect, it } from 'vitest';
import { relativeTime } from './relative-time-text.ts';

describe('relative times', () => {
  const now = Date.UTC(2026, 0, 20, 12);
  it.each([
    [-5, 'just now'],
    [4, 'just now'],
    [42, '42 s ago'],
    [60, '1 min ago'],
    [3599, '59 min ago'],
    [7200, '2 h ago'],
    [86_400, 'yesterday'],
    [3 * 86_400, '3 days ago'],
  ])('%d seconds ago reads %j', (seconds, text) => expect(relativeTime(now - seconds * 1000, now)).toBe(text));

  it('becomes a date when a week has passed', () => {
    expect(relativeTime(now - 8 * 86_400_000, now)).toMatch(/2026/);
  });
});
