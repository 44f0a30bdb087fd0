// The demo session that ships with the console: that it has what it is there to show, and that it replays.

import { readFileSync, writeFileSync } from 'node:fs';
import {
  createConformance,
  createReplayer,
  createSessionSummary,
  describeDifference,
  readRecordingLine,
  SLOW_MS,
} from '@colloquy/session';
import { closeParts, openParts } from '@support/parts.ts';
import { record } from '@support/record.ts';
import { expect, it } from 'vitest';
import { playDemo } from './demo-session.ts';

const FILE = new URL('../../packages/console/public/demo.jsonl', import.meta.url);
const MAX_BYTES = 700_000;

if (process.env.COLLOQUY_RECORD_DEMO === '1') {
  const parts = await openParts();
  if (!parts.speaker.ok) throw new Error(parts.speaker.missing);
  const { options, inputs } = await playDemo(parts.speaker.component);
  await closeParts(parts);
  writeFileSync(FILE, `${record(options, inputs, { level: 'key' }).join('\n')}\n`);
}

const text = readFileSync(FILE, 'utf8');
const entries = text
  .split('\n')
  .slice(0, -1)
  .map((line, index) => readRecordingLine(line, index + 1));

it('[CO50] ships a demo session that replays byte for byte and violates nothing', () => {
  expect(Buffer.byteLength(text)).toBeLessThan(MAX_BYTES);
  const replayer = createReplayer();
  const conformance = createConformance();
  const violations = entries.flatMap((entry) => {
    replayer.apply(entry);
    return conformance.observe(entry);
  });
  const { ok, difference } = replayer.end();
  expect(difference && describeDifference(difference)).toBeUndefined();
  expect([ok, violations]).toEqual([true, []]);
});

it('[CO50] has speech, an interruption, a call with approval, a slow turn and an error in the demo', () => {
  const prices = JSON.parse(readFileSync(new URL('../../packages/session/prices.json', import.meta.url), 'utf8'));
  const summary = createSessionSummary({ prices });
  const items: unknown[] = [];
  for (const entry of entries) {
    summary.observe(entry);
    if (entry.kind === 'frame' && entry.frame.event.type === 'conversation.item.added')
      items.push(entry.frame.event.item.type);
  }
  expect(summary.summary()).toMatchObject({
    first_words: 'What is the weather like in Paris this evening?',
    ...{ turns: 4, interruptions: 1, errors: 2, tools: ['get_weather', 'book_table'] },
    first_audio_max_ms: expect.toSatisfy((ms: number) => ms > SLOW_MS),
    cost: { as_if: null },
  });
  expect(items).toEqual(expect.arrayContaining(['mcp_approval_request', 'mcp_approval_response', 'mcp_call']));
});
