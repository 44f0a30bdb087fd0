import { describe, expect, it } from 'vitest';
import { nearestNames } from './nearest.ts';

describe('nearestNames', () => {
  const names = ['serve', 'talk', 'tail', 'inspect', 'check', 'upstream-auth'];
  it.each<[string, string[]]>([
    ['tlak', ['talk']],
    ['tal', ['talk', 'tail']],
    ['insp', ['inspect']],
    ['chekc', ['check']],
    ['upstreem-auth', ['upstream-auth']],
    ['x', []],
    ['frobnicate', []],
    ['s'.repeat(10_000), []],
  ])('[CL4] of %s are %j', (typed, expected) => {
    expect(nearestNames(typed, names)).toEqual(expected);
  });
});
