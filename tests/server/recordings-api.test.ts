// Recordings over HTTP: listed, read, passed on without secrets, and removed; and every way to ask for something else.

import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { type RecordingList, readRecordingLine, replay, type SessionList } from '@colloquy/session';
import { ask as askRaw } from '@support/ask.ts';
import { dial, KEY, newFolder, pcm, say, start, stopAll, TEXT, withKey } from '@support/dial.ts';
import { sinceNow } from '@support/lifetime.ts';
import { recordedFiles } from '@support/recorded-files.ts';
import { afterEach, describe, expect, it } from 'vitest';

afterEach(stopAll);

const bearer = { authorization: `Bearer ${KEY}` };

/** A server that records, and the folder it records into. */
async function recording(options: object = {}, more: object = {}) {
  const folder = newFolder();
  return { folder, ...(await start({ recordings: { folder, ...more }, ...options })) };
}

async function list(url: string, query = '', headers = {}): Promise<RecordingList> {
  const answer = await fetch(`${url}/api/recordings${query}`, { headers });
  expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store']);
  return (await answer.json()) as RecordingList;
}

/** A session from its beginning to its end; resolves when its recording is whole. */
async function live(url: string, options = {}): Promise<string> {
  const { socket, send, next, closed } = dial(url, options);
  const { session } = await next('session.created');
  send(say('CANARY WORDS'), { type: 'input_audio_buffer.append', audio: pcm(200) }, TEXT);
  await next('response.done');
  socket.close(1000);
  await closed;
  const running = async () => (await list(url, '', options && bearer)).recordings.some((each) => each.running);
  await expect.poll(running).toBe(false);
  return session.id as string;
}

const HEADER = {
  ...{ recording: 1, session: 'sess_x', started_at: 1_767_225_600_000, hidden: ['key'] },
  ...{ seed: null, options: null, engine: 'relay' },
};

/** Puts a file of a name of ours into a folder. */
function put(folder: string, name: string, ...lines: unknown[]): string {
  const text = lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('');
  writeFileSync(join(folder, `${name}.jsonl`), text);
  return text;
}

describe('GET /api/recordings', () => {
  it('[CO4, CO13] lists what was recorded, and what is being recorded', async () => {
    const isFresh = sinceNow();
    const { url, folder } = await recording();
    const first = await live(url);
    const { next } = dial(url);
    const { session } = await next('session.created');
    const { sessions } = (await (await fetch(`${url}/api/sessions`)).json()) as { sessions: { recording: string }[] };
    const { recordings, next: more } = await list(url);
    expect(more).toBeNull();
    const common = { type: 'realtime', model: 'gpt-realtime', engine: 'parrot', hidden: ['key', 'media'] };
    const byName = new Map(recordings.map((each) => [each.name, each]));
    const done = recordings.find((each) => !each.running);
    expect(done).toMatchObject({ ...common, session: first });
    expect(done?.bytes).toBe(readFileSync(join(folder, `${done?.name}.jsonl`)).length);
    isFresh(done?.started_at ?? 0);
    await expect
      .poll(async () => (await list(url)).recordings.find((each) => each.running))
      .toMatchObject({ ...common, session: session.id, name: sessions[0]?.recording });
    expect(byName.has(sessions[0]?.recording ?? '')).toBe(true);
  });

  it('[CO13] in pages, the newest first', async () => {
    const { url, folder } = await recording();
    const names = Array.from({ length: 7 }, (_, day) => `2026010${day + 1}T000000Z-sess_${day}`);
    for (const name of names) put(folder, name, HEADER);
    const seen: string[] = [];
    for (let before: string | null = ''; before !== null; ) {
      const { recordings, next }: RecordingList = await list(url, `?limit=3${before && `&before=${before}`}`);
      expect(recordings.length).toBeLessThanOrEqual(3);
      seen.push(...recordings.map(({ name }) => name));
      before = next;
    }
    expect(seen).toEqual(names.reverse());
  });

  it('[CO13, CO14] says what a header says, of broken ones nothing, and lists no file of others', async () => {
    const { url, folder } = await recording();
    put(folder, '20260101T000000Z-sess_relayed', HEADER);
    put(folder, '20260102T000000Z-sess_broken', '{"recording":1', '{}');
    put(folder, '20260103T000000Z-sess_empty');
    put(folder, '20260104T000000Z-sess_long', `{"recording":1,"x":"${'x'.repeat(2_000_000)}"}`);
    put(folder, 'notes', 'CANARY');
    writeFileSync(join(folder, 'key.pem'), 'CANARY');
    mkdirSync(join(folder, '20260105T000000Z-sess_folder.jsonl'));
    symlinkSync('/etc/passwd', join(folder, '20260106T000000Z-sess_link.jsonl'));
    const nothing = {
      session: null,
      type: null,
      model: null,
      engine: null,
      started_at: null,
      hidden: [],
      summary: null,
    };
    expect((await list(url)).recordings).toEqual([
      { name: '20260104T000000Z-sess_long', ...nothing, bytes: expect.any(Number), running: false },
      { name: '20260103T000000Z-sess_empty', ...nothing, bytes: 0, running: false },
      { name: '20260102T000000Z-sess_broken', ...nothing, bytes: expect.any(Number), running: false },
      {
        ...{ name: '20260101T000000Z-sess_relayed', session: 'sess_x', type: null, model: null, engine: 'relay' },
        ...{ started_at: 1_767_225_600, bytes: expect.any(Number), hidden: ['key'], running: false, summary: null },
      },
    ]);
  });

  it.each(['0', '201', '-1', '1e2', 'x', ''])('[CO13] refuses a limit of %j', async (limit) => {
    const { url } = await recording();
    const answer = await fetch(`${url}/api/recordings?limit=${limit}`);
    expect([answer.status, await answer.json()]).toMatchObject([400, { error: { param: 'limit' } }]);
  });

  it('[CO13] refuses where nothing is recorded, and lists nothing where the folder is gone', async () => {
    const { url } = await start();
    expect((await fetch(`${url}/api/recordings`)).status).toBe(404);
    expect((await fetch(`${url}/api/recordings/x`)).status).toBe(404);
  });
});

