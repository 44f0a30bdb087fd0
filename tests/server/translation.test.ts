// Translation sessions over a socket: where they are opened, with what, and how they end.

import type { TranslationServerEvent } from '@colloquy/protocol';
import type { Translator } from '@colloquy/server';
import { dial, KEY, pcm, post, start, stopAll, stops, withKey } from '@support/dial.ts';
import { sinceNow } from '@support/lifetime.ts';
import { afterEach, describe, expect, it } from 'vitest';

afterEach(stopAll);

const PATH = '/v1/realtime/translations';
const MODEL = '?model=gpt-realtime-translate';

/** As `dial`, with the events of a translation session. */
function call(url: string, options = {}, query = MODEL, path = PATH) {
  const dialled = dial(url, options, query, path);
  const next = dialled.next as unknown as <T extends TranslationServerEvent['type']>(
    type: T,
  ) => Promise<Extract<TranslationServerEvent, { type: T }>>;
  return { ...dialled, next };
}

/** A promise that is kept when told. */
function latch() {
  let resolve = () => {};
  const promise = new Promise<void>((release) => {
    resolve = release;
  });
  return { promise, resolve };
}

const append = (ms: number) => ({ type: 'session.input_audio_buffer.append', audio: pcm(ms) });

const mint = async (url: string, body: unknown, path = `${PATH}/client_secrets`, key = KEY) => {
  const answer = await post(`${url}${path}`, body, { authorization: `Bearer ${key}` });
  const read = (await answer.json()) as { value: string; expires_at: number; session: Record<string, unknown> };
  return { status: answer.status, headers: answer.headers, body: read };
};

describe('the path of translations', () => {
  it.each([PATH, `${PATH}/`, `/openai${PATH}`])(
    '[AU1, TL1, TL8, TL9] %s opens a session, from the first frame to the last',
    async (path) => {
      const { url } = await start();
      const { send, next, closed } = call(url, {}, MODEL, path);
      const { session } = await next('session.created');
      expect(session).toMatchObject({
        type: 'translation',
        model: 'gpt-realtime-translate',
        id: expect.stringMatching(/^sess_/),
      });
      send({ type: 'session.update', session: { audio: { output: { language: 'es' } } } });
      expect((await next('session.updated')).session.audio.output).toEqual({ language: 'es' });
      send(append(300), { type: 'session.close' }, append(200));
      expect(await next('session.output_transcript.delta')).toMatchObject({ delta: 'es:1', elapsed_ms: 0 });
      expect(await next('session.output_audio.delta')).toMatchObject({
        ...{ delta: pcm(200), sample_rate: 24_000, channels: 1, format: 'pcm16', elapsed_ms: 0 },
      });
      expect(await next('session.output_audio.delta')).toMatchObject({ delta: pcm(200), elapsed_ms: 200 });
      await next('session.closed');
      expect(await closed).toEqual([1000, 'The session is closed.']);
    },
  );

  it('[TL9] refuses audio that comes after session.close', async () => {
    const received = latch();
    const translator: Translator = {
      name: 'test',
      async *translate(frames) {
        yield* [];
        for await (const _ of frames);
        await received.promise;
      },
    };
    const { url } = await start({ translator });
    const { send, next } = call(url);
    await next('session.created');
    send({ type: 'session.close' }, { ...append(200), event_id: 'late' });
    expect((await next('error')).error).toMatchObject({ code: 'invalid_value', event_id: 'late' });
    received.resolve();
    await next('session.closed');
  });

  it.each(['/v1/realtime/translation', `${PATH}//`, `${PATH}/x`, '/v1/realtime//', '/v2/realtime', '/realtime', '/'])(
    '[AU1] %s is 404 to a WebSocket',
    async (path) => {
      const { url } = await start();
      expect((await call(url, {}, MODEL, path).refused).status).toBe(404);
    },
  );

  it('[AU2] is 426 to a plain GET', async () => {
    const { url } = await start();
    const answer = await fetch(`${url}${PATH}${MODEL}`);
    expect([answer.status, await answer.json()]).toMatchObject([
      426,
      { error: { code: 'websocket_upgrade_required' } },
    ]);
  });

  it.each([
    ['no model', '', 400],
    ['two models', '?model=a&model=b', 400],
    ['an intent', '?intent=transcription', 400],
    ['a call', '?call_id=rtc_1', 400],
    ['a model of no list', '?model=other', 403],
  ])('[AU3, AU4, AU5] %s is refused', async (_, query, status) => {
    const { url } = await start({ models: ['mine', 'a', 'b'] });
    expect((await call(url, {}, query).refused).status).toBe(status);
  });

  it('[AU10, AU29] wants the key every door wants', async () => {
    const { url } = await start({ keys: [KEY] });
    expect((await call(url).refused).status).toBe(401);
    await call(url, withKey(KEY)).next('session.created');
  });

  it('[AU13] tells a browser why it is refused, where that is asked for', async () => {
    const { url } = await start({ refusals: 'event' });
    expect((await call(url, {}, '').closed)[0]).toBe(4000);
  });

  it('[TL2] has no beta shape: a beta client is turned away, or served as it is', async () => {
    const beta = { headers: { 'openai-beta': 'realtime=v1' } };
    const turning = await start();
    expect((await call(turning.url, beta).closed)[0]).toBe(4000);
    const serving = await start({ beta: 'serve' });
    expect((await call(serving.url, beta).next('session.created')).session.type).toBe('translation');
  });

  it('[TL1] shows among the sessions, without what is said in it', async () => {
    const { url, logged } = await start();
    const { next } = call(url);
    const { session } = await next('session.created');
    const listed = (await (await fetch(`${url}/api/sessions`)).json()) as { sessions: object[] };
    expect(listed.sessions).toMatchObject([{ id: session.id, type: 'translation', model: 'gpt-realtime-translate' }]);
    expect(logged.join('')).toContain(session.id);
  });

  it('[LM8, ER24] expires like any session', async () => {
    const { url } = await start({ limits: { sessionMs: 100 } });
    const { next, closed } = call(url);
    expect((await next('error')).error.code).toBe('session_expired');
    expect((await closed)[0]).toBe(1001);
  });

  it('[TN4, RD10] logs that a translator failed, not what it said', async () => {
    const { url, logged } = await start({
      translator: {
        name: 'broken',
        // biome-ignore lint/correctness/useYield: it fails before it says anything
        async *translate() {
          throw new Error('the upstream key sk-secret was refused');
        },
      },
    });
    const { next, closed } = call(url);
    expect((await next('error')).error).toMatchObject({ code: 'internal_error', message: 'The translator failed.' });
    expect((await closed)[0]).toBe(1011);
    expect(logged.join('')).toContain('a translator failed');
    expect(logged.join('')).not.toContain('sk-secret');
  });
});

