// Waits until a named condition holds. The limit is generous, because it means "never" and not "slow".

import { setTimeout as pause } from 'node:timers/promises';

/** Within a test's own limit (120 s), so that the failure names what was waited for. */
const LIMIT_MS = 60_000;
const POLL_MS = 5;

/**
 * Resolves with the first value of `find` that is neither `undefined` nor `false`. Rejects with `name` when there is none within
 * `limitMs`: `waited 60 s for the endpoint to be asked`. `last` adds what was there instead.
 */
export async function waitUntil<T>(
  name: string,
  find: () => T | undefined | false | Promise<T | undefined | false>,
  { limitMs = LIMIT_MS, last }: { limitMs?: number; last?: () => unknown } = {},
): Promise<T> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const match = await find();
    if (match !== undefined && match !== false) return match;
    if (performance.now() > deadline) {
      const instead = last ? `; instead: ${JSON.stringify(last())}` : '';
      throw new Error(`waited ${limitMs / 1000} s for ${name}${instead}`);
    }
    await pause(POLL_MS);
  }
}
