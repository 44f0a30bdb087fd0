// The rules of SPEC.md that nothing meets yet, each an expected failure, so that every run counts and names them.
//
// The list is `not-yet.json`: rule id → what it waits for. When a rule is met, its test is written where it belongs and the
// row goes (`node scripts/check-spec.mjs --write` takes it out).

import { readFileSync } from 'node:fs';
import { describe, it } from 'vitest';

const list: { reasons: Record<string, string>; rules: Record<string, string> } = JSON.parse(
  readFileSync(new URL('not-yet.json', import.meta.url), 'utf8'),
);

describe('rules not yet met', () => {
  for (const [id, reason] of Object.entries(list.rules)) {
    it.fails(`[${id}] not yet: ${list.reasons[reason]}`, () => {
      throw new Error(`not implemented: ${list.reasons[reason]}`);
    });
  }
  if (Object.keys(list.rules).length === 0) it('is an empty list', () => {});
});
