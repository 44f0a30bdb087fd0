// The beta's way to mint client secrets: a session object with the secret inside, over REST, then spent over WebSocket.

import { dial, KEY, post, start, stopAll, withKey } from '@support/dial.ts';
import { sinceNow } from '@support/lifetime.ts';
import { afterEach, describe, expect, it } from 'vitest';

afterEach(stopAll);

interface Minted {
  client_secret: { value: string; expires_at: number };
  [key: string]: unknown;
}

const ask = async (url: string, path: string, body: unknown, key = KEY) => {
  const answer = await post(`${url}/v1/realtime/${path}`, body, { authorization: `Bearer ${key}` });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Minted };
};

const BETA = { headers: { 'openai-beta': 'realtime=v1' } };

describe('POST /v1/realtime/sessions', () => {
  it('[RT12] answers the beta session, whole, with a secret that lives a minute', async () => {
    const isFresh = sinceNow();
    const { url } = await start({ keys: [KEY] });
    const request = {
      model: 'mine',
      modalities: ['text'],
      instructions: 'Be brief.',
      voice: 'cedar',
      input_audio_format: 'g711_ulaw',
      turn_detection: null,
      temperature: 0.7,
      max_response_output_tokens: 100,
      tools: [{ type: 'function', name: 'f', parameters: { type: 'object' } }],
    };
    const { status, headers, body } = await ask(url, 'sessions', request);
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(body).toMatchObject({ ...request, object: 'realtime.session', id: expect.stringMatching(/^sess_/) });
    expect(body).toMatchObject({ output_audio_format: 'pcm16', speed: 1, tool_choice: 'auto' });
    for (const key of ['type', 'audio', 'output_modalities', 'max_output_tokens']) expect(body).not.toHaveProperty(key);
    expect(body.client_secret.value).toMatch(/^ek_[A-Za-z0-9_-]{40,}$/);
    isFresh(body.client_secret.expires_at, 60);
  });

  it('[RT12] takes no body for an answer, and is there under the alias too', async () => {
    const { url } = await start();
    for (const prefix of ['/v1', '/openai/v1']) {
      const answer = await fetch(`${url}${prefix}/realtime/sessions`, { method: 'POST' });
      expect(await answer.json()).toMatchObject({
        model: 'gpt-realtime',
        temperature: 0.8,
        modalities: ['audio', 'text'],
      });
    }
  });

  it("[RT12] ignores the schema's request field client_secret, whatever is in it", async () => {
    const isFresh = sinceNow();
    const { url } = await start();
    for (const client_secret of [
      { expires_after: { anchor: 'created_at', seconds: 7000 } },
      { value: 'ek_mine' },
      7,
      null,
    ]) {
      const { status, body } = await ask(url, 'sessions', { client_secret });
      expect(status).toBe(200);
      expect(body.client_secret.value).not.toBe('ek_mine');
      isFresh(body.client_secret.expires_at, 60);
    }
  });

  it('[RT12] mints secrets that open sessions of both dialects, as they were asked for', async () => {
    const { url } = await start({ keys: [KEY], beta: 'serve' });
    const { body } = await ask(url, 'sessions', { model: 'mine', instructions: 'Be brief.', temperature: 0.6 });
    const key = withKey(body.client_secret.value);

    const ga = await dial(url, key, '').next('session.created');
    expect(ga.session).toMatchObject({ type: 'realtime', model: 'mine', instructions: 'Be brief.' });

    const beta = await dial(url, { headers: { ...key.headers, ...BETA.headers } }, '').next('session.created');
    expect(beta.session).toMatchObject({ model: 'mine', instructions: 'Be brief.', temperature: 0.6 });
    expect(beta.session).not.toHaveProperty('type');
  });

  it.each([
    [{ foo: 1 }, 'unknown_parameter', 'foo'],
    [{ output_modalities: ['text'] }, 'unknown_parameter', 'output_modalities'],
    [{ temperature: 2 }, 'decimal_above_max_value', 'temperature'],
    [{ turn_detection: { type: 'server_vad', threshold: 2 } }, 'decimal_above_max_value', 'turn_detection.threshold'],
    [{ input_audio_format: 'mp3' }, 'invalid_value', 'input_audio_format'],
    [{ modalities: [] }, 'invalid_value', 'modalities'],
    [{ tool_choice: { type: 'function', name: 'f' } }, 'invalid_value', 'tool_choice.name'],
    ['[]', 'invalid_type', null],
    ['{', 'invalid_json', null],
  ])('[RT12, RT3] refuses %j by the names of the beta session', async (request, code, param) => {
    const { url } = await start();
    const { status, body } = await ask(url, 'sessions', request);
    expect([status, body]).toMatchObject([400, { error: { code, param } }]);
    expect(JSON.stringify(body)).not.toContain('session.');
  });

  it('[RT12, AU5, AU25] is a route that mints: it wants a key and a model of the list', async () => {
    const { url } = await start({ keys: [KEY], models: ['mine'] });
    expect((await ask(url, 'sessions', {}, 'sk-wrong')).status).toBe(401);
    const { body } = await ask(url, 'sessions', {});
    expect(body.model).toBe('mine');
    expect((await ask(url, 'sessions', {}, body.client_secret.value)).status).toBe(401);
    expect(await ask(url, 'sessions', { model: 'other' })).toMatchObject({
      status: 403,
      body: { error: { code: 'invalid_model', param: 'model' } },
    });
  });
});

describe('POST /v1/realtime/transcription_sessions', () => {
  it('[RT12] answers the beta transcription session, with a secret that lives ten minutes and opens it', async () => {
    const isFresh = sinceNow();
    const { url } = await start({ keys: [KEY], beta: 'serve' });
    const request = {
      input_audio_format: 'g711_alaw',
      input_audio_transcription: { model: 'whisper-1', language: 'en' },
      include: ['item.input_audio_transcription.logprobs'],
    };
    const { status, body } = await ask(url, 'transcription_sessions', {
      ...request,
      modalities: ['text'],
      client_secret: {},
    });
    expect([status, body]).toMatchObject([200, { ...request, object: 'realtime.transcription_session' }]);
    isFresh(body.client_secret.expires_at, 600);
    for (const key of ['type', 'audio', 'model', 'temperature']) expect(body).not.toHaveProperty(key);

    const key = withKey(body.client_secret.value);
    const opened = await dial(url, key, '?intent=transcription').next('session.created');
    expect(opened.session).toMatchObject({
      type: 'transcription',
      audio: { input: { format: { type: 'audio/pcma' }, transcription: request.input_audio_transcription } },
    });
  });

  it('[RT12] refuses what such a session does not have', async () => {
    const { url } = await start();
    const { status, body } = await ask(url, 'transcription_sessions', { voice: 'marin' });
    expect([status, body]).toMatchObject([400, { error: { code: 'unknown_parameter', param: 'voice' } }]);
  });
});
