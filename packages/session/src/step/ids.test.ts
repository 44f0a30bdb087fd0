import { describe, expect, it } from 'vitest';
import { mintId, mixSeed } from './ids.ts';

describe('mintId', () => {
  it('[CV9] makes a prefix and 21 characters of base 62, 16 for a call', () => {
    const seed = mixSeed([1, 2, 3, 4]);
    expect(mintId(seed, 'item')[0]).toMatch(/^item_[A-Za-z0-9]{21}$/);
    expect(mintId(seed, 'call')[0]).toMatch(/^call_[A-Za-z0-9]{16}$/);
  });

  it('mints the same ids from the same seed, and other ids from the next', () => {
    const [first, next] = mintId(mixSeed([1, 2, 3, 4]), 'item');
    expect(mintId(mixSeed([1, 2, 3, 4]), 'item')).toEqual([first, next]);
    expect(mintId(next, 'item')[0]).not.toBe(first);
    expect(mintId(mixSeed([1, 2, 3, 5]), 'item')[0]).not.toBe(first);
  });

  it('uses all 62 characters about equally often, and mints no id twice', () => {
    const counts = new Map<string, number>();
    const seen = new Set<string>();
    let seed = mixSeed([7, 7, 7, 7]);
    for (let i = 0; i < 5000; i++) {
      const [id, next] = mintId(seed, 'item');
      seed = next;
      seen.add(id);
      for (const character of id.slice(5)) counts.set(character, (counts.get(character) ?? 0) + 1);
    }
    expect(seen.size).toBe(5000);
    expect(counts.size).toBe(62);
    const expected = (5000 * 21) / 62;
    for (const count of counts.values()) expect(Math.abs(count - expected)).toBeLessThan(expected * 0.15);
  });

  it('keeps its state as four unsigned integers', () => {
    let seed = mixSeed([-1, 2 ** 33, 0.5, 0]);
    for (let i = 0; i < 100; i++) seed = mintId(seed, 'event')[1];
    for (const part of seed) expect(part).toBe(part >>> 0);
  });
});
