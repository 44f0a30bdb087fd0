// Client secrets, minted over REST and spent over WebSocket.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import plain from 'node:http';
import secured from 'node:https';
import { dial, KEY, mint, newFolder, start, stopAll, stops, withKey } from '@support/dial.ts';
import { sinceNow } from '@support/lifetime.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';

afterEach(stopAll);

describe('client secrets', () => {
  it('[RT1] come with their session, and open it', async () => {
    const isFresh = sinceNow();
    const { url } = await start({ keys: [KEY] });
    const session = { type: 'realtime', model: 'mine', output_modalities: ['text'], instructions: 'Be brief.' };
    const { status, body } = await mint(url, { session, expires_after: { anchor: 'created_at', seconds: 60 } });
    const answer = body as { value: string; expires_at: number; session: object };
    expect(status).toBe(200);
    expect(answer.value).toMatch(/^ek_[A-Za-z0-9_-]{40,}$/);
    isFresh(answer.expires_at, 60);
    expect(answer.session).toMatchObject({ ...session, object: 'realtime.session', expires_at: 0 });
    expect(answer.session).toMatchObject({
      id: expect.stringMatching(/^sess_/),
      audio: { output: { voice: 'marin' } },
    });

    for (const query of ['', '?model=other']) {
      const { next } = dial(url, withKey(answer.value), query);
      const created = await next('session.created');
      expect(created.session).toMatchObject({ ...session, model: query ? 'other' : 'mine' });
      const { expires_at } = created.session as { expires_at: number };
      isFresh(expires_at, 1800); // [LM8]
    }
  });

  it('[MC21, AU22] open more than ten sessions at once without a warning', async () => {
    const warnings: Error[] = [];
    const warn = (warning: Error) => void warnings.push(warning);
    process.on('warning', warn);
    stops.push(() => void process.off('warning', warn));
    const { url } = await start({ keys: [KEY] });
    const { body } = await mint(url, { session: { type: 'realtime', model: 'mine' } });
    for (let count = 0; count < 12; count += 1) {
      await dial(url, withKey((body as { value: string }).value), '').next('session.created');
    }
    expect(warnings.map(({ name }) => name)).toEqual([]);
  });

  it('[AU4, RT2, RT3] last ten minutes and carry no session when nobody says otherwise', async () => {
    const isFresh = sinceNow();
    const { url } = await start({ keys: [KEY] });
    const { body } = await mint(url, '');
    const { value, expires_at } = body as { value: string; expires_at: number };
    isFresh(expires_at, 600);
    expect((await dial(url, withKey(value), '').refused).status).toBe(400);
    await dial(url, withKey(value)).next('session.created');
  });

  it.each([
    ['[RT2]', { expires_after: { seconds: 9 } }, 'integer_below_min_value', 'expires_after.seconds'],
    ['[RT2]', { expires_after: { seconds: 7201 } }, 'integer_above_max_value', 'expires_after.seconds'],
    ['[RT2]', { expires_after: { anchor: 'now' } }, 'invalid_value', 'expires_after.anchor'],
    ['[RT3]', { session: { model: 'x' } }, 'missing_required_parameter', 'session.type'],
    ['[RT3]', { session: { type: 'realtime', foo: 1 } }, 'unknown_parameter', 'session.foo'],
    [
      '[RT3]',
      { session: { type: 'realtime', output_modalities: ['text', 'audio'] } },
      'invalid_value',
      'session.output_modalities',
    ],
    [
      '[RT3]',
      { session: { type: 'realtime', tool_choice: { type: 'function', name: 'f' } } },
      'invalid_value',
      'session.tool_choice.name',
    ],
    ['[RT3]', { sesion: {} }, 'unknown_parameter', 'sesion'],
    ['[RT3]', '{"session":', 'invalid_json', null],
    ['[RT3]', '[]', 'invalid_type', null],
    ['[RT3]', `{"session":${'['.repeat(100)}${']'.repeat(100)}}`, 'invalid_event', null],
  ])('%s with %j are refused 400 %s', async (_, body, code, param) => {
    const { url } = await start({ keys: [KEY] });
    const answer = await mint(url, body);
    expect(answer).toMatchObject({ status: 400, body: { error: { code, param, type: 'invalid_request_error' } } });
  });

  it('[RT4, RD10] are told once: not in the log, not in the list of sessions', async () => {
    const { url, logged } = await start({ keys: [KEY] });
    const { value } = (await mint(url, { session: { type: 'realtime' } })).body as { value: string };
    await dial(url, withKey(value)).next('session.created');
    const listed = await (await fetch(`${url}/api/sessions`, withKey(KEY))).text();
    expect(listed).toContain('sess_');
    expect(`${listed}${logged.join('')}`).not.toContain(value);
  });

  it('[AU22, AU23] expire for opening, not for what they opened', async () => {
    let now = Date.now();
    const { url } = await start({ keys: [KEY], wallClock: () => now });
    const { value } = (await mint(url, { session: { type: 'realtime' } })).body as { value: string };
    const running = dial(url, withKey(value));
    await running.next('session.created');
    now += 601_000;
    expect((await dial(url, withKey(value)).refused).status).toBe(401);
    now -= 1_000_000; // a clock that jumps back brings nothing back
    expect((await dial(url, withKey(value)).refused).status).toBe(401);
    running.send({ type: 'input_audio_buffer.clear' });
    await running.next('input_audio_buffer.cleared');
  });

  it('[AU22] expire when they were minted to, though the wall clock is set back an hour', async () => {
    let wall = Date.now();
    let monotonic = 0;
    const { url } = await start({ keys: [KEY], wallClock: () => wall, clock: () => monotonic });
    const { value } = (await mint(url, { session: { type: 'realtime' } })).body as { value: string };
    wall -= 3_600_000;
    monotonic += 599_000;
    await dial(url, withKey(value)).next('session.created');
    monotonic += 1000;
    expect((await dial(url, withKey(value)).refused).status).toBe(401);
    const later = (await mint(url, { session: { type: 'realtime' } })).body as { value: string; expires_at: number };
    expect(later.expires_at).toBe(Math.floor(wall / 1000) + 600);
    await dial(url, withKey(later.value)).next('session.created');
  });

  it('[AU22] open one session only where they are single use, whoever races for it', async () => {
    const { url } = await start({ keys: [KEY], clientSecrets: { singleUse: true } });
    const { value } = (await mint(url, { session: { type: 'realtime' } })).body as { value: string };
    const racing = Array.from({ length: 8 }, () => dial(url, withKey(value)));
    const results = await Promise.all(
      racing.map(({ next, refused }) =>
        Promise.race([next('session.created').then(() => 101), refused.then((r) => r.status)]),
      ),
    );
    expect(results.toSorted()).toEqual([101, ...Array.from({ length: 7 }, () => 401)]);
  });

  it('[AU24, SE33] fix what they say where they are locked', async () => {
    const { url } = await start({ keys: [KEY], clientSecrets: { locked: true } });
    const session = {
      type: 'realtime',
      model: 'mine',
      instructions: 'Be brief.',
      audio: { output: { voice: 'cedar' } },
    };
    const { value } = (await mint(url, { session })).body as { value: string };
    expect((await dial(url, withKey(value), '?model=other').refused).status).toBe(403);
    const { send, next } = dial(url, withKey(value), '?model=mine');
    expect((await next('session.created')).session).toMatchObject(session);
    send({ type: 'session.update', session: { type: 'realtime', audio: { output: { voice: 'marin' } } } });
    expect((await next('error')).error).toMatchObject({ code: 'session_locked', param: 'session.audio.output.voice' });
    send({ type: 'session.update', session: { type: 'realtime', output_modalities: ['text'] } });
    await next('session.updated');
  });

  it('[AU26, ER43] end their sessions when revoked', async () => {
    const { url, server } = await start({ keys: [KEY] });
    const { value } = (await mint(url, { session: { type: 'realtime' } })).body as { value: string };
    const { next, closed } = dial(url, withKey(value));
    await next('session.created');
    expect(await server.revokeClientSecret(value)).toBe(true);
    expect(await server.revokeClientSecret('ek_none')).toBe(false);
    expect((await closed)[0]).toBe(1008);
    expect((await dial(url, withKey(value)).refused).status).toBe(401);
  });

  it('open transcription sessions too', async () => {
    const { url } = await start();
    const { body } = await mint(url, { session: { type: 'transcription' } });
    const { value, session } = body as { value: string; session: object };
    expect(session).toMatchObject({ type: 'transcription', object: 'realtime.transcription_session' });
    const created = await dial(url, withKey(value), '').next('session.created');
    expect(created.session.type).toBe('transcription');
  });
});

