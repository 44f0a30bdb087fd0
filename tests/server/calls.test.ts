// `POST /v1/realtime/calls` and the routes of a call, over a media plane in memory: the data channel without network and sound.

import type { ServerEvent } from '@colloquy/protocol';
import type { ServerOptions } from '@colloquy/server';
import { dial, KEY, mint, post, start, stopAll, withKey } from '@support/dial.ts';
import { OFFERS } from '@support/sdp-offers.mjs';
import OpenAI from 'openai';
import { afterEach, describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import type { MediaPlane } from '../../packages/server/src/calls/media-plane.ts';
import {
  type MemoryCall,
  type MemoryMediaPlane,
  memoryMediaPlane,
} from '../../packages/server/src/calls/memory-media-plane.ts';

afterEach(stopAll);

const OFFER = OFFERS.chromium;
const SDP = { 'content-type': 'application/sdp' };
const asKey = (key: string) => ({ authorization: `Bearer ${key}` });
const NOT_FOUND = {
  error: {
    message: 'No session found for the provided call_id',
    type: 'invalid_request_error',
    param: '',
    code: 'call_id_not_found',
  },
};

async function startCalls(options: ServerOptions = {}) {
  const plane = memoryMediaPlane();
  const server = await start({ keys: [KEY], mediaPlane: plane, ...options });
  const path = `${server.url}/v1/realtime/calls`;
  const call = (query = '', body = OFFER, headers: Record<string, string> = {}) =>
    post(`${path}${query}`, body, { ...SDP, ...asKey(KEY), ...headers });
  const form = (parts: FormData, key = KEY, query = '') =>
    fetch(`${path}${query}`, { method: 'POST', headers: asKey(key), body: parts });
  return { ...server, plane, path, call, form };
}

/** A form whose parts have no type, as a page or a backend makes it from two strings. */
function formOf(parts: Record<string, string | object>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(parts))
    form.append(name, typeof value === 'string' ? value : JSON.stringify(value));
  return form;
}

const problem = async (answer: Response) => {
  const { error } = (await answer.json()) as { error: { code: string; param: string | null } };
  return [answer.status, error.code, error.param];
};

const idIn = (answer: Response) => answer.headers.get('location')?.split('/').at(-1) ?? '';

/** The next call that the plane opened, with the session that the first event on its channel names [WR3]. */
async function nextCall({ calls }: MemoryMediaPlane) {
  for await (const call of calls) {
    for await (const frame of call.client.frames) {
      const event = JSON.parse(String(frame)) as ServerEvent;
      if (event.type !== 'session.created') throw new Error(`the first event is ${event.type}`);
      return { ...call, session: event.session };
    }
  }
  throw new Error('no call');
}

async function nextEvent<T extends ServerEvent['type']>({ client }: MemoryCall, type: T) {
  for await (const frame of client.frames) {
    const event = JSON.parse(String(frame)) as ServerEvent;
    if (event.type === type) return event as Extract<ServerEvent, { type: T }>;
  }
  throw new Error(`the call ended before ${type}`);
}

