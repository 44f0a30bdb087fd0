import { describe, expect, it } from 'vitest';
import { stableWords } from './stable-words.ts';

describe('stableWords', () => {
  it('[TX4] passes a word on once three guesses agree on it and two words follow', () => {
    const words = stableWords();
    expect(words.guess('what')).toBeUndefined();
    expect(words.guess('what is')).toBeUndefined();
    expect(words.guess('what is the')).toBe('what');
    expect(words.guess('what is the')).toBeUndefined();
    expect(words.guess('what is the weather')).toBe(' is');
    expect(words.settle('what is the weather')).toEqual({
      transcript: 'what is the weather',
      delta: ' the weather',
    });
  });

  it('[TX19] passes on nothing that guesses differ on', () => {
    const words = stableWords();
    for (const guess of ['what eased a way', 'what is the way', 'what is the way to']) words.guess(guess);
    expect(words.settle('that is the way to').delta).toBe(' is the way to');
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
    for (let guess = 0; guess < 3; guess += 1) deltas.push(words.guess(`${passedOn} and more`));
    expect(deltas).toEqual([undefined, undefined, passedOn]);
    const settled = words.settle(text);
    expect(settled.transcript).toBe(transcript);
    expect(passedOn + (settled.delta ?? '')).toBe(transcript);
  });

  it('has nothing to pass on of silence', () => {
    const words = stableWords();
    expect(words.guess('')).toBeUndefined();
    expect(words.settle('')).toEqual({ transcript: '', delta: undefined });
  });
});
