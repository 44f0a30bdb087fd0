// What the console begins with: the status of the server and its live sessions, over real sockets.

import type { EngineStatus, ServerStatus, SessionList } from '@colloquy/session';
import { dial, KEY, mint, say, start, stopAll, TEXT, withKey } from '@support/dial.ts';
import { afterEach, describe, expect, it } from 'vitest';

afterEach(stopAll);

const ask = async (url: string, path: string, headers: Record<string, string> = {}) => {
  const answer = await fetch(`${url}${path}`, { headers });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as never };
};
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

describe('GET /api/status', () => {
  it('[CO2] tells what there is', async () => {
    const { url } = await start({ models: ['gpt-realtime', 'other'] });
    const { status, headers, body } = await ask(url, '/api/status');
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(body).toMatchObject({
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      needs_key: false,
      node: process.version,
      uptime_s: expect.toSatisfy(Number.isInteger),
      relay: false,
      webrtc: true,
      default_model: 'gpt-realtime',
      any_model: false,
      recordings: { enabled: false, audio: false },
      watch: { level: 'media' },
    } satisfies Partial<ServerStatus>);
    const { engines, models } = body as ServerStatus;
    expect(models).toEqual(expect.arrayContaining(['gpt-realtime', 'other']));
    expect(engines).toMatchObject([{ name: 'parrot', is_default: true }] satisfies Partial<EngineStatus>[]);
  });

  it('[CO2] says of a relay that it is one, and nothing of where it leads', async () => {
    const upstream = { url: 'wss://canary.example/v1/realtime', key: 'sk-canary-0123456789' };
    const { url } = await start({ upstream });
    const { body } = await ask(url, '/api/status');
    expect(body).toMatchObject({ relay: true, engines: [] });
    expect(JSON.stringify(body)).not.toContain('canary');
  });

  it('[CO3] says without a key that it needs one, and no more; a wrong key is refused', async () => {
    const { url } = await start({ keys: [KEY] });
    expect(await ask(url, '/api/status')).toMatchObject({ status: 200, body: { needs_key: true } });
    expect(Object.keys((await ask(url, '/api/status')).body)).toEqual(['needs_key']);
    expect((await ask(url, '/api/status', bearer('sk-wrong'))).status).toBe(401);
    expect((await ask(url, '/api/status', bearer(KEY))).body).toMatchObject({ needs_key: true, relay: false });
  });
});

describe('GET /api/sessions', () => {
  it('[CO4] lists sessions with what answers them and how far they are', async () => {
    const { url } = await start();
    const first = dial(url);
    const { session } = await first.next('session.created');
    await dial(url, {}, '?intent=transcription').next('session.created');
    first.send(say('hello'), TEXT);
    await first.next('response.done');
    const { sessions } = (await ask(url, '/api/sessions')).body as SessionList;
    expect(sessions).toEqual([
      {
        id: session.id,
        type: 'realtime',
        model: 'gpt-realtime',
        engine: 'parrot',
        started_at: expect.any(Number),
        active_response: null,
        items: 2,
        recording: null,
        summary: expect.objectContaining({ first_words: 'hello', turns: 1 }),
      },
      expect.objectContaining({ type: 'transcription', model: '', items: 0 }),
    ]);
  });

  it('[CO4] names the response that is being made', async () => {
    const { url } = await start({
      engine: {
        name: 'slow',
        async *respond(_, { signal }) {
          yield { type: 'text.delta', delta: 'well' };
          await new Promise((resolve) => signal.addEventListener('abort', resolve));
        },
      },
    });
    const { next, send } = dial(url);
    await next('session.created');
    send(TEXT);
    const { response } = await next('response.created');
    const { sessions } = (await ask(url, '/api/sessions')).body as SessionList;
    expect(sessions).toMatchObject([{ engine: 'slow', active_response: response.id }]);
  });

  it('[CO3] needs a key where there are keys, and takes no client secret for one', async () => {
    const { url } = await start({ keys: [KEY] });
    await dial(url, withKey(KEY)).next('session.created');
    const { body } = await mint(url, { session: { type: 'realtime', model: 'gpt-realtime' } });
    const { value } = body as { value: string };
    const statuses = [];
    for (const headers of [{}, bearer('sk-wrong'), bearer(value), bearer(KEY)])
      statuses.push((await ask(url, '/api/sessions', headers)).status);
    expect(statuses).toEqual([401, 401, 401, 200]);
  });
});

describe('who may ask', () => {
  it('[CO1] our own page and programs; no other page, listed or not, and no other site', async () => {
    const { url, port } = await start({ origins: ['https://app.example'] });
    const local = `http://localhost:${port}`;
    const request = async (headers: Record<string, string>) => {
      const answer = await ask(url, '/api/sessions', headers);
      return [answer.status, answer.headers.get('access-control-allow-origin')];
    };
    expect(await request({})).toEqual([200, null]);
    expect(await request({ origin: url })).toEqual([200, null]);
    expect(await request({ 'sec-fetch-site': 'same-origin' })).toEqual([200, null]);
    expect(await request({ 'sec-fetch-site': 'none' })).toEqual([200, null]);
    for (const origin of ['https://app.example', 'https://evil.test', 'null', local])
      expect(await request({ origin })).toEqual([403, null]);
    for (const site of ['cross-site', 'same-site', ''])
      expect(await request({ 'sec-fetch-site': site })).toEqual([403, null]);
  });
});
