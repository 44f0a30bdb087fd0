import { describe, expect, it } from 'vitest';
import { colouredHelp, hasColour } from './palette.ts';

describe('hasColour', () => {
  it.each<[boolean, boolean, Record<string, string>]>([
    [true, true, {}],
    [false, false, {}],
    [false, true, { NO_COLOR: '1' }],
    [true, true, { NO_COLOR: '' }],
    [false, true, { TERM: 'dumb' }],
    [true, false, { FORCE_COLOR: '1' }],
    [true, false, { FORCE_COLOR: '' }],
    [false, true, { FORCE_COLOR: '0' }],
    [true, true, { FORCE_COLOR: 'true', NO_COLOR: '1' }],
  ])('[CL5] is %s on a terminal %s with %j', (expected, isTTY, env) => {
    expect(hasColour({ isTTY }, env)).toBe(expected);
  });
});

it('[CL5] leaves a help as it is without colour', () => {
  const text = 'Usage: colloquy\n\nOptions:\n  -h, --help  this text\n';
  expect(colouredHelp(text, { isTTY: false })).toBe(text);
});
