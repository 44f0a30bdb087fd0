// Official clients, unmodified, through a relay to a second server, each server in its own right: what they say and hear is what
// they would without the relay. The conversations are `clients/`; each runs in a process of its own.

import { createServer, type ResponseUsage } from '@colloquy/server';
import { runClient } from '@support/child.ts';
import { parrotSays } from '@support/parrot-voice.ts';
import { serving } from '@support/serving.ts';
import { describe, expect, it } from 'vitest';

const CLIENT_KEY = 'sk-test';
const UPSTREAM_KEY = 'sk-upstream-0123456789';
const WARNING = 40;

/** A relay in front of a server with a parrot. */
async function relaying() {
  const behind = await serving({ keys: [UPSTREAM_KEY], pace: 10 });
  const usages: ResponseUsage[] = [];
  const lines: string[] = [];
  const relay = createServer({
    ...{ port: 0, keys: [CLIENT_KEY], beta: 'serve', logLevel: 'info' },
    upstream: {
      url: `${behind.url.replace('http', 'ws')}/v1/realtime`,
      key: UPSTREAM_KEY,
      onUsage: (_, usage) => void usages.push(usage),
    },
    logTo: { write: (line) => void lines.push(line) },
  });
  const { url } = await relay.listen();
  return {
    url,
    usages,
    /** Ends both, and answers with what either noted of a fault. */
    async stop() {
      await relay.close({ graceMs: 0 });
      const faults = lines.filter((line) => JSON.parse(line).level >= WARNING);
      return [...faults, ...(await behind.stop())];
    },
  };
}

describe('through a relay', () => {
  it('[RL3, RL4] openai-node holds a whole conversation, without one error', async () => {
    const { url, usages, stop } = await relaying();
    const { code, report, stderr } = await runClient<Record<string, never>>('openai-ws.mjs', {
      baseURL: `${url}/v1`,
      apiKey: CLIENT_KEY,
    });
    expect(code, stderr).toBe(0);
    const voice = await parrotSays('sing for me');
    expect(report).toMatchObject({
      first: ['session.created'],
      text: { status: 'completed', text: 'You said: hello there', deltas: 4, usage: true },
      audio: { status: 'completed', transcript: voice.text, audio_sha256: voice.sha256 },
      spoken: { text: 'You said 300 ms of audio' },
      retrieved_unchanged: true,
      cancelled: { status: 'cancelled', reason: 'client_cancelled' },
      call: { calls: [['add', '{"a":1,"b":2}', expect.stringMatching(/./)]] },
      followUp: { status: 'completed', text: 'You said: call add {"a":1,"b":2} 3' },
      errors: [],
      error_events: 0,
      without_event_id: 0,
    });
    expect(await stop()).toEqual([]);
    expect(new Set(usages.map(({ response_id }) => response_id)).size).toBe(usages.length);
    expect(usages.length).toBeGreaterThanOrEqual(6);
  });

  it.each(['text', 'audio'])(
    '[RL3, RL4] the Agents SDK holds a conversation in %s, without one error',
    async (modality) => {
      const { url, stop } = await relaying();
      const target = `${url.replace('http', 'ws')}/v1/realtime?model=gpt-realtime`;
      const { code, report, stderr } = await runClient<Record<string, never>>('agents.mjs', {
        ...{ url: target, apiKey: CLIENT_KEY, modality },
      });
      expect(code, stderr).toBe(0);
      expect(report).toMatchObject({
        first: { status: 'completed' },
        interrupted: 'cancelled',
        after: { status: 'completed' },
        added: [[1, 2]],
        followUp: 'completed',
        close: 'disconnected',
        errors: [],
        error_events: 0,
      });
      expect(await stop()).toEqual([]);
    },
  );

  it('[BT12] openai-realtime-api, which speaks beta, lives its life at an upstream that speaks GA', async () => {
    const { url, stop } = await relaying();
    const input = { url: `${url.replace('http', 'ws')}/v1/realtime`, apiKey: CLIENT_KEY, way: 'headers' };
    const { code, report, stderr } = await runClient<Record<string, never>>('openai-realtime-api.mjs', input, {
      node: ['--experimental-websocket'],
    });
    expect(code, stderr).toBe(0);
    expect(report).toMatchObject({
      session: { modalities: ['audio', 'text'], temperature: 0.7 },
      text: { status: 'completed', said: 'You said: How are you?', parts: ['audio'], temperature: 0.7 },
      spoken: { status: 'completed', said: 'You said 300 ms of audio' },
      refused: { code: 'decimal_above_max_value', param: 'session.temperature' },
      refused_names_event: true,
      errors: [],
    });
    expect(await stop()).toEqual([]);
  });
});
