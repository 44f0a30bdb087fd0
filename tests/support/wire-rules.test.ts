// The checker of emitted events, tested with events that made an official client exit or lose data.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkEmitted } from './wire-rules.ts';

interface Case {
  id: string;
  rule: string | null;
  frames: unknown[];
  emit_instead?: unknown[];
}

const { cases }: { cases: Case[] } = JSON.parse(
  readFileSync(new URL('../data/fixtures/server-frames.json', import.meta.url), 'utf8'),
);

describe('checkEmitted', () => {
  const violations = (frames: unknown[]) =>
    frames.flatMap((frame) => checkEmitted(frame)).map((what) => what.split(':')[0]!);

  it.each(cases.filter(({ rule }) => rule?.startsWith('E')).map((one) => [one.id, one] as const))('%s', (_id, one) => {
    expect(violations(one.frames)).toContain(one.rule);
    // What was sent instead works, though it may lack keys that only wire.md asks for.
    expect(violations(one.emit_instead ?? []).filter((rule) => rule.startsWith('E'))).toEqual([]);
  });
});