describe('a call', () => {
  it('[RT6, RT7, WR1, WR3] begins with a raw offer under a server key', async () => {
    const { call, plane } = await startCalls();
    const answer = await call('?model=mine');
    expect(answer.status).toBe(201);
    expect(answer.headers.get('content-type')).toBe('application/sdp');
    expect(answer.headers.get('location')).toMatch(/^\/v1\/realtime\/calls\/rtc_[\da-f]{32}$/);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const sdp = await answer.text();
    expect(sdp.split('\r\n').filter((line) => /^m=|^a=group|^a=rtpmap/.test(line))).toEqual([
      'a=group:BUNDLE 0 1',
      'm=audio 9 UDP/TLS/RTP/SAVPF 111',
      'a=rtpmap:111 opus/48000/2',
      'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
    ]);
    const { session, client } = await nextCall(plane);
    expect(session).toMatchObject({ type: 'realtime', model: 'mine' });
    client.send(JSON.stringify({ type: 'session.update', session: { type: 'realtime', instructions: 'Be brief.' } }));
    expect((await nextEvent({ client } as MemoryCall, 'session.updated')).session).toMatchObject({
      instructions: 'Be brief.',
    });
  });

  it('[RT6, AU24] begins with a raw offer under a client secret, and the session of the secret', async () => {
    const { url, call, plane } = await startCalls();
    const session = { type: 'realtime', model: 'mine', instructions: 'Speak of ships.' };
    const minted = (await mint(url, { session })).body as { value: string };
    expect((await call('', OFFER, asKey(minted.value))).status).toBe(201);
    expect((await nextCall(plane)).session).toMatchObject(session);
    expect((await call('?model=other', OFFER, asKey(minted.value))).status).toBe(201);
    expect((await nextCall(plane)).session).toMatchObject({ ...session, model: 'other' });
  });

  it('[RT6] begins with a form, its parts with and without a type and a file name', async () => {
    const { form, plane } = await startCalls();
    const session = { type: 'realtime', instructions: 'Speak of ships.', audio: { output: { voice: 'cedar' } } };
    const typed = new FormData();
    typed.append('sdp', new Blob([OFFER], { type: 'application/sdp' }), 'offer.sdp');
    typed.append('session', new Blob([JSON.stringify(session)], { type: 'application/json' }));
    for (const parts of [formOf({ sdp: OFFER, session }), typed]) {
      expect((await form(parts)).status).toBe(201);
      expect((await nextCall(plane)).session).toMatchObject(session);
    }
    expect((await form(formOf({ sdp: OFFER }), KEY, '?model=mine')).status).toBe(201);
    expect((await nextCall(plane)).session).toMatchObject({ model: 'mine' });
  });

  it('[RT6, RT7, RT10, RT11, RT19] is what openai-node expects, raw and as a form', async () => {
    const { url } = await startCalls({ models: ['gpt-realtime'] });
    const { calls } = new OpenAI({ apiKey: KEY, baseURL: `${url}/v1`, maxRetries: 0 }).realtime;
    const answer = await calls.create({ sdp: OFFER, session: { type: 'realtime', model: 'gpt-realtime' } });
    expect([answer.status, (await answer.text()).slice(0, 5)]).toEqual([201, 'v=0\r\n']);
    await expect(calls.create({ sdp: OFFER })).rejects.toMatchObject({ status: 400, code: 'missing_model' });
    const id = idIn(answer as unknown as Response);
    await expect(calls.accept(id, { type: 'realtime' })).rejects.toMatchObject({ status: 400, code: 'invalid_value' });
    await calls.hangup(id);
    await expect(calls.hangup(id)).rejects.toMatchObject({ status: 404, code: 'call_id_not_found' });
  });

  it('[BT15] is in the beta dialect on the path of the beta, if that is served', async () => {
    const open = async (beta: 'serve' | 'refuse') => {
      const { url, plane } = await startCalls({ beta });
      const answer = await post(`${url}/v1/realtime?model=mine`, OFFER, { ...SDP, ...asKey(KEY) });
      return { answer, plane };
    };
    const { answer, plane } = await open('serve');
    expect([answer.status, answer.headers.get('location')]).toEqual([
      201,
      expect.stringMatching(/^\/v1\/realtime\/calls\/rtc_/),
    ]);
    expect((await nextCall(plane)).session).toMatchObject({ model: 'mine', modalities: ['audio', 'text'] });
    expect(await problem((await open('refuse')).answer)).toEqual([400, 'beta_api_shape_disabled', null]);
  });

  it('[AU26] ends when its client secret is revoked, and when its client leaves', async () => {
    const { url, server, call, plane, path } = await startCalls();
    const minted = (await mint(url, {})).body as { value: string };
    const revoked = idIn(await call('?model=a', OFFER, asKey(minted.value)));
    const { client } = await nextCall(plane);
    await server.revokeClientSecret(minted.value);
    await client.closed;
    const left = idIn(await call('?model=a'));
    (await nextCall(plane)).client.drop();
    for (const id of [revoked, left])
      await expect.poll(async () => (await post(`${path}/${id}/refer`, {}, asKey(KEY))).status).toBe(404);
  });
});

