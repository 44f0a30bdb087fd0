import { expect, it } from 'vitest';
import { nameOf, unseenIn } from './unseen.ts';

const names = (text: string, all = false) => unseenIn(text, all).map(({ char }) => nameOf(char));

it.each([
  ['a plain text,\twith\nlines and ünïcödé 漢字 🎉', []],
  ['\u202egnp.exe', ['U+202E']],
  ['nul\u0000 esc\u001b cr\r', ['U+0000', 'U+001B', 'U+000D']],
  ['zero\u200bwidth\u200djoined\ufeff', ['U+200B', 'U+200D', 'U+FEFF']],
  ['half \ud800 a pair', ['U+D800']],
  ['\u{e0041}', ['U+E0041']],
] as const)('%j has what one does not see: %j', (text, expected) => {
  expect(names(text)).toEqual(expected);
});

it('leaves joiners that are spelling, unless every character counts', () => {
  const spelled = 'می\u200cخواهم 👩\u200d🔬 👩🏽\u200d🔬 क्\u200dष';
  expect(names(spelled)).toEqual([]);
  expect(names(spelled, true)).toEqual(['U+200C', 'U+200D', 'U+200D', 'U+200D']);
});
