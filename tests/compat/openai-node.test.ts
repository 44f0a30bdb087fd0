// openai-node 7.57.0, unmodified: over TLS with the CA file, over plain TCP by its socket option, and on the runtime's own
// WebSocket. The conversation is `clients/openai-turns.mjs`.

import { type RunOptions, runClient } from '@support/child.ts';
import { sinceNow } from '@support/lifetime.ts';
import { parrotSays } from '@support/parrot-voice.ts';
import { serving } from '@support/serving.ts';
import { describe, expect, it } from 'vitest';

interface Answer {
  status: string;
  reason: string | null;
  text: string;
  done_text: string[];
  transcript: string;
  audio_bytes: number;
  audio_sha256: string;
  deltas: number;
  calls: [name: string, args: string, callId: string][];
  output: string[];
  usage: boolean;
}

interface Report {
  first: string[];
  modalities: string[];
  text: Answer;
  audio: Answer;
  spoken: Answer;
  retrieved_unchanged: boolean;
  cancelled: Answer;
  call: Answer;
  followUp: Answer;
  close: [code: number, reason: string];
  errors: string[];
  error_events: number;
  without_event_id: number;
}

const KEY = 'sk-test';
const MS_PER_WORD = 200;
const BYTES_PER_MS = 48;

interface Way {
  name: string;
  script: string;
  tls: boolean;
  plain?: boolean;
  options?: (caFile: string) => RunOptions;
}

const WAYS: Way[] = [
  { name: 'OpenAIRealtimeWS over TLS', script: 'openai-ws.mjs', tls: true },
  { name: 'OpenAIRealtimeWS over plain TCP', script: 'openai-ws.mjs', tls: false },
  { name: 'OpenAIRealtimeWebSocket over plain TCP', script: 'openai-native.mjs', tls: false, plain: true },
  {
    name: "OpenAIRealtimeWebSocket on the runtime's own WebSocket, over TLS",
    script: 'openai-native.mjs',
    tls: true,
    options: (caFile) => ({ node: ['--experimental-websocket'], env: { NODE_EXTRA_CA_CERTS: caFile } }),
  },
];

describe.each(WAYS)('$name', ({ script, tls, plain, options }) => {
  it('[AU7, RS17, RS18, RS23, FN2, FN4, SE1] holds a whole conversation, without one error', async () => {
    const server = await serving({ keys: [KEY], pace: 10, tls });
    const { url, tlsUrl = '', caFile = '' } = server;
    const input = {
      baseURL: `${tls ? tlsUrl : url}/v1`,
      apiKey: KEY,
      ...(tls && { ca: caFile }),
      ...(plain && { plain }),
    };
    const { code, report, stderr } = await runClient<Report>(script, input, options?.(caFile));
    expect(code, stderr).toBe(0);
    if (!report) throw new Error('the client said nothing');

    expect(report.first).toEqual(['session.created']);
    expect(report.modalities).toEqual(['text']);

    expect(report.text).toMatchObject({ status: 'completed', text: 'You said: hello there', deltas: 4, usage: true });
    expect(report.text.done_text).toEqual(['You said: hello there']);

    const voice = await parrotSays('sing for me');
    expect(report.audio).toMatchObject({ status: 'completed', text: '', transcript: voice.text });
    expect(report.audio.audio_bytes).toBe(voice.text.split(' ').length * MS_PER_WORD * BYTES_PER_MS);
    expect(report.audio.audio_sha256).toBe(voice.sha256);

    expect(report.spoken.text).toBe('You said 300 ms of audio');
    expect(report.retrieved_unchanged).toBe(true);

    expect(report.cancelled).toMatchObject({ status: 'cancelled', reason: 'client_cancelled' });
    expect(report.cancelled.text.split(' ').length).toBeLessThan(102);

    expect(report.call.output).toEqual(['function_call']);
    expect(report.call.calls).toEqual([['add', '{"a":1,"b":2}', expect.stringMatching(/./)]]);
    expect(report.followUp).toMatchObject({ status: 'completed', text: 'You said: call add {"a":1,"b":2} 3' });

    expect(report.close).toEqual([1000, expect.any(String)]);
    expect([report.errors, report.error_events, report.without_event_id]).toEqual([[], 0, 0]);
    expect(await server.stop()).toEqual([]);
  });
});

describe('the REST client', () => {
  it('[RT1, AU10, AU22, AU24] mints a client secret that opens the session it describes', async () => {
    const server = await serving({ keys: [KEY] });
    const isFresh = sinceNow();
    const { code, report, stderr } = await runClient<{ prefix: string; expires_at: number }>('openai-rest.mjs', {
      baseURL: `${server.url}/v1`,
      apiKey: KEY,
    });
    expect(code, stderr).toBe(0);
    expect(report).toMatchObject({
      prefix: 'ek_',
      minted: { type: 'realtime', model: 'gpt-realtime', instructions: 'Be brief.' },
      opened: { model: 'gpt-realtime', instructions: 'Be brief.' },
      refused: [401, 'invalid_api_key'],
      close: 1000,
      errors: [],
    });
    isFresh(report?.expires_at ?? 0, 60);
    expect(await server.stop()).toEqual([]);
  });
});