describe('a call is refused', () => {
  it.each([
    ['empty', ''],
    ['no offer', 'hello'],
    ['JSON', JSON.stringify({ sdp: OFFER })],
    ['an offer without audio', OFFERS.chromium.replace('m=audio', 'm=video')],
  ])('[RT8] with a body that is %s', async (_, body) => {
    const { call } = await startCalls();
    expect(await problem(await call('?model=a', body))).toEqual([400, 'invalid_value', 'sdp']);
  });

  it.each<[string, FormData, [number, string, string | null]]>([
    ['[RT6] another part', formOf({ sdp: OFFER, voice: 'x' }), [400, 'unknown_parameter', null]],
    ['[RT6] no offer', formOf({ session: { type: 'realtime' } }), [400, 'missing_required_parameter', 'sdp']],
    ['[RT6] a session that is no JSON', formOf({ sdp: OFFER, session: '{' }), [400, 'invalid_json', 'session']],
    [
      '[RT3, RT6] a wrong session',
      formOf({ sdp: OFFER, session: { type: 'realtime', audio: 7 } }),
      [400, 'invalid_type', 'session.audio'],
    ],
    [
      '[RT8] a part that is no offer',
      formOf({ sdp: 'x', session: { type: 'realtime' } }),
      [400, 'invalid_value', 'sdp'],
    ],
  ])('%s', async (_, parts, expected) => {
    const { form } = await startCalls();
    expect(await problem(await form(parts))).toEqual(expected);
  });

  it('[RT6] with a part twice, and with a form that is none', async () => {
    const { form, call } = await startCalls();
    const doubled = formOf({ sdp: OFFER });
    doubled.append('sdp', OFFER);
    expect(await problem(await form(doubled))).toEqual([400, 'invalid_value', 'sdp']);
    for (const type of ['multipart/form-data', 'multipart/form-data; boundary=x'])
      expect(await problem(await call('', OFFER, { 'content-type': type }))).toEqual([400, 'invalid_value', null]);
  });

  it('[RT14, RT15] with another type, or too large', async () => {
    const { url, call } = await startCalls({ limits: { bodyBytes: 100_000 } });
    for (const type of ['text/plain', 'application/json', 'application/x-www-form-urlencoded'])
      expect(await problem(await call('?model=a', OFFER, { 'content-type': type }))).toEqual([
        415,
        'unsupported_media_type',
        null,
      ]);
    expect(await problem(await call('?model=a', 'x'.repeat(200_000)))).toEqual([413, 'limit_exceeded', null]);
    const minting = await post(`${url}/v1/realtime/client_secrets`, OFFER, { ...SDP, ...asKey(KEY) });
    expect(minting.status).toBe(415);
  });

  it('[AU5, AU24, SE33] for a model that is not allowed, none, two, or what a locked secret fixes', async () => {
    const { url, call, form } = await startCalls({ models: ['a', 'b'], clientSecrets: { locked: true } });
    expect(await problem(await call('?model=c'))).toEqual([403, 'invalid_model', 'model']);
    expect(await problem(await call())).toEqual([400, 'missing_model', 'model']);
    const other = formOf({ sdp: OFFER, session: { type: 'realtime', model: 'b' } });
    expect(await problem(await form(other, KEY, '?model=a'))).toEqual([400, 'invalid_value', 'model']);
    const session = { type: 'realtime', model: 'a', instructions: 'Speak of ships.' };
    const { value } = (await mint(url, { session })).body as { value: string };
    expect(await problem(await call('?model=b', OFFER, asKey(value)))).toEqual([403, 'session_locked', 'model']);
    const changed = formOf({ sdp: OFFER, session: { type: 'realtime', instructions: 'Speak of cars.' } });
    expect(await problem(await form(changed, value))).toEqual([403, 'session_locked', 'session.instructions']);
    const agreeing = formOf({ sdp: OFFER, session: { ...session, output_modalities: ['text'] } });
    expect((await form(agreeing, value)).status).toBe(201);
  });

  it('[RT16] from an origin that is not listed; a listed one may read where the call is', async () => {
    const { call } = await startCalls({ origins: ['https://app.example'] });
    expect((await call('?model=a', OFFER, { origin: 'https://evil.test' })).status).toBe(403);
    const listed = await call('?model=a', OFFER, { origin: 'https://app.example' });
    expect([listed.status, listed.headers.get('access-control-expose-headers')]).toEqual([201, 'location']);
  });

  it('[LM17] above the number of calls, until one has ended', async () => {
    const limits = { calls: 3, callsPerKey: 2 };
    const { call, path } = await startCalls({ keys: [KEY, 'sk-b', 'sk-c'], limits });
    const ids = [idIn(await call('?model=a')), idIn(await call('?model=a'))];
    const ofKey = await call('?model=a');
    expect([ofKey.headers.get('retry-after'), await problem(ofKey)]).toEqual(['1', [429, 'rate_limit_exceeded', null]]);
    expect((await call('?model=a', OFFER, asKey('sk-b'))).status).toBe(201);
    const full = await call('?model=a', OFFER, asKey('sk-c'));
    expect([full.headers.get('retry-after'), await problem(full)]).toEqual(['5', [503, 'overloaded', null]]);
    await post(`${path}/${ids[0]}/hangup`, '', asKey(KEY));
    await expect.poll(async () => (await call('?model=a')).status).toBe(201);
  });

  it('[LM12] while the server drains, which ends the others', async () => {
    const { server, call, plane } = await startCalls();
    await call('?model=a');
    const { client } = await nextCall(plane);
    await server.drain();
    expect(await client.closed).toMatchObject({ code: 1001 });
    expect(await problem(await call('?model=a'))).toEqual([503, 'draining', null]);
  });

  it.each<[string, MediaPlane]>([
    ['fails', { open: () => Promise.reject(new Error('no port')) }],
    ['does not answer in time', { open: () => new Promise(() => {}) }],
  ])('[RT13, AU22] with 500 if the media plane %s; a secret is not spent', async (_, mediaPlane) => {
    const options = { mediaPlane, limits: { callAnswerMs: 20 }, clientSecrets: { singleUse: true } };
    const { url, call } = await startCalls(options);
    const { value } = (await mint(url, {})).body as { value: string };
    for (let count = 0; count < 2; count += 1)
      expect(await problem(await call('?model=a', OFFER, asKey(value)))).toEqual([500, 'internal_error', null]);
  });
});