it('[CO4] a session whose recording cannot be written names none', async () => {
  const { url, folder } = await recording();
  rmSync(folder, { recursive: true });
  await dial(url).next('session.created');
  const named = async () => {
    const { sessions } = (await (await fetch(`${url}/api/sessions`)).json()) as SessionList;
    return sessions.map((session) => session.recording);
  };
  await expect.poll(named).toEqual([null]);
  expect((await list(url)).recordings).toEqual([]);
});

describe('GET /api/recordings/<name>', () => {
  it('[CO15] gives a recording as it is stored', async () => {
    const { url, folder } = await recording();
    await live(url);
    const [{ name = '' } = {}] = (await list(url)).recordings;
    const answer = await fetch(`${url}/api/recordings/${name}`);
    const stored = readFileSync(join(folder, `${name}.jsonl`), 'utf8');
    expect(answer.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8');
    expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="${name}.jsonl"`);
    expect(answer.headers.get('content-length')).toBe(String(stored.length));
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    const text = await answer.text();
    expect(text).toBe(stored);
    expect(await replay(text.trimEnd().split('\n'))).toMatchObject({ ok: true });
  });

  it('[CO15] gives what there is so far of one that is being written', async () => {
    const { url } = await recording();
    const { next } = dial(url);
    await next('session.created');
    const read = async () => {
      const [{ name = '', running } = {}] = (await list(url)).recordings;
      return [running, (await (await fetch(`${url}/api/recordings/${name}`)).text()).split('\n').length > 2];
    };
    await expect.poll(read).toEqual([true, true]);
  });

  it.each([
    ['content', [false, false, false]],
    ['media', [true, false, false]],
    ['key', [true, true, false]],
  ] as const)('[CO16] at the level %s without what is secret, and still a recording', async (level, holds) => {
    const { url, folder } = await recording({}, { audio: true });
    const name = '20260101T000000Z-sess_x';
    const tools = [{ type: 'mcp', server_label: 'x', server_url: 'https://x.example', authorization: 'CANARY KEY' }];
    const AUDIO = 'Q0FOQVJZ'.repeat(100);
    put(
      ...([folder, name, HEADER] as const),
      { at: 1, from: 'client', event: { type: 'session.update', session: { type: 'realtime', tools } } },
      { at: 2, from: 'client', event: { type: 'input_audio_buffer.append', audio: AUDIO }, audio_bytes: [600] },
      { at: 3, from: 'server', event: { type: 'response.output_text.delta', event_id: 'e', delta: 'CANARY WORDS' } },
      '',
      'CANARY no line at all',
      { CANARY: 'a foreign line' },
      { at: 4, from: 'server', event: { type: 'response.output_text.delta', event_id: 'e', delta: 'the rest' } },
      '{"at":5,"from":"server","event":{"type":"CANARY',
    );
    const answer = await fetch(`${url}/api/recordings/${name}?level=${level}`);
    expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="${name}.${level}.jsonl"`);
    const text = await answer.text();
    expect(['CANARY WORDS', AUDIO, 'CANARY KEY'].map((each) => text.includes(each))).toEqual(holds);
    expect(text).not.toMatch(/no line at all|foreign|"type":"CANARY/);
    const kinds = text
      .trimEnd()
      .split('\n')
      .map((line, at) => readRecordingLine(line, at + 1).kind);
    expect(kinds).toEqual(['header', 'input', 'input', 'frame', 'damaged', 'damaged', 'frame', 'damaged']);
    expect(JSON.parse(text.split('\n', 1)[0] ?? '').hidden).toContain('key');
  });

  it.each(['all', '', 'MEDIA'])('[CO16] refuses the level %j', async (level) => {
    const { url, folder } = await recording();
    put(folder, '20260101T000000Z-sess_x', HEADER);
    const answer = await fetch(`${url}/api/recordings/20260101T000000Z-sess_x?level=${level}`);
    expect([answer.status, await answer.json()]).toMatchObject([400, { error: { param: 'level' } }]);
  });

  it('[CO16] takes no more memory for a long one, lets sessions go on, and hangs up on who takes nothing', async () => {
    const { url, port, folder } = await recording({ limits: { stallMs: 400, downloads: 1 } });
    const name = '20260101T000000Z-sess_x';
    const line = { at: 1, from: 'client', event: { type: 'input_audio_buffer.append', audio: 'A'.repeat(60_000) } };
    const file = openSync(join(folder, `${name}.jsonl`), 'w');
    writeSync(file, `${JSON.stringify({ ...HEADER, hidden: ['key'] })}\n`);
    for (let i = 0; i < 2000; i += 1) writeSync(file, `${JSON.stringify(line)}\n`);
    closeSync(file);

    const path = `/api/recordings/${name}?level=key`;
    const reader = connect(port, '127.0.0.1');
    reader.on('error', () => {});
    reader.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    await once(reader, 'data');
    reader.pause();
    expect((await fetch(url + path)).status).toBe(503);
    const before = process.memoryUsage.rss();
    const { next, send } = dial(url);
    await next('session.created');
    send(say('hello'), TEXT);
    await next('response.done');
    await expect.poll(async () => (await fetch(url + path, { method: 'GET' })).status).toBe(200);
    reader.destroy();
    expect(process.memoryUsage.rss() - before).toBeLessThan(100 * 1024 * 1024);
  });
});

describe('names', () => {
  const NAMES = [
    ...['..', '.', '../secret', '..%2fsecret', '%2e%2e%2fsecret', '..%5csecret', '....//secret', '%00', 'x%00.jsonl'],
    ...['/etc/passwd', '%2fetc%2fpasswd', 'secret', 'secret.jsonl', 'key.pem', '20260101T000000Z-sess_link'],
    ...[
      '20260101T000000Z-sess_folder',
      '20260101T000000Z-sess_x.jsonl',
      '20260101T000000Z-sess_x%20',
      'x'.repeat(5000),
    ],
    ...['__proto__', 'constructor', '%F0%9F%98%80', '%', '%zz', '20260101t000000z-sess_x', '20260101T000000Z-SESS_X'],
    ...[
      '20260101T000000Z-sess_x/',
      '20260101T000000Z-sess_x/.',
      '20260101T000000Z-sess_x/..%2f',
      'C:\\secret',
      '*',
      '?',
    ],
  ];

  it.each(NAMES)('[CO14] %j gives nothing and removes nothing', async (name) => {
    const { port, folder } = await recording();
    const outside = newFolder();
    writeFileSync(join(outside, 'secret.jsonl'), 'CANARY');
    put(folder, '20260101T000000Z-sess_x', HEADER);
    put(folder, 'secret', 'CANARY');
    writeFileSync(join(folder, 'key.pem'), 'CANARY');
    mkdirSync(join(folder, '20260101T000000Z-sess_folder.jsonl'));
    symlinkSync(join(outside, 'secret.jsonl'), join(folder, '20260101T000000Z-sess_link.jsonl'));
    const before = readdirSync(folder);
    for (const method of ['GET', 'DELETE']) {
      const answer = await askRaw({
        ...{ port, method, target: `/api/recordings/${name}`, headers: ['Host', 'localhost'] },
      }).catch(() => ({ status: 400, body: '' })); // no HTTP at all
      // What ends in a slash or a question mark may be the list.
      if (answer.status === 200) expect(JSON.parse(answer.body)).toHaveProperty('recordings');
      else expect([name, answer.status]).toEqual([name, expect.toBeOneOf([400, 404, 405, 414, 431])]);
      expect(answer.body).not.toContain('CANARY');
    }
    expect(readdirSync(folder)).toEqual(before);
    expect(existsSync(join(outside, 'secret.jsonl'))).toBe(true);
  });
});

describe('DELETE /api/recordings/<name>', () => {
  it('[CO17] removes a recording, once', async () => {
    const { url, folder } = await recording();
    put(folder, '20260101T000000Z-sess_x', HEADER);
    put(folder, '20260101T000000Z-sess_y', HEADER);
    const remove = async () =>
      (await fetch(`${url}/api/recordings/20260101T000000Z-sess_x`, { method: 'DELETE' })).status;
    expect([await remove(), await remove()]).toEqual([204, 404]);
    expect(recordedFiles(folder)).toEqual(['20260101T000000Z-sess_y.jsonl']);
  });

  it('[CO17] refuses one that is being written, until it is whole', async () => {
    const { url, folder } = await recording();
    const { next, socket, closed } = dial(url);
    await next('session.created');
    const [{ name = '' } = {}] = (await list(url)).recordings;
    const remove = () => fetch(`${url}/api/recordings/${name}`, { method: 'DELETE' });
    const refused = await remove();
    expect([refused.status, await refused.json()]).toMatchObject([409, { error: { code: 'recording_in_progress' } }]);
    socket.close(1000);
    await closed;
    await expect.poll(async () => (await remove()).status).toBe(204);
    expect(recordedFiles(folder)).toEqual([]);
  });

  it('[CO1, CO3, CO9, CO17, CO18] is for our own page and programs with a key; nothing is changed by reading', async () => {
    const { url, folder } = await recording({ keys: [KEY], origins: ['https://app.example'] });
    const name = '20260101T000000Z-sess_x';
    put(folder, name, HEADER);
    const tried = async (method: string, headers: Record<string, string>, path = name) =>
      (await fetch(`${url}/api/recordings/${path}`, { method, headers })).status;
    const minted = await fetch(`${url}/api/watch_tokens`, { method: 'POST', headers: bearer });
    const token = { authorization: `Bearer ${((await minted.json()) as { value: string }).value}` };
    for (const origin of ['https://app.example', 'https://evil.test', 'null', 'http://localhost'])
      for (const method of ['GET', 'DELETE']) expect(await tried(method, { ...bearer, origin })).toBe(403);
    for (const site of ['cross-site', 'same-site']) {
      expect(await tried('GET', { ...bearer, 'sec-fetch-site': site })).toBe(403);
      expect(await tried('DELETE', { ...bearer, 'sec-fetch-site': site })).toBe(403);
    }
    expect(await tried('DELETE', {})).toBe(401);
    expect(await tried('DELETE', token)).toBe(401);
    expect(await tried('GET', token)).toBe(200);
    expect(await tried('GET', {})).toBe(401);
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH']) {
      await tried(method, bearer);
      await tried(method, bearer, '');
      await tried(method, bearer, `${name}?delete=1`);
    }
    expect(recordedFiles(folder)).toEqual([`${name}.jsonl`]);
    expect(await tried('DELETE', { ...bearer, origin: url })).toBe(204);
  });
});

it('[CO13] recordings of sessions under keys are listed with a key alone', async () => {
  const { url } = await recording({ keys: [KEY] });
  await live(url, withKey(KEY));
  expect((await fetch(`${url}/api/recordings`)).status).toBe(401);
  expect((await list(url, '', bearer)).recordings).toHaveLength(1);
});
