// The summary of a session, from golden recordings and from single events.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readRecordingLine } from '../recording/recording.ts';
import { createSessionSummary } from './session-summary.ts';

const prices = JSON.parse(readFileSync(new URL('../../prices.json', import.meta.url), 'utf8'));
const HEADER = { recording: 1, session: 'sess_x', started_at: 0, hidden: ['key'], seed: null, options: null };

function summarize(lines: readonly (object | string)[]) {
  const builder = createSessionSummary({ prices });
  for (const [index, line] of lines.entries())
    builder.observe(readRecordingLine(typeof line === 'string' ? line : JSON.stringify(line), index + 1));
  return { ...builder.summary(), text: builder.text() };
}

const golden = (name: string) =>
  readFileSync(new URL(`../../../../tests/golden/recordings/${name}.jsonl`, import.meta.url), 'utf8')
    .trim()
    .split('\n');

const server = (at: number, event: object) => ({ at, from: 'server', event: { event_id: 'e', ...event } });
const userText = (id: string, text: string) => [
  server(0, {
    type: 'conversation.item.added',
    previous_item_id: null,
    item: { id, type: 'message', status: 'completed', role: 'user', content: [{ type: 'input_text', text }] },
  }),
];
const spoken = (id: string, previous_item_id: string | null) =>
  server(0, {
    type: 'conversation.item.added',
    previous_item_id,
    item: {
      ...{ id, type: 'message', status: 'completed', role: 'user' },
      content: [{ type: 'input_audio', transcript: null }],
    },
  });
const transcribed = (item_id: string, transcript: string) =>
  server(0, {
    type: 'conversation.item.input_audio_transcription.completed',
    ...{ item_id, content_index: 0, transcript, usage: { type: 'duration', seconds: 1 } },
  });

describe('createSessionSummary', () => {
  it('[CO40] counts what a recorded session contains', () => {
    expect(summarize(golden('speech-turns'))).toMatchObject({
      ...{ first_words: 'Tell me.', turns: 3, first_audio_p50_ms: 120, first_audio_max_ms: 840 },
      ...{ interruptions: 1, errors: 0, tools: [], tokens: { input: 85, cached: 85, output: 19 }, duration_ms: 6200 },
      cost: { amount: expect.closeTo(0.0000425), currency: 'USD', as_if: null, unpriced: 3 },
    });
    expect(summarize(golden('mcp-reference'))).toMatchObject({
      tools: ['get-sum', 'get-structured-content', 'echo'],
      first_words: 'Please add 17 and 25.',
    });
    expect(summarize(golden('errors'))).toMatchObject({ first_words: null, errors: 15, cost: null });
  });

  it('[CO40] counts a response that is cancelled and truncated once', () => {
    const item = { id: 'item_1', type: 'message', role: 'assistant', status: 'incomplete', content: [] };
    const truncated = { type: 'conversation.item.truncated', item_id: 'item_1', content_index: 0, audio_end_ms: 10 };
    const done = { type: 'response.done', response: { id: 'r', status: 'cancelled', output: [item] } };
    expect(summarize([HEADER, server(1, truncated), server(2, done)]).interruptions).toBe(1);
    expect(summarize([HEADER, server(1, done), server(2, truncated)]).interruptions).toBe(1);
    expect(summarize([HEADER, server(1, truncated)]).interruptions).toBe(1);
  });

  it('[CO40] says at most 120 characters of the first message without credentials, on one line', () => {
    const key = `sk-proj-${'aB3dE6gH'.repeat(6)}`;
    const long = `My\n  name is ${'x y '.repeat(100)}`;
    const { first_words, text } = summarize([
      HEADER,
      ...userText('item_1', `My key is ${key}`),
      ...userText('item_2', long),
    ]);
    expect(first_words).toBe(long.replace(/\s+/g, ' ').slice(0, 120));
    expect(text).toMatch(/^My name is x y/);
  });

  it('[CO40] takes the earliest message, even if a later one is transcribed first', () => {
    const lines = [HEADER, spoken('item_1', null), spoken('item_2', 'item_1'), transcribed('item_2', 'second')];
    expect(summarize(lines)).toMatchObject({ first_words: 'second', turns: 2 });
    expect(summarize([...lines, transcribed('item_1', 'first')]).first_words).toBe('first');
  });

  it('[CO40] says nothing of redacted text and of lines that are not events', () => {
    const lines = [HEADER, ...userText('item_1', '[REDACTED]'), 'not JSON', '[]', { from: 'gap', at: 1, lines: 2 }];
    expect(summarize(lines)).toMatchObject({ first_words: null, turns: 1, text: '' });
    expect(summarize([])).toMatchObject({ first_words: null, turns: 0, duration_ms: null, cost: null });
  });

  it('[CO40] marks a cost "as if" when the engine has no price', () => {
    const created = { type: 'session.created', session: { id: 'sess_x', type: 'realtime', model: 'gpt-realtime' } };
    const usage = { input_tokens: 100, output_tokens: 10, total_tokens: 110 };
    const done = { type: 'response.done', response: { id: 'r', status: 'completed', output: [], usage } };
    const of = (engine?: string) => summarize([{ ...HEADER, engine }, server(0, created), server(9, done)]).cost;
    expect(of('parrot')).toMatchObject({ as_if: 'gpt-realtime', currency: 'USD', unpriced: 0 });
    expect(of('relay')).toMatchObject({ as_if: null });
    expect(of('parrot')?.amount).toBe(of('relay')?.amount);
  });

  it('[CO41] stores a bounded part of a long session', () => {
    const builder = createSessionSummary({ prices });
    const observe = (line: object) => builder.observe(readRecordingLine(JSON.stringify(line), 1));
    for (let turn = 0; turn < 500; turn++) {
      observe(spoken(`item_${turn}`, null));
      for (const line of userText(`text_${turn}`, `turn ${turn} ${'word '.repeat(50)}`)) observe(line);
      observe(
        server(0, { type: 'conversation.item.truncated', item_id: `a_${turn}`, content_index: 0, audio_end_ms: 1 }),
      );
    }
    expect(builder.text().length).toBeLessThanOrEqual(16_384);
    expect(builder.summary()).toMatchObject({ turns: 1000, interruptions: 500 });
    expect(JSON.stringify(builder.summary()).length).toBeLessThan(2000);
  });
});
