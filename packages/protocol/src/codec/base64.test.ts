import { countWork } from '@support/count-work.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  base64Length,
  base64LengthByTable,
  decodeBase64,
  decodeByTable,
  encodeBase64,
  encodeByTable,
} from './base64.ts';

/** What RFC 4648 with zero trailing bits means, said another way: decoding and encoding again gives the same text. */
const isStrict = (text: string) =>
  /^[A-Za-z0-9+/]*={0,2}$/.test(text) && Buffer.from(text, 'base64').toString('base64') === text;

const WRONG = {
  'a character of no alphabet': 'AAA$AAAA',
  'the URL alphabet': 'ab-_',
  'a blank': 'AAAA AAA',
  'a line break': 'AAAA\nAAA',
  'a line break at the end': 'AAAAAAA\n',
  'missing padding': 'AAAAAA',
  'padding alone': '====',
  'too much padding': 'A===',
  'padding in the middle': 'AA==AAAA',
  'padding and a digit': 'AA=A',
  'trailing bits, one pad': 'AAB=',
  'trailing bits, two pads': 'AB==',
  'a character past Latin-1': 'AAA\u0141',
  'a lone surrogate': 'AAA\ud800',
  NUL: 'AAA\0',
};

describe('strict base64', () => {
  for (const [what, text] of Object.entries(WRONG)) {
    it(`[IB2] refuses ${what}`, () => {
      expect(base64Length(text)).toBeUndefined();
      expect(base64LengthByTable(text)).toBeUndefined();
      expect(decodeBase64(text)).toBeUndefined();
      expect(decodeByTable(text)).toBeUndefined();
    });
  }

  it('[IB5] takes an empty text as no bytes', () => {
    expect(base64Length('')).toBe(0);
    expect(decodeBase64('')).toEqual(new Uint8Array());
    expect(decodeByTable('')).toEqual(new Uint8Array());
    expect(encodeBase64(new Uint8Array())).toBe('');
  });

  it('[CD12] gives the same bytes and texts with and without the help of the runtime', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const text = encodeByTable(bytes);
        expect(text).toBe(Buffer.from(bytes).toString('base64'));
        expect(encodeBase64(bytes)).toBe(text);
        expect(decodeByTable(text)).toEqual(bytes);
        expect(decodeBase64(text)).toEqual(bytes);
        expect(base64Length(text)).toBe(bytes.length);
        expect(base64LengthByTable(text)).toBe(bytes.length);
      }),
    );
  });

  it('[CD12] judges near misses alike with and without the help of the runtime', () => {
    const character = fc.constantFrom(...'ABQZaz09+/=-_ \n"\\\0\u0141$');
    fc.assert(
      fc.property(fc.array(character, { maxLength: 16 }), (characters) => {
        const text = characters.join('');
        expect(base64Length(text) !== undefined).toBe(isStrict(text));
        expect(base64LengthByTable(text) !== undefined).toBe(isStrict(text));
      }),
      { numRuns: 3000 },
    );
  });

  it('finds one wrong character anywhere in a text of several pieces', () => {
    const good = Buffer.alloc(150_000, 7).toString('base64');
    expect(base64Length(good)).toBe(150_000);
    for (const at of [0, 65_535, 65_536, 131_072, good.length - 2]) {
      for (const wrong of ['\n', '=', '-', '\u0141']) {
        const bad = good.slice(0, at) + wrong + good.slice(at + 1);
        expect(base64Length(bad), `${JSON.stringify(wrong)} at ${at}`).toBeUndefined();
      }
    }
    expect(encodeByTable(new Uint8Array(150_000).fill(7))).toBe(good);
  });

  it('[IB4] takes 15 MiB in pieces, and without the runtime in one step for each character', () => {
    const text = 'AAAA'.repeat((15 * 1024 * 1024) / 4);
    expect(base64Length(text)).toBe((15 * 1024 * 1024 * 3) / 4);
    expect(base64LengthByTable(text)).toBe((15 * 1024 * 1024 * 3) / 4);
    expect(countWork(() => base64Length(text))).toBeLessThan(5000);
    expect(countWork(() => base64LengthByTable(text))).toBeLessThan(2 * text.length);
  });
});
