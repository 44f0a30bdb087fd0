// @openai/agents-realtime 0.20.0, unmodified, over a plain WebSocket. It ends its process on many a frame that the documents
// allow; `clients/agents.mjs` must live to report.

import { runClient } from '@support/child.ts';
import { parrotSays } from '@support/parrot-voice.ts';
import { serving } from '@support/serving.ts';
import { describe, expect, it } from 'vitest';

interface Answer {
  status: string;
  text: string;
  audio_bytes: number;
  audio_sha256: string;
}

interface Report {
  first: Answer;
  interrupted: string;
  truncated?: string;
  after: Answer;
  call: string[];
  followUp: string;
  added: [number, number][];
  text: string;
  history: [type: string, who: string][];
  close: string;
  errors: string[];
  error_events: number;
}

const KEY = 'sk-test';

async function converse(modality: 'text' | 'audio') {
  const server = await serving({ keys: [KEY], pace: 10 });
  const url = `${server.url.replace(/^http/, 'ws')}/v1/realtime?model=gpt-realtime`;
  const { code, report, stderr } = await runClient<Report>('agents.mjs', { url, apiKey: KEY, modality });
  expect(code, stderr).toBe(0);
  expect(await server.stop()).toEqual([]);
  if (!report) throw new Error('the client said nothing');
  return report;
}

describe('RealtimeSession', () => {
  it('[SE14, SE18, RS23, RS27, FN1, FN4] holds a conversation in text, without one error', async () => {
    const report = await converse('text');
    expect(report.first).toMatchObject({ status: 'completed', text: 'You said: hello there', audio_bytes: 0 });
    expect(report.interrupted).toBe('cancelled');
    expect(report.after).toMatchObject({ status: 'completed', text: 'You said: still here' });
    expect(report).toMatchObject({ call: ['function_call'], added: [[1, 2]], followUp: 'completed' });
    expect(report.text).toBe('You said: call add {"a":1,"b":2} 3');
    expect(report.history.map(([, who]) => who)).toEqual([
      ...['user', 'assistant'],
      ...['user', 'assistant'],
      ...['user', 'assistant'],
      ...['user', 'add', 'assistant'],
    ]);
    expect(report).toMatchObject({ close: 'disconnected', errors: [], error_events: 0 });
  });

  it('[OR5, OR7, RS17, TR1] holds a conversation in audio; what it plays is what the engine said, to the byte', async () => {
    const report = await converse('audio');
    const [first, after] = await Promise.all([parrotSays('hello there'), parrotSays('still here')]);
    expect(report.first).toMatchObject({ text: first.text, audio_bytes: first.bytes, audio_sha256: first.sha256 });
    expect(report.interrupted).toBe('cancelled');
    expect(report.truncated).toBe('conversation.item.truncated');
    expect(report.after).toMatchObject({ text: after.text, audio_bytes: after.bytes, audio_sha256: after.sha256 });
    expect(report).toMatchObject({ call: ['function_call'], added: [[1, 2]], followUp: 'completed' });
    expect(report).toMatchObject({ close: 'disconnected', errors: [], error_events: 0 });
  });
});
