// openai-node 7.57.0, unmodified, through its whole life; the script is `clients/openai-life.mjs`. Ways of carrying it are
// `openai-node.test.ts`.

import { runClient } from '@support/child.ts';
import { overheard } from '@support/overheard.ts';
import { parrotSays } from '@support/parrot-voice.ts';
import { expect, it } from 'vitest';

interface Report {
  [moment: string]: unknown;
  text: { type: string; text: string };
  interrupted: Record<string, unknown>;
}

const KEY = 'sk-test';

it('[CV4, CV5, CV25, CV32, RS6, RS9, TR1, TR4, TR5, TR13, FN4, FN5] holds a whole conversation, interrupted, without one error', async () => {
  const { server, requests, stop } = await overheard({ key: KEY });
  const { code, report, stderr } = await runClient<Report>('openai-life.mjs', { baseURL: server.baseURL, apiKey: KEY });
  expect(code, stderr).toBe(0);
  if (!report) throw new Error('the client said nothing');

  expect(report.configured).toEqual(['Repeat.', 'cedar', null]);
  expect(report.history).toEqual([
    ['h_call', null],
    ['h_output', 'h_call'],
    ['h_user', null],
    ['h_system', null],
    ['h_said', 'h_output'],
  ]);
  const history = [
    ...['system: Be brief.', 'user: What is two and two?'],
    ...['call add {"a":2,"b":2}', 'output 4', 'assistant: Four.', 'user: hello there'],
  ];
  expect(requests[0]).toMatchObject({
    context: history,
    config: { instructions: 'Repeat.', output_modalities: ['text'] },
  });

  expect(report.text).toMatchObject({ type: 'output_text', text: 'You said: hello there' });
  const voice = await parrotSays('hello there');
  expect(report.committed).toBe(true);
  expect(report.transcript).toBe('You said 300 ms of audio');
  expect((report.audio as { bytes: number }).bytes).toBe((voice.bytes / 4) * 6);
  expect(requests[1]?.config.audio.output.voice).toBe('cedar');

  expect(report.beside).toEqual({
    status: 'completed',
    metadata: [{ purpose: 'topic' }, { purpose: 'topic' }],
    conversation_id: null,
    text: 'You said: in a word',
    joined: false,
  });
  expect(requests[3]).toMatchObject({
    context: ['user: What is two and two?', 'user: in a word'],
    config: { instructions: 'Name the topic.', metadata: { purpose: 'topic' }, tools: [] },
  });

  expect(report.interrupted).toEqual({
    ...{ status: 'cancelled', details: { type: 'cancelled', reason: 'client_cancelled' }, audio_end_ms: 250 },
    ...{ kept_bytes: 250 * 48, kept_transcript: '' },
  });
  expect(report.after_the_end).toBe(0);
  expect(requests[4]?.context.at(-2)).toBe('assistant: (audio)');
  expect(requests[4]?.config).toMatchObject({ instructions: 'Repeat.', metadata: null });

  expect(report.calls).toEqual([
    ['add', '{"a":1,"b":2}'],
    ['add', '{"a":3,"b":4}'],
  ]);
  expect(report.call_indexes).toEqual([0, 1]);
  expect(requests[5]?.context.slice(-4)).toEqual([
    ...['call add {"a":1,"b":2}', 'call add {"a":3,"b":4}'],
    ...['output 3', 'output 7'],
  ]);
  expect(report.followUp).toMatch(/ 3 7$/);

  expect(report).toMatchObject({ deleted: 'h_system', close: 1000, errors: [], error_events: 0 });
  expect(() => server.assertComplete()).not.toThrow();
  expect(await stop()).toEqual([]);
});
