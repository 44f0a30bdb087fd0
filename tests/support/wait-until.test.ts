import { decodeClientEvent } from '@colloquy/protocol';
import { expect, it } from 'vitest';
import { countWork } from './count-work.ts';
import { waitUntil } from './wait-until.ts';

it('waitUntil resolves with what was found, and names what it waited for when nothing was', async () => {
  let rounds = 0;
  expect(await waitUntil('the third round', () => ++rounds > 2 && rounds)).toBe(3);
  await expect(waitUntil('Godot', () => undefined, { limitMs: 0, last: () => ['Pozzo'] })).rejects.toThrow(
    'waited 0 s for Godot; instead: ["Pozzo"]',
  );
});

it('countWork counts the same work each time, and more work as more', () => {
  const decode = (count: number) => () => {
    for (let i = 0; i < count; i++) decodeClientEvent('{"type":"response.cancel"}', { profile: 'server' });
  };
  decode(1)(); // what is made once, on the first call
  const once = countWork(decode(1));
  expect(once).toBeGreaterThan(0);
  expect(countWork(decode(1))).toBe(once);
  expect(countWork(decode(10))).toBe(10 * once);
});