describe('a sideband', () => {
  const opened = (socket: WebSocket) => new Promise((resolve) => socket.on('open', resolve));

  it('[WR12, WR14] sends and receives events of the call, whose end closes it', async () => {
    const { url, call, plane, path } = await startCalls();
    const id = idIn(await call('?model=a'));
    const { client } = await nextCall(plane);
    const attach = () => dial(url, withKey(KEY), `?call_id=${id}`);
    const [first, second] = [attach(), attach()];
    await Promise.all([opened(first.socket), opened(second.socket)]);
    first.send({ type: 'session.update', session: { type: 'realtime', instructions: 'Be brief.' } });
    const updated = await nextEvent({ client } as MemoryCall, 'session.updated');
    expect(updated.session).toMatchObject({ instructions: 'Be brief.' });
    for (const { next } of [first, second]) expect(await next('session.updated')).toEqual(updated);
    first.socket.close();
    await first.closed;
    client.send(JSON.stringify({ type: 'input_audio_buffer.clear' }));
    await second.next('input_audio_buffer.cleared');
    await post(`${path}/${id}/hangup`, '', asKey(KEY));
    expect((await second.closed)[0]).toBe(1000);
    expect((await attach().refused).status).toBe(404);
  });

  it('[WR27, AU25, AU29] is for the key or the secret that opened the call, and their number is limited', async () => {
    const { url, call } = await startCalls({ keys: [KEY, 'sk-b'], limits: { sidebands: 2 } });
    const [own, other] = await Promise.all(
      [1, 2].map(async () => ((await mint(url, {})).body as { value: string }).value),
    );
    const id = idIn(await call('?model=a', OFFER, asKey(own as string)));
    const attach = (key = KEY) => dial(url, withKey(key), `?call_id=${id}`);
    expect((await attach('sk-b').refused).status).toBe(404);
    expect((await attach(other).refused).status).toBe(401);
    const sidebands = [attach(), attach(own)];
    await Promise.all(sidebands.map(({ socket }) => opened(socket)));
    expect((await attach().refused).status).toBe(429);
    sidebands[0]?.socket.close();
    await sidebands[0]?.closed;
    await expect
      .poll(() => {
        const { socket, refused } = attach();
        return Promise.race([opened(socket).then(() => 101), refused.then(({ status }) => status)]);
      })
      .toBe(101);
  });
});

