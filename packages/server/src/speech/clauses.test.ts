import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clauseCutter } from './clauses.ts';

function cut(pieces: string[]): string[] {
  const cutter = clauseCutter();
  const clauses = pieces.flatMap((piece) => cutter.push(piece));
  const last = cutter.flush();
  return last === '' ? clauses : [...clauses, last];
}

describe('clauseCutter', () => {
  it('cuts at the end of a sentence when the next character arrives', () => {
    const cutter = clauseCutter();
    expect(cutter.push('It is three. ')).toEqual(['It is three. ']);
    expect(cutter.push('Well')).toEqual([]);
    expect(cutter.push('!')).toEqual([]);
    expect(cutter.push(' Then')).toEqual(['Well! ']);
    expect(cutter.flush()).toBe('Then');
    expect(cutter.flush()).toBe('');
  });

  it('cuts the first clause at a comma, later ones only when long', () => {
    expect(cut(['Of course, I can, if you like, and gladly do so today, tomorrow. End'])).toEqual([
      'Of course, ',
      'I can, if you like, and gladly do so today, ',
      'tomorrow. ',
      'End',
    ]);
  });

  it('leaves numbers, times and abbreviations whole', () => {
    expect(cut(['Dr. Who owes 3.50 at 3:30 to Mr. Smith. Yes.'])).toEqual([
      'Dr. Who owes 3.50 at 3:30 to Mr. Smith. ',
      'Yes.',
    ]);
  });

  it('cuts long text between words, or anywhere when there are no blanks', () => {
    const clauses = cut(['word '.repeat(100)]);
    expect(clauses.every((clause) => clause.length <= 280 && clause.endsWith(' '))).toBe(true);
    expect(cut(['x'.repeat(600)]).map((clause) => clause.length)).toEqual([280, 280, 40]);
  });

  it('returns the whole text for every split (seed 4)', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'bc', ' ', '. ', ', ', '!', '\n', '"'), maxLength: 400 });
    fc.assert(
      fc.property(text, fc.array(fc.nat(9), { maxLength: 50 }), (whole, sizes) => {
        const pieces: string[] = [];
        let at = 0;
        for (const size of sizes) {
          pieces.push(whole.slice(at, at + size));
          at += size;
        }
        pieces.push(whole.slice(at));
        const clauses = cut(pieces);
        expect(clauses.join('')).toBe(whole);
        expect(clauses.every((clause) => clause.length <= 284)).toBe(true);
      }),
      { seed: 4 },
    );
  });
});
