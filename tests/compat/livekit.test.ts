// @livekit/agents 1.9.0 with @livekit/agents-plugin-openai 1.9.0, unmodified; the script is `livekit/client.mjs`. They weigh
// 290 MB and stand in a folder of their own, which `npm test` fills where it can reach a registry; else this is skipped.
//
// It offers no response out of band.

import { runClient } from '@support/child.ts';
import { overheard } from '@support/overheard.ts';
import { parrotSays } from '@support/parrot-voice.ts';
import { describe, expect, it } from 'vitest';
import { firstStalePackage, LIVEKIT } from '../../scripts/install.mjs';

interface Report {
  [moment: string]: unknown;
}

const KEY = 'sk-test';
/** It takes seconds to load, and many on a busy machine. */
const TIME_LIMIT_MS = 60_000;
const isMissing = firstStalePackage(LIVEKIT) !== undefined;
const NOTE = `LiveKit is not installed; install it with: npm ci --prefix ${LIVEKIT}`;

async function converse(modality: 'text' | 'audio') {
  const { server, requests, stop } = await overheard({ key: KEY });
  const input = { baseURL: server.baseURL, apiKey: KEY, modality };
  const { code, report, stderr } = await runClient<Report>('../livekit/client.mjs', input, {
    timeLimitMs: TIME_LIMIT_MS,
  });
  expect(code, stderr).toBe(0);
  if (!report) throw new Error('the client said nothing');

  // What it could not make sense of would be in its log.
  expect(report).toMatchObject({ logged: [], errors: [], errors_so_far: 0 });
  expect(await stop()).toEqual([]);
  return { server, requests, report };
}

const HISTORY = ['user: What is two and two?', 'call add {"a":2,"b":2}', 'output 4', 'assistant: Four.'];
const CHANGED = HISTORY.toSpliced(1, 0, 'user: I mean it.');

/** What both modalities have in common. */
function expectLife({ server, requests, report }: Awaited<ReturnType<typeof converse>>) {
  // A null before an item that is not the first would have put it first; an unknown id would have been logged.
  const [question, call, ...rest] = HISTORY;
  expect(report.history).toEqual(['system: Be brief.', question, 'call {"a":2,"b":2}', ...rest]);
  expect(requests[0]).toMatchObject({ context: ['system: Be brief.', ...HISTORY, 'user: hello there'] });
  expect(requests[0]?.config).toMatchObject({ instructions: 'Repeat.', tools: [{ type: 'function', name: 'add' }] });
  expect(report.changed).toEqual([
    ...[question, 'user: I mean it.', call?.replace(' add', ''), ...rest],
    ...['user: hello there', 'assistant: You said: hello there'],
  ]);
  const spoken = [...CHANGED, 'user: hello there', 'assistant: You said: hello there', 'user: (audio)'];
  expect(requests[1]).toMatchObject({ context: spoken, config: { instructions: 'Repeat.\nBe loud.' } });
  expect(report.second).toBe('You said 300 ms of audio');

  // Each reply was found by the metadata it was requested with.
  for (const { config } of requests) expect(config.metadata).toEqual({ client_event_id: expect.any(String) });
  expect(report.metrics).toEqual([...[false, false, true, false, false].map((cancelled) => [cancelled, true])]);

  // Called off before it began, it cancels twice; the answer to the second is worded so that it takes no notice.
  expect(report.called_off).toBe('generateReply aborted');
  expect(report.error_events).toEqual(['Cancellation failed: no active response found']);
  expect(server.received('response.cancel').map(({ response_id }) => typeof response_id)).toEqual([
    ...['undefined', 'undefined', 'string'],
  ]);

  expect(report.calls).toEqual([['add', '{"a":1,"b":2}']]);
  expect(requests.at(-1)?.context.slice(-2)).toEqual(['call add {"a":1,"b":2}', 'output 3']);
  expect(report.followUp).toBe('You said: call add {"a":1,"b":2} 3');
}

describe('RealtimeModel', { timeout: TIME_LIMIT_MS + 5_000 }, () => {
  it('[AU7, CV5, CV7, CV9, CV25, RS9, RS23, RS27, TR1, TR13, FN4] holds a whole conversation in audio, without one error', async (test) => {
    test.skip(isMissing, NOTE);
    const life = await converse('audio');
    expectLife(life);
    const { bytes, sha256 } = await parrotSays('hello there');
    expect(life.report.first).toMatchObject({ words: 'You said: hello there', bytes, sha256 });
    expect(life.requests[0]?.config.audio.output.voice).toBe('cedar');
    expect(life.report.interrupted).toEqual({ type: 'cancelled', reason: 'client_cancelled' });
    expect(life.report.truncated).toBe(400);
    expect(life.requests[3]?.context.at(-1)).toBe('assistant: (audio)');
  });

  it('[CV9, CV25, RS9, RS17, RS23, FN4] holds a whole conversation in text, without one error', async (test) => {
    test.skip(isMissing, NOTE);
    const life = await converse('text');
    expectLife(life);
    expect(life.report.first).toMatchObject({ words: 'You said: hello there', modalities: ['text'], bytes: 0 });
    expect(life.report.interrupted).toEqual({ type: 'cancelled', reason: 'client_cancelled' });
    expect(life.report.replaced).toEqual([{ type: 'output_text', text: 'You said:' }]);
    expect(life.requests[3]?.context.at(-1)).toBe('assistant: You said:');
  });
});