describe('client secrets of translations', () => {
  const session = {
    model: 'mine',
    audio: { input: { transcription: { model: 'whisper-1' } }, output: { language: 'es' } },
  };

  it.each([`${PATH}/client_secrets`, `/openai${PATH}/client_secrets`])(
    '[RT5] %s answers with the effective session, and opens it',
    async (path) => {
      const isFresh = sinceNow();
      const { url } = await start({ keys: [KEY] });
      const { status, headers, body } = await mint(url, { session, expires_after: { seconds: 60 } }, path);
      expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
      expect(body.value).toMatch(/^ek_[A-Za-z0-9_-]{40,}$/);
      isFresh(body.expires_at, 60);
      expect(body.session).toEqual({
        ...{ id: expect.stringMatching(/^sess_/), type: 'translation', expires_at: 0, model: 'mine' },
        audio: { input: { transcription: { model: 'whisper-1' }, noise_reduction: null }, output: { language: 'es' } },
      });
      for (const query of ['', '?model=other']) {
        const created = await call(url, withKey(body.value), query).next('session.created');
        expect(created.session).toMatchObject({ ...session, model: query ? 'other' : 'mine' });
      }
    },
  );

  it('[RT5] last ten minutes when nobody says otherwise', async () => {
    const isFresh = sinceNow();
    const { url } = await start({ keys: [KEY] });
    const { body } = await mint(url, { session: { model: 'mine' } });
    isFresh(body.expires_at, 600);
  });

  it.each([
    ['', 'missing_required_parameter', 'session'],
    [{}, 'missing_required_parameter', 'session'],
    [{ session: {} }, 'missing_required_parameter', 'session.model'],
    [{ session: { model: 7 } }, 'invalid_type', 'session.model'],
    [{ session: { model: 'x', instructions: '' } }, 'unknown_parameter', 'session.instructions'],
    [
      { session: { model: 'x', audio: { input: { format: { type: 'audio/pcmu' } } } } },
      'unknown_parameter',
      'session.audio.input.format',
    ],
    [{ session: { model: 'x' }, expires_after: { seconds: 9 } }, 'integer_below_min_value', 'expires_after.seconds'],
    ['{', 'invalid_json', null],
  ])('[RT5] refuses %j', async (request, code, param) => {
    const { url } = await start({ keys: [KEY] });
    expect(await mint(url, request)).toMatchObject({ status: 400, body: { error: { code, param } } });
  });

  it('[RT5, AU5] refuses a model of no list', async () => {
    const { url } = await start({ keys: [KEY], models: ['mine'] });
    const { status, body } = await mint(url, { session: { model: 'other' } });
    expect([status, body]).toMatchObject([403, { error: { code: 'invalid_model', param: 'session.model' } }]);
  });

  it('[AU24] open no session of another kind, nor do those of other kinds open one', async () => {
    const { url } = await start({ keys: [KEY] });
    const translating = withKey((await mint(url, { session })).body.value);
    for (const query of ['', '?model=mine', '?intent=transcription']) {
      expect((await dial(url, translating, query).refused).status).toBe(403);
    }
    const conversing = (await mint(url, { session: { type: 'realtime' } }, '/v1/realtime/client_secrets')).body.value;
    expect((await call(url, withKey(conversing)).refused).status).toBe(403);
    const plain = (await mint(url, {}, '/v1/realtime/client_secrets')).body.value;
    await call(url, withKey(plain)).next('session.created');
  });

  it('[AU24, SE33] fix what they say where they are locked', async () => {
    const { url } = await start({ keys: [KEY], clientSecrets: { locked: true } });
    const key = withKey(
      (await mint(url, { session: { model: 'mine', audio: { output: { language: 'es' } } } })).body.value,
    );
    expect((await call(url, key, '?model=other').refused).status).toBe(403);
    const { send, next } = call(url, key, '?model=mine');
    await next('session.created');
    send({ type: 'session.update', session: { audio: { output: { language: 'fr' } } } });
    expect((await next('error')).error).toMatchObject({
      code: 'session_locked',
      param: 'session.audio.output.language',
    });
    send({ type: 'session.update', session: { audio: { input: { transcription: { model: 'any' } } } } });
    await next('session.updated');
  });

  it('[AU26] end their sessions when revoked', async () => {
    const { url, server } = await start({ keys: [KEY] });
    const { value } = (await mint(url, { session })).body;
    const { next, closed } = call(url, withKey(value), '');
    await next('session.created');
    await server.revokeClientSecret(value);
    expect((await closed)[0]).toBe(1008);
  });
});

