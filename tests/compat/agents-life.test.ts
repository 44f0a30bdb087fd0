// @openai/agents-realtime 0.20.0, unmodified, through its whole life in audio; the script is `clients/agents-life.mjs`. Its
// two modalities, turn by turn, are `agents-realtime.test.ts`.

import { runClient } from '@support/child.ts';
import { overheard } from '@support/overheard.ts';
import { expect, it } from 'vitest';

interface Report {
  interrupted: { status: string; reason: string; kept_ms: number; audio_end_ms: number };
  lines: string[];
  [moment: string]: unknown;
}

const KEY = 'sk-test';

it('[CV5, CV12, RS6, RS9, SE12, TR1, TR4, TR13, FN4] holds a whole conversation, interrupted and handed over, without one error', async () => {
  const { server, requests, stop } = await overheard({ key: KEY });
  const input = { url: server.realtimeURL, apiKey: KEY };
  const { code, report, stderr } = await runClient<Report>('agents-life.mjs', input);
  expect(code, stderr).toBe(0);
  if (!report) throw new Error('the client said nothing');

  // It corrects an item by deleting it and creating it anew under the same id, behind the one it stood behind.
  const history = ['user: My name is Ida.', 'assistant: Hello Ida.', 'user: That is not my name.'];
  expect(report.history).toEqual(history);
  expect(server.received('conversation.item.delete').map(({ item_id }) => item_id)).toEqual(['h_said']);
  expect(requests[0]?.context).toEqual([...history, 'user: (audio)']);

  expect(report).toMatchObject({ answered: 'completed', audio: { bytes: 6 * 200 * 48 } });

  expect(report.beside).toEqual(['completed', { purpose: 'topic' }, 'You said: in a word']);
  expect(requests[1]).toMatchObject({ context: ['user: in a word'], config: { metadata: { purpose: 'topic' } } });
  const ids = server.sent('conversation.item.added').map(({ item }) => item.id);
  const beside = server.sent('response.done').find(({ response }) => response.metadata?.purpose === 'topic');
  expect(ids).not.toContain(beside?.response.output?.[0]?.id);
  expect(requests[2]?.context.at(-2)).toBe('assistant: You said 300 ms of audio');

  const { kept_ms, audio_end_ms } = report.interrupted;
  expect(report.interrupted).toMatchObject({ status: 'cancelled', reason: 'client_cancelled' });
  expect(kept_ms).toBe(audio_end_ms);
  const cut = server.received().map(({ type }) => type);
  expect(cut.slice(cut.indexOf('response.cancel')).slice(0, 2)).toEqual([
    ...['response.cancel', 'conversation.item.truncate'],
  ]);
  expect([cut.filter((type) => type === 'response.cancel').length, report.silenced]).toEqual([1, 1]);
  expect(requests[3]?.context.at(-2)).toBe('assistant: (audio)');

  expect(report).toMatchObject({ handoffs: [['greeter', 'clerk']], approvals: 1, added: [[1, 2]] });
  expect(requests[2]?.config.tools.map((tool) => tool.type === 'function' && tool.name)).toEqual(['transfer_to_clerk']);
  expect(requests[5]).toMatchObject({
    config: { instructions: 'You do sums.', tools: [{ type: 'function', name: 'add' }] },
  });
  expect(requests[6]?.context.slice(-2)).toEqual(['call add {"a":1,"b":2}', 'output 3']);
  expect(report.lines.at(-1)).toBe('assistant: You said: call add {"a":1,"b":2} 3');

  expect(report).toMatchObject({ close: 'disconnected', errors: [], error_events: 0 });
  expect(() => server.assertComplete()).not.toThrow();
  expect(await stop()).toEqual([]);
});
