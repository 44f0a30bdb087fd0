// Text from a peer cannot control the terminal.

import { expect, it } from 'vitest';
import { printable, printableLine } from './printable.ts';

it.each([
  ['a title', '\u001b]0;owned\u0007', '\\u001b]0;owned\\u0007'],
  ['a clipboard', '\u009d52;c;aGk=\u009c', '\\u009d52;c;aGk=\\u009c'],
  ['an overwritten line', 'true\rfalse', 'true\\u000dfalse'],
  ['a backspace', 'a\bb', 'a\\u0008b'],
  ['a turned direction', 'abc\u202edef\u2066', 'abc\\u202edef\\u2066'],
  ['a line separator', 'a\u2028b', 'a\\u2028b'],
  ['half a pair', 'a\ud83d', 'a\\ud83d'],
  ['hidden tags', 'a\u{e0041}', 'a\\u{e0041}'],
])('shows %s instead of doing it', (_name, text, printed) => {
  expect(printable(text)).toBe(printed);
});

it('leaves words of every script, emoji, newlines and tabs', () => {
  const text = 'Grüße, 你好, שלום, مرحبا, 👩‍🚀\n\tbye';
  expect(printable(text)).toBe(text);
});

it('keeps one line one line where it must be', () => {
  expect(printableLine('a\nb\tc')).toBe('a\\u000ab\\u0009c');
});
