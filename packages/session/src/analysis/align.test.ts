// Alignment of two lists.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { align } from './align.ts';

const letters = (text: string) => [...text];
const alignment = (left: string, right: string) =>
  align(letters(left), letters(right))
    .map(([i, j]) => (j === null ? `-${left[i]}` : i === null ? `+${right[j]}` : left[i]))
    .join(' ');

describe('align', () => {
  it('pairs common entries and keeps the others in place', () => {
    expect(alignment('abcd', 'abcd')).toBe('a b c d');
    expect(alignment('abcd', 'axcd')).toBe('a -b +x c d');
    expect(alignment('', 'ab')).toBe('+a +b');
    expect(alignment('ab', '')).toBe('-a -b');
    expect(alignment('abab', 'ba')).toBe('-a b a -b');
  });

  it('returns every entry once, in order, and pairs only equal ones', () => {
    const list = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 });
    fc.assert(
      fc.property(list, list, (left, right) => {
        const pairs = align(left, right);
        expect(pairs.flatMap(([i]) => (i === null ? [] : [i]))).toEqual(left.map((_, i) => i));
        expect(pairs.flatMap(([, j]) => (j === null ? [] : [j]))).toEqual(right.map((_, j) => j));
        for (const [i, j] of pairs) if (i !== null && j !== null) expect(left[i]).toBe(right[j]);
      }),
    );
  });

  it('does not search when too much differs', () => {
    const list = (length: number, word: string) => Array.from({ length }, (_, n) => `${word}${n}`);
    const [one, other] = [
      ['same', ...list(3000, 'a'), 'end'],
      ['same', ...list(3000, 'b'), 'end'],
    ];
    const pairs = align(one, other);
    expect(pairs.length).toBe(6002);
    expect([pairs[0], pairs.at(-1)]).toEqual([
      [0, 0],
      [3001, 3001],
    ]);
  });
});
