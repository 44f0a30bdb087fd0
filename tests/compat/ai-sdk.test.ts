// ai 7.0.173 with @ai-sdk/openai 4.0.118, unmodified. Its session insists on `wss:`, so it comes over TLS on the runtime's own
// WebSocket; where the application owns the socket, the address is what `baseURL` says.
//
// It offers no response out of band: its `response-create` knows modalities, instructions and metadata only. It gives history
// as the user's messages alone.

import { runClient } from '@support/child.ts';
import { overheard } from '@support/overheard.ts';
import { parrotSays } from '@support/parrot-voice.ts';
import { describe, expect, it } from 'vitest';

type Report = Record<string, unknown>;

const KEY = 'sk-test';

describe('AbstractRealtimeSession', () => {
  it('[RT1, AU7, AU22, SE14, RS9, RS17, RS23, TR1, TR13, FN4] holds a whole conversation, interrupted, without one error', async () => {
    const { server, requests, stop } = await overheard({ key: KEY, tls: true });
    const env = { NODE_EXTRA_CA_CERTS: server.caFile ?? '' };
    const input = { baseURL: server.tlsBaseURL, apiKey: KEY };
    const options = { env, node: ['--experimental-websocket'] };
    const { code, report, stderr } = await runClient<Report>('ai-sdk.mjs', input, options);
    expect(code, stderr).toBe(0);
    if (!report) throw new Error('the client said nothing');

    expect(report.minted).toEqual(['ek_', 'wss:', 'number']);
    expect(report).toMatchObject({
      configured: ['Repeat.', 'cedar', 'server_vad'],
      transcription: 'gpt-realtime-whisper',
      by_hand: ['Repeat.', null],
    });

    const history = ['user: My name is Ida.', 'user: I live in Turin.'];
    const done = { status: 'completed', usage: true, metadata: null };
    expect(report.text).toEqual({ ...done, words: 'You said: hello there' });
    expect(requests[0]).toMatchObject({
      context: [...history, 'user: hello there'],
      config: { instructions: 'Repeat.' },
    });
    expect(requests[0]?.config.tools.map((tool) => tool.type === 'function' && tool.name)).toEqual(['add']);

    const voice = await parrotSays('as many words now'); // the tone of a word is the same for every word
    expect(report.audio).toEqual({
      ...{ ...done, metadata: { purpose: 'voice' }, words: 'You said 300 ms of audio' },
      ...{ bytes: voice.bytes, sha256: voice.sha256 },
    });
    expect(report.played_all).toBe(true);
    expect(requests[1]?.config.audio.output.voice).toBe('cedar');
    expect(report.audio_message).toEqual({ ...done, words: 'You said 200 ms of audio' });

    expect(report).toMatchObject({ interrupted: { status: 'cancelled' }, audio_end_ms: 150, stopped: true });
    expect(requests[4]?.context.at(-2)).toBe('assistant: (audio)');

    expect(report).toMatchObject({ call: 'completed', added: [['add', { a: 1, b: 2 }]] });
    expect(report.followUp).toEqual({ ...done, words: 'You said: call add {"a":1,"b":2} 3' });
    expect(requests[5]?.context.slice(-2)).toEqual(['call add {"a":1,"b":2}', 'output 3']);

    expect(report).toMatchObject({
      statuses: ['connecting', 'connected', 'disconnected'],
      errors: [],
      error_events: 0,
    });
    expect(() => server.assertComplete()).not.toThrow();
    expect(await stop()).toEqual([]);
  });
});

/** One session on a socket of the application's own. */
async function ownSocket(intent: 'conversation' | 'transcription') {
  const { server, stop } = await overheard({ key: KEY });
  const input = { baseURL: server.baseURL, apiKey: KEY, intent };
  const { code, report, stderr } = await runClient<Report>('ai-sdk-server.mjs', input);
  expect(code, stderr).toBe(0);
  expect(report).toMatchObject({ committed: ['string', null], close: 1000, error_events: 0 });
  expect(() => server.assertComplete()).not.toThrow();
  expect(await stop()).toEqual([]);
  return report;
}

describe('getServerWebSocketConfig', () => {
  it('[AU7, IB7, RS9] opens a conversation', async () => {
    const report = await ownSocket('conversation');
    expect(report?.session).toEqual(['realtime', null]);
    expect(report?.answer).toEqual(['completed', { turn: '1' }, 'You said 300 ms of audio']);
  });

  it('[AU3, IB7, TX17] opens a transcription session', async () => {
    const report = await ownSocket('transcription');
    expect(report?.session).toMatchObject(['transcription', { model: 'gpt-realtime-whisper', language: 'it' }]);
    expect(report).not.toHaveProperty('answer');
  });
});