describe('a relayed call', () => {
  const SPOKEN_TO: object = {
    session: { type: 'realtime', model: 'mine', audio: { input: { turn_detection: null } } },
  };

  /** A server that takes calls and has its sessions from another. */
  async function startRelay(options: ServerOptions = {}) {
    const far = await start();
    return startCalls({ upstream: { url: `${far.url.replace('http', 'ws')}/v1/realtime` }, ...options });
  }

  it('[RL16, RT9, WR3, WR4, WR5, WR6] is spoken to and answers with speech, by the upstream', async () => {
    const lines: [string, object][] = [];
    const onLine = (_: string, line: { from: string; event?: object }) =>
      void (line.event && lines.push([line.from, line.event]));
    const { form, plane } = await startRelay({ onLine: onLine as NonNullable<ServerOptions['onLine']> });
    const answer = await form(formOf({ sdp: OFFER, ...SPOKEN_TO }));
    expect(answer.status).toBe(201);
    const call = await nextCall(plane);
    expect(call.session).toMatchObject({ model: 'mine', audio: { input: { turn_detection: null } } });
    for (let count = 0; count < 25; count += 1) call.audio.input.push(new Uint8Array(1920));
    await expect.poll(() => lines.filter(([from]) => from === 'client').length).toBe(25);
    for (const type of ['input_audio_buffer.commit', 'response.create']) call.client.send(JSON.stringify({ type }));
    const types: string[] = [];
    for await (const frame of call.client.frames) {
      const event = JSON.parse(String(frame)) as ServerEvent;
      types.push(event.type);
      if (event.type === 'response.output_audio_transcript.done')
        expect(event.transcript).toBe('You said 1000 ms of audio');
      if (event.type === 'output_audio_buffer.stopped') break;
    }
    expect(types).not.toContain('response.output_audio.delta');
    const places = ['response.content_part.added', 'output_audio_buffer.started', 'response.done'].map((type) =>
      types.indexOf(type),
    );
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places).not.toContain(-1);
    const recorded = lines.filter(([, event]) => 'type' in event && event.type === 'response.output_audio.delta');
    expect(recorded.length, 'pieces of audio that a recording has').toBeGreaterThan(0);
  });

  it('[RL16, WR12] takes sidebands, and ends with its upstream', async () => {
    const { url, form, plane } = await startRelay();
    const id = idIn(await form(formOf({ sdp: OFFER, ...SPOKEN_TO })));
    const { client } = await nextCall(plane);
    const sideband = dial(url, withKey(KEY), `?call_id=${id}`);
    await new Promise((resolve) => sideband.socket.on('open', resolve));
    sideband.send({ type: 'session.update', session: { type: 'realtime', instructions: 'Be brief.' } });
    const updated = await nextEvent({ client } as MemoryCall, 'session.updated');
    expect(updated.session).toMatchObject({ instructions: 'Be brief.' });
    expect(await sideband.next('session.updated')).toEqual(updated);
    client.close(1000, '');
    expect((await sideband.closed)[0]).toBe(1000);
  });

  it('[RL2, RL16, AU22] is refused with 502 when the upstream cannot be reached; a secret is not spent', async () => {
    const options = { upstream: { url: 'ws://127.0.0.1:1/v1/realtime' }, clientSecrets: { singleUse: true } };
    const { url, call } = await startCalls(options);
    const { value } = (await mint(url, {})).body as { value: string };
    for (let count = 0; count < 2; count += 1)
      expect(await problem(await call('?model=a', OFFER, asKey(value)))).toEqual([502, 'upstream_error', null]);
  });
});

describe('the routes of a call', () => {
  it('[RT10] hang up once, under the key or the secret that opened it', async () => {
    const { url, call, plane, path } = await startCalls({ keys: [KEY, 'sk-b'] });
    const own = ((await mint(url, {})).body as { value: string }).value;
    const other = ((await mint(url, {})).body as { value: string }).value;
    const hangUp = (id: string, key: string) => post(`${path}/${id}/hangup`, '', asKey(key));
    const byKey = idIn(await call('?model=a'));
    expect(await (await hangUp(byKey, 'sk-b')).json()).toEqual(NOT_FOUND);
    expect((await hangUp(byKey, own)).status).toBe(401);
    const ended = await hangUp(byKey, KEY);
    expect([ended.status, await ended.text()]).toEqual([200, '']);
    expect(await (await nextCall(plane)).client.closed).toMatchObject({ code: 1000 });
    expect(await (await hangUp(byKey, KEY)).json()).toEqual(NOT_FOUND);
    const bySecret = idIn(await call('?model=a', OFFER, asKey(own)));
    expect((await hangUp(bySecret, other)).status).toBe(401);
    expect((await hangUp(bySecret, own)).status).toBe(200);
    expect((await hangUp('rtc_unknown', KEY)).status).toBe(404);
  });

  it.each(['accept', 'reject', 'refer'])('[RT11] %s is for SIP calls', async (action) => {
    const { call, path } = await startCalls();
    const id = idIn(await call('?model=a'));
    const act = (each: string) => post(`${path}/${each}/${action}`, {}, asKey(KEY));
    expect(await problem(await act(id))).toEqual([400, 'invalid_value', null]);
    expect(await (await act('rtc_unknown')).json()).toEqual(NOT_FOUND);
  });

  it('[RT9] stay unavailable for translations', async () => {
    const { url } = await startCalls();
    const answer = await post(`${url}/v1/realtime/translations/calls`, OFFER, { ...SDP, ...withKey(KEY).headers });
    expect(answer.status).toBe(501);
  });
});
