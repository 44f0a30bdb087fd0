import { describe, expect, it } from 'vitest';
import { stableWords } from './stable-words.ts';

describe('stableWords', () => {
  it('[TX4] tells a word once two guesses agree on it and another follows', () => {
    const words = stableWords();
    expect(words.guess('what')).toBeUndefined();
    expect(words.guess('what is')).toBe('what');
    expect(words.guess('what is the')).toBe(' is');
    expect(words.guess('what is the')).toBeUndefined();
    expect(words.settle('what is the weather')).toBe(' the weather');
  });

  it('[TX5] takes nothing back, and adds nothing to words that turned out wrong', () => {
    const words = stableWords();
    words.guess('what eased');
    expect(words.guess('what is the')).toBe('what');
    expect(words.settle('that is the weather')).toBeUndefined();
  });

  it('has nothing to tell of silence', () => {
    const words = stableWords();
    expect(words.guess('')).toBeUndefined();
    expect(words.settle('')).toBeUndefined();
  });
});
