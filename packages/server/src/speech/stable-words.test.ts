import { describe, expect, it } from 'vitest';
import { stableWords } from './stable-words.ts';

describe('stableWords', () => {
  it('[TX4] emits a word when three guesses agree and two words follow', () => {
    const words = stableWords();
    expect(words.addGuess('what')).toBeUndefined();
    expect(words.addGuess('what is')).toBeUndefined();
    expect(words.addGuess('what is the')).toBe('what');
    expect(words.addGuess('what is the')).toBeUndefined();
    expect(words.addGuess('what is the weather')).toBe(' is');
    expect(words.finish('what is the weather')).toEqual({
      transcript: 'what is the weather',
      delta: ' the weather',
    });
  });

  it('[TX19] emits no word on which guesses differ', () => {
    const words = stableWords();
    for (const guess of ['what eased a way', 'what is the way', 'what is the way to']) words.addGuess(guess);
    expect(words.finish('that is the way to').delta).toBe(' is the way to');
  });

  it.each([
    ['a word that came out otherwise', 'what is the', 'that is the weather like', 'what is the weather like'],
    ['a word too many', 'what is is the', 'what is the weather like', 'what is is the weather like'],
    ['a word too few', 'what the', 'what is the weather like', 'what the weather like'],
    ['nothing but other words', 'what is', 'good morning', 'what is'],
    ['silence', 'what is', '', 'what is'],
  ])('[TX19] keeps words that were passed on, and goes on from them: %s', (_, passedOn, text, transcript) => {
    const words = stableWords();
    const deltas: (string | undefined)[] = [];
    for (let guess = 0; guess < 3; guess += 1) deltas.push(words.addGuess(`${passedOn} and more`));
    expect(deltas).toEqual([undefined, undefined, passedOn]);
    const settled = words.finish(text);
    expect(settled.transcript).toBe(transcript);
    expect(passedOn + (settled.delta ?? '')).toBe(transcript);
  });

  it('emits nothing when the text is empty', () => {
    const words = stableWords();
    expect(words.addGuess('')).toBeUndefined();
    expect(words.finish('')).toEqual({ transcript: '', delta: undefined });
  });
});