it('[CO20] a page of this server mints with its user’s key and talks with what it got, over both addresses and TLS', async () => {
  const { url, port, tlsUrl = '', caFile = '' } = await start({ keys: [KEY], tls: true, dataDir: newFolder() });
  const ca = readFileSync(caFile);
  for (const origin of [url, `http://localhost:${port}`, tlsUrl]) {
    const socket = await new Promise<WebSocket>((resolve, reject) => {
      const headers = { origin, authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
      const asking = (origin.startsWith('https') ? secured : plain).request(
        `${origin}/v1/realtime/client_secrets`,
        { method: 'POST', headers, ca },
        (answer) => {
          let body = '';
          answer.on('data', (chunk) => (body += chunk));
          answer.on('end', () => {
            expect(answer.statusCode, body).toBe(200);
            const protocols = ['realtime', `openai-insecure-api-key.${JSON.parse(body).value}`];
            const address = `${origin.replace('http', 'ws')}/v1/realtime?model=gpt-realtime`;
            resolve(new WebSocket(address, protocols, { origin, ca }));
          });
        },
      );
      asking.on('error', reject);
      asking.end('{}');
    });
    stops.push(() => socket.terminate());
    const [first] = await once(socket, 'message');
    expect([socket.protocol, JSON.parse(String(first)).type]).toEqual(['realtime', 'session.created']);
  }
});
