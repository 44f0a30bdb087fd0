import { describe, expect, it } from 'vitest';
import { numbersIn, sumIn } from './spoken-numbers.ts';

describe('numbersIn', () => {
  it.each([
    ['count to twenty one', [21]],
    ['from three to seven', [3, 7]],
    ['one two three', [1, 2, 3]],
    ['two hundred and five thousand', [205_000]],
    ['a hundred', []],
    ['12 and 3.5', [12, 3.5]],
    ['twenty-four hours', [24]],
    ['1,250 people', [1250]],
    ['nothing at all', []],
  ])('%s', (text, numbers) => {
    expect(numbersIn(text)).toEqual(numbers);
  });
});

describe('sumIn', () => {
  it.each([
    ['what is two plus two', '2 plus 2 is 4.'],
    ['What is 12 times 3?', '12 times 3 is 36.'],
    ["what's ten divided by four", '10 divided by 4 is 2.5.'],
    ['two plus three times four', '2 plus 3 times 4 is 14.'],
    ['seven minus nine', '7 minus 9 is minus 2.'],
    ['6*7', '6 times 7 is 42.'],
    ['10-4', '10 minus 4 is 6.'],
    ['one hundred and twenty plus five', '120 plus 5 is 125.'],
    ['five divided by zero', 'Nothing can be divided by 0.'],
    ['add two and three', '2 plus 3 is 5.'],
  ])('%s', (text, answer) => {
    expect(sumIn(text)).toBe(answer);
  });

  it('returns undefined when there is no sum', () => {
    expect(sumIn('count from one to ten')).toBeUndefined();
    expect(sumIn('times are hard')).toBeUndefined();
    expect(sumIn('')).toBeUndefined();
  });
});