describe('a restart', () => {
  it('[ER46, ER41] closes with 1012 whoever asked for resume, with 1001 whoever did not', async () => {
    const { url, server } = await start();
    const request = ['?model=m', '?model=m&resume=1', '?model=m&resume=0'].flatMap((query) => [
      dial(url, {}, query),
      dial(url, {}, query, PATH),
    ]);
    await Promise.all(request.map(({ next }) => next('session.created')));
    await server.drain({ graceMs: 2000 });
    const codes = (await Promise.all(request.map(({ closed }) => closed))).map(([code]) => code);
    expect(codes).toEqual([1001, 1001, 1012, 1012, 1001, 1001]);
  });

  it('[ER46] closes with 1012 when the grace is over, too', async () => {
    let finish = () => {};
    const { url, server } = await start({
      engine: {
        name: 'slow',
        async *respond() {
          yield { type: 'text.delta', delta: 'I' };
          await new Promise<void>((resolve) => {
            finish = resolve;
          });
        },
      },
    });
    stops.push(() => finish());
    const { send, next, closed } = dial(url, {}, '?model=m&resume=1');
    await next('session.created');
    send({ type: 'response.create', response: { output_modalities: ['text'] } });
    await next('response.output_text.delta');
    await server.drain({ graceMs: 50 });
    expect(await closed).toEqual([1012, 'The server is shutting down.']);
  });

  it('[ER46, ER41] does not change how a session ends by itself', async () => {
    const { url } = await start({ limits: { sessionMs: 100 } });
    const { closed } = dial(url, {}, '?model=m&resume=1');
    expect((await closed)[0]).toBe(1001);
  });
});
