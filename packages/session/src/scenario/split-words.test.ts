import { describe, expect, it } from 'vitest';
import { splitWords } from './split-words.ts';

describe('splitWords', () => {
  it.each([
    ['', []],
    ['a', ['a']],
    ['a b', ['a', ' b']],
    [' a\n b ', [' a', '\n b ']],
    [' \n', [' \n']],
  ])('cuts %j before each word, nothing lost', (text, words) => {
    expect(splitWords(text)).toEqual(words);
  });
});
