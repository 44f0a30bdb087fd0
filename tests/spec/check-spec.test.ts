// The reader of test titles behind `scripts/check-spec.mjs`: what counts as citing a rule, and what does not.

import { describe, expect, it } from 'vitest';
import { citationsIn, readRules } from '../../scripts/check-spec.mjs';

const cited = (text: string) => {
  const { passing, failing } = citationsIn(text);
  return { passing: [...passing], failing: [...failing] };
};

describe('citationsIn', () => {
  it.each([
    ['a plain title', `it('[XA1] works', () => {});`, ['XA1'], []],
    ['test as well as it', `test("[XA1] works", () => {});`, ['XA1'], []],
    ['an id in the middle, and two of them', `it('works [XA1] and [XA2]', () => {});`, ['XA1', 'XA2'], []],
    ['several ids in one pair of brackets', `it('[XA1, XA2] works', () => {});`, ['XA1', 'XA2'], []],
    ['a template', 'it(`[XA1] works`, () => {});', ['XA1'], []],
    ['a title on the next line, in two halves', `it(\n  'works' +\n    ' [XA1]',\n  () => {});`, ['XA1'], []],
    ['each', `it.each([[1, '(']])('[XA1] works for %s', () => {});`, ['XA1'], []],
    ['each with a template', "it.each`a|b`('[XA1] works', () => {});", ['XA1'], []],
    ['skipIf', `it.skipIf(!browser)('[XA1] works', () => {});`, ['XA1'], []],
    ['a title from a table', `const rows = [['[XA1] works', 1]]; it.each(rows)('%s', () => {});`, ['XA1'], []],
    ['an expected failure', `it.fails('[XA1] works', () => {});`, [], ['XA1']],
    ['an expected failure with each', `it.fails.each(rows)('[XA1] works', () => {});`, [], ['XA1']],
    ['what is skipped', `it.skip('[XA1] works', () => {}); it.todo('[XA2] works');`, [], []],
    ['what is commented out', `// it('[XA1] works', () => {});\n/*\n * it('[XA2] works')\n */`, [], []],
    ['an id elsewhere', `expect(text).toContain('see [XA1]'); split('[XA1]');`, [], []],
    ['a mention without brackets', `it('works like XA1', () => {});`, [], []],
    ['another function that ends in it', `commit('x [XA1]', () => {}); a.it('x [XA2]')`, [], []],
  ])('%s', (_name, text, passing, failing) => {
    expect(cited(text)).toEqual({ passing, failing });
  });
});

describe('readRules', () => {
  it('reads ids and statuses where an id opens a row, and names a double definition', () => {
    const faults: string[] = [];
    const rules = readRules('| [XA1] | a \\| b | ours | met |\n| [XA1] | again | ours | not yet |\nsee [XA2]', faults);
    expect([...rules]).toEqual([['XA1', 'not yet']]);
    expect(faults).toEqual(['XA1 is defined twice']);
  });
});
