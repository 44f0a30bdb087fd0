// Watching live sessions over real sockets: what observers are shown, who may be one, and that no session notices.

import { readRecordingLine, restore } from '@colloquy/session';
import { dial, KEY, mint, pcm, post, say, start, stopAll, stops, TEXT, withKey } from '@support/dial.ts';
import { fakeUpstream, nextOf } from '@support/fake-upstream.ts';
import { sinceNow } from '@support/lifetime.ts';
import { waitUntil } from '@support/wait-until.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { AsyncQueue } from '../../packages/server/src/async-queue.ts';

afterEach(stopAll);

interface Shown {
  at?: number;
  from?: string;
  event?: { type: string };
  [field: string]: unknown;
}

/** An observer: the lines it is shown, as text and as values, and how it ends. */
function watch(url: string, id: string | undefined, options: object = {}, query = '', protocols: string[] = []) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/api/sessions/${id}/watch${query}`, protocols, options);
  const lines: string[] = [];
  const output = new AsyncQueue<Shown>();
  socket.on('message', (data, isBinary) => {
    if (isBinary) throw new Error('lines are text');
    lines.push(String(data));
    output.push(JSON.parse(String(data)));
  });
  socket.on('error', () => {});
  const closed = new Promise<[number, string]>((resolve) => {
    socket.on('close', (code, reason) => {
      output.end();
      resolve([code, String(reason)]);
    });
  });
  const refused = new Promise<[number, string]>((resolve) => {
    socket.on('unexpected-response', (request, response) => {
      let body = '';
      response.on('data', (chunk) => (body += chunk));
      response.on('end', () => {
        request.destroy();
        resolve([response.statusCode ?? 0, JSON.parse(body).error.code]);
      });
    });
  });
  stops.push(() => socket.terminate());
  /** Waits for a line of this event. */
  async function next(type: string): Promise<Shown> {
    for await (const line of output) if (line.event?.type === type) return line;
    throw new Error(`the observer was closed before ${type}`);
  }
  return { socket, lines, shown: output, next, closed, refused };
}

/** A session that is open. */
async function open(url: string, options: object = {}, query?: string) {
  const client = dial(url, options, query);
  const { session } = await client.next('session.created');
  return { ...client, id: session.id as string };
}

const kindsOf = (lines: readonly string[]) => lines.map((line, at) => readRecordingLine(line, at + 1).kind);
const framesOf = (lines: readonly string[]) =>
  lines.map((line) => JSON.parse(line)).flatMap(({ from, event }) => (from === 'server' ? [event] : []));

describe('what is shown', () => {
  it('[CO5, CO11] the header, the state, then everything that happens, to the end of the session', async () => {
    const { url } = await start();
    const { id, socket, send, next, closed } = await open(url);
    const frames: unknown[] = [];
    socket.on('message', (data) => frames.push(JSON.parse(String(data))));
    const early = watch(url, id);
    expect(await nextOf(early.shown)).toMatchObject({
      recording: 1,
      session: id,
      engine: 'parrot',
      hidden: ['key', 'media'],
    });
    expect(await nextOf(early.shown)).toMatchObject({ from: 'snapshot', format: 1, state: { id } });
    send(say('hello'), TEXT);
    await next('response.done');
    const late = watch(url, id);
    await nextOf(late.shown);
    expect(await nextOf(late.shown)).toMatchObject({ from: 'snapshot', state: { items: { count: 2 } } });
    send({ type: 'input_audio_buffer.append', audio: pcm(200) }, { type: 'input_audio_buffer.commit' }, TEXT);
    await next('response.done');
    socket.send('{not json');
    await next('error');
    socket.close(1000);
    await closed;
    expect(await early.closed).toEqual([1000, 'The session has ended.']);
    expect(await late.closed).toEqual([1000, 'The session has ended.']);
    for (const { lines } of [early, late])
      expect(new Set(kindsOf(lines.slice(2)))).toEqual(new Set(['input', 'frame']));
    expect(framesOf(early.lines)).toEqual(frames);
    expect(framesOf(late.lines)).toEqual(frames.slice(-framesOf(late.lines).length));
    expect(await restore(early.lines)).toEqual(await restore(late.lines));
    expect(await restore(late.lines)).toMatchObject({ phase: 'closed', items: { count: 4 } });
  });

  it('[CO5, CO8] misses nothing of what happens while the state is being written', async () => {
    const { url } = await start({ limits: { eventsPerSecond: 1e6, eventsBurst: 1e6, stopBytes: 1e9 } });
    const { id, socket, send, next, closed } = await open(url);
    const fill = (count: number) => {
      for (let i = 0; i < count; i += 1) send(say(`something to remember, number ${i}`));
    };
    fill(3000);
    send({ type: 'input_audio_buffer.clear' });
    await next('input_audio_buffer.cleared');
    const observer = watch(url, id);
    await new Promise((resolve) => observer.socket.once('open', resolve));
    fill(300);
    send({ type: 'input_audio_buffer.clear' });
    await next('input_audio_buffer.cleared');
    const second = watch(url, id);
    await nextOf(second.shown);
    socket.close(1000);
    await Promise.all([closed, observer.closed, second.closed]);
    const [one, other] = [await restore(observer.lines), await restore(second.lines)];
    expect(one?.items.count).toBe(3300);
    expect(one).toEqual(other);
  });

  it('[CO5] no state that is longer than a line can be, and yet everything from then on', async () => {
    const { url } = await start({ limits: { snapshotLength: 20_000 } });
    const { id, socket, send, next } = await open(url);
    send(say('x'.repeat(30_000)));
    await next('conversation.item.done');
    const observer = watch(url, id);
    await nextOf(observer.shown);
    send(say('more'));
    await next('conversation.item.done');
    socket.close(1000);
    await observer.closed;
    expect(kindsOf(observer.lines).slice(0, 2)).toEqual(['header', 'input']);
    expect(observer.lines.join('\n')).toContain('more');
  });

  it('[CO6, RD12] words but no audio, unless it is asked otherwise; and at no level a key', async () => {
    const { url } = await start({ watch: 'audio' });
    const { id, socket, send, next } = await open(url);
    const observers = ['', '?level=media', '?level=content', '?level=key'].map((query) => watch(url, id, {}, query));
    for (const { shown: output } of observers) await nextOf(output);
    const [AUDIO, IMAGE] = [Buffer.from('CANARY SOUND'.repeat(1000)).toString('base64'), 'data:image/png;base64,QUJD'];
    const parts = [
      { type: 'input_text', text: 'CANARY WORDS' },
      { type: 'input_image', image_url: IMAGE },
    ];
    const tool = { type: 'mcp', server_label: 'x', server_url: 'https://x.example', authorization: 'CANARY KEY' };
    send({ type: 'session.update', session: { type: 'realtime', tools: [tool] } });
    send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content: parts } });
    send({ type: 'sk-CANARY-TYPE', event_id: 'sk-CANARY-ID' });
    send({ type: 'conversation.item.retrieve', item_id: 'sk-CANARY-ID', event_id: 'ek_CANARY_ID' });
    send({ type: 'input_audio_buffer.append', audio: AUDIO });
    send({ type: 'input_audio_buffer.clear' });
    await next('input_audio_buffer.cleared');
    socket.close(1000);
    await Promise.all(observers.map(({ closed }) => closed));
    const [byDefault = '', media = '', content = '', key = ''] = observers.map(({ lines }) => lines.join('\n'));
    const holds = (text: string) => [AUDIO, IMAGE, 'CANARY WORDS', 'CANARY KEY'].map((each) => text.includes(each));
    expect(holds(byDefault)).toEqual([false, false, true, false]);
    expect(holds(media)).toEqual([false, false, true, false]);
    expect(holds(content)).toEqual([false, false, false, false]);
    expect(holds(key)).toEqual([true, true, true, false]);
    expect(key).toMatch(/"from":"wire".*"event_id":"\[REDACTED\]"/);
    expect([media, content, key].filter((text) => /CANARY.(?:ID|TYPE)/.test(text))).toEqual([]);
    expect(JSON.parse(content.split('\n')[0] ?? '')).toMatchObject({ hidden: ['key', 'media', 'words'] });
  });

  it('[CO12] a relayed session: what both sides say', async () => {
    const fake = await fakeUpstream();
    const { url } = await start({ upstream: { url: fake.url } });
    const { send, next, socket } = dial(url);
    await next('session.created');
    const { sessions } = (await (await fetch(`${url}/api/sessions`)).json()) as { sessions: { id: string }[] };
    const observer = watch(url, sessions[0]?.id);
    expect(await nextOf(observer.shown)).toMatchObject({ session: sessions[0]?.id, seed: null, options: null });
    send(TEXT);
    await observer.next('response.create');
    const upstream = await nextOf(fake.connections);
    upstream.say({ type: 'response.created', event_id: 'event_2', response: { object: 'realtime.response', id: 'r' } });
    await observer.next('response.created');
    socket.close(1000);
    expect((await observer.closed)[0]).toBe(1000);
    expect(kindsOf(observer.lines)).toEqual(['header', 'input', 'frame']);
  });

  it('[CO12] a translation', async () => {
    const { url } = await start();
    const { send, next, socket } = dial(url, {}, '?model=gpt-realtime-translate', '/v1/realtime/translations');
    const { session } = await next('session.created');
    const observer = watch(url, session.id as string);
    expect(await nextOf(observer.shown)).toMatchObject({ session: session.id, seed: null });
    send({ type: 'session.input_audio_buffer.append', audio: pcm(200) });
    expect(await observer.next('session.input_audio_buffer.append')).toMatchObject({
      ...{ from: 'client', audio_bytes: [9600], event: { audio: '[REDACTED]' } },
    });
    expect(await observer.next('session.output_audio.delta')).toMatchObject({ event: { delta: '[REDACTED]' } });
    socket.send('{not json');
    send({ type: 'session.close' });
    await observer.next('session.closed');
    expect((await observer.closed)[0]).toBe(1000);
    expect(observer.lines.some((line) => line.includes('"from":"wire"'))).toBe(true);
  });
});

describe('who may watch', () => {
  it.each([
    ['a session that is not there', 'sess_gone', '', 404, 'not_found'],
    ['an id that is none', '..%2f', '', 400, 'invalid_value'],
    ['an empty id', '', '', 404, 'not_found'],
    ['a level that is none', undefined, '?level=all', 400, 'invalid_value'],
    ['two levels', undefined, '?level=media&level=key', 400, 'invalid_value'],
    ['audio, by default', undefined, '?level=key', 400, 'invalid_value'],
    ['a key in the query', undefined, '?token=x', 400, 'invalid_value'],
  ])('[CO6, CO7] refuses %s before the upgrade', async (_, name, query, status, code) => {
    const { url } = await start();
    const { id } = await open(url);
    expect(await watch(url, name ?? id, {}, query).refused).toEqual([status, code]);
  });

  it('[CO7] refuses everybody where the operator says so, and says so in the status', async () => {
    const { url } = await start({ watch: 'off' });
    const { id } = await open(url);
    expect(await watch(url, id).refused).toEqual([404, 'not_found']);
    expect(await (await fetch(`${url}/api/status`)).json()).toMatchObject({ watch: { level: null } });
  });

  it('[CO8] refuses more than there is room for, until one leaves', async () => {
    const { url } = await start({ limits: { observers: 1 } });
    const { id } = await open(url);
    const first = watch(url, id);
    await nextOf(first.shown);
    expect(await watch(url, id).refused).toEqual([503, 'overloaded']);
    first.socket.close();
    await first.closed;
    const tried = () => {
      const { shown: output, refused } = watch(url, id);
      return Promise.race([nextOf(output).then(() => 'shown'), refused.then(() => 'refused')]);
    };
    await expect.poll(tried).toBe('shown');
  });

  it('[CO1, CO9] asks for a key, a watch token in its place where no header can be sent, and nothing else', async () => {
    const isFresh = sinceNow();
    const { url } = await start({ keys: [KEY], origins: ['https://app.example'] });
    const { id } = await open(url, withKey(KEY));
    const { value: secret } = (await mint(url, {})).body as { value: string };
    const answer = await post(`${url}/api/watch_tokens`, '', { authorization: `Bearer ${KEY}`, origin: url });
    const { value: token, expires_at } = (await answer.json()) as { value: string; expires_at: number };
    isFresh(expires_at, 60);
    const page = { origin: url };
    const output = (credential: string) => ['realtime', `openai-insecure-api-key.${credential}`];

    const browser = watch(url, id, page, '', output(token));
    await nextOf(browser.shown);
    expect(browser.socket.protocol).toBe('realtime');
    await nextOf(watch(url, id, withKey(KEY)).shown);
    await nextOf(watch(url, id, withKey(token)).shown);
    expect(await watch(url, id).refused).toEqual([401, 'invalid_api_key']);
    expect(await watch(url, id, page, '', ['realtime']).refused).toEqual([401, 'invalid_api_key']);
    expect(await watch(url, id, page, '', output(KEY)).refused).toEqual([401, 'invalid_api_key']);
    expect(await watch(url, id, page, '', output(secret)).refused).toEqual([401, 'invalid_api_key']);
    expect(await watch(url, id, page, '', output(`${token}x`)).refused).toEqual([401, 'invalid_api_key']);
    for (const origin of ['https://app.example', 'https://evil.test'])
      expect(await watch(url, id, { origin }, '', output(token)).refused).toEqual([403, 'forbidden_origin']);
  });

  it('[CO9] a watch token opens no session, mints nothing, and ends after a minute', async () => {
    let now = 0;
    const { url } = await start({ keys: [KEY], clock: () => now, limits: { pingMs: 0 } });
    const ask = (headers: Record<string, string>) => post(`${url}/api/watch_tokens`, '', headers);
    const { value } = (await (await ask({ 'api-key': KEY })).json()) as { value: string };
    const bearer = { authorization: `Bearer ${value}` };
    const look = async () => (await fetch(`${url}/api/sessions`, { headers: bearer })).status;
    expect(await look()).toBe(200);
    expect((await ask(bearer)).status).toBe(401);
    expect((await post(`${url}/v1/realtime/client_secrets`, {}, bearer)).status).toBe(401);
    expect((await fetch(`${url}/v1/models`, { headers: bearer })).status).toBe(401);
    expect(await dial(url, { headers: bearer }).refused).toMatchObject({ status: 401 });
    now += 60_001;
    expect(await look()).toBe(401);
    expect((await ask({})).status).toBe(401);
    expect((await ask({ 'api-key': KEY, origin: 'https://evil.test' })).status).toBe(403);
  });

  it('[CO9, RT13] answers 404 at the former path of watch tokens', async () => {
    const { url } = await start({ keys: [KEY] });
    const answer = await post(`${url}/api/look_tokens`, '', { 'api-key': KEY });
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ error: { code: 'not_found' } });
  });

  it('[AU11, CO9] without keys any token will do, as any key does, and none', async () => {
    const { url } = await start();
    const { id } = await open(url);
    for (const token of ['ek_watch_stale', 'sk-any'])
      await nextOf(watch(url, id, { origin: url }, '', ['realtime', `openai-insecure-api-key.${token}`]).shown);
    expect((await post(`${url}/api/watch_tokens`, '')).status).toBe(200);
  });

  it('[RT14] a plain request is told to upgrade', async () => {
    const { url } = await start();
    const { id } = await open(url);
    const answer = await fetch(`${url}/api/sessions/${id}/watch`);
    expect([answer.status, answer.headers.get('upgrade')]).toEqual([426, 'websocket']);
  });
});

describe('the session that is watched', () => {
  it.each(['{"type":"response.create"}', Buffer.from([1]), ''])(
    '[CO10] does not notice an observer that speaks, and that is closed 1008',
    async (text) => {
      const { url } = await start();
      const { id, send, next } = await open(url);
      const observer = watch(url, id);
      await nextOf(observer.shown);
      observer.socket.send(text);
      expect(await observer.closed).toEqual([1008, 'An observer has nothing to say.']);
      send(say('hello'));
      expect((await next('conversation.item.done')).type).toBe('conversation.item.done');
      expect(await restore(observer.lines)).toMatchObject({ responses: [] });
    },
  );

  it('[CO8] waits for no observer: one that takes nothing is closed 1013, the others are shown everything', async () => {
    const { url } = await start({ watch: 'audio', limits: { watchBytes: 500_000, appendsPerSecond: 1e6 } });
    const { id, socket, send, next, closed } = await open(url);
    const [stuck, other] = [watch(url, id, {}, '?level=key'), watch(url, id, {}, '?level=key')];
    await Promise.all([nextOf(stuck.shown), nextOf(other.shown)]);
    stuck.socket.pause();
    for (let i = 0; i < 200; i += 1) {
      send({ type: 'input_audio_buffer.append', audio: pcm(1000) });
      await other.next('input_audio_buffer.append');
    }
    send({ type: 'input_audio_buffer.clear' });
    await next('input_audio_buffer.cleared');
    socket.close(1000);
    await closed;
    stuck.socket.resume();
    expect(await stuck.closed).toEqual([1013, 'The observer does not take what it is shown.']);
    expect((await other.closed)[0]).toBe(1000);
    expect(other.lines.filter((line) => line.includes('"type":"input_audio_buffer.append"'))).toHaveLength(200);
  });

  it('[CO8] one that stands still is closed 1013 although little is left unsent', async () => {
    const limits = { stallMs: 300, watchBytes: 1e9, appendsPerSecond: 1e6 };
    // Without a detector, which would look at all of it before it is sent on.
    const { url, logged } = await start({ watch: 'audio', limits, detector: false });
    const { id, send } = await open(url);
    const stuck = watch(url, id, {}, '?level=key');
    await nextOf(stuck.shown);
    stuck.socket.pause();
    // More than the kernel takes for a reader, less than an observer may leave here.
    for (let i = 0; i < 250; i += 1) send({ type: 'input_audio_buffer.append', audio: pcm(1000) });
    await waitUntil('the observer that stands still to be closed', () =>
      logged.join('').includes('an observer is shown nothing more'),
    );
    stuck.socket.resume();
    expect((await stuck.closed)[0]).toBe(1013);
  });

  it('[CO11] keeps no server from closing, whatever its observers do', async () => {
    const { url, server } = await start();
    const { id } = await open(url);
    const [observer, stuck] = [watch(url, id), watch(url, id)];
    await Promise.all([nextOf(observer.shown), nextOf(stuck.shown)]);
    stuck.socket.pause();
    await server.close({ graceMs: 0 });
    expect(await observer.closed).toEqual([1000, 'The session has ended.']);
    await expect(fetch(url)).rejects.toThrow();
  });
});
