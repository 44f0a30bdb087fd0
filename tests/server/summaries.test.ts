// Summaries of sessions and recordings over HTTP: what they say, when they are computed, and how the lists are filtered.

import { existsSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RecordingList, SessionList } from '@colloquy/session';
import { dial, newFolder, say, start, stopAll, TEXT } from '@support/dial.ts';
import { afterEach, describe, expect, it } from 'vitest';

afterEach(stopAll);

async function recording(options: object = {}) {
  const folder = newFolder();
  return { folder, ...(await start({ recordings: { folder }, ...options })) };
}

async function list(url: string, query = ''): Promise<RecordingList> {
  const answer = await fetch(`${url}/api/recordings${query}`);
  expect(answer.status).toBe(200);
  return (await answer.json()) as RecordingList;
}

/** The list once no summary is being computed. */
async function settled(url: string, query = ''): Promise<RecordingList> {
  await expect.poll(async () => (await list(url, query)).pending).toBe(0);
  return list(url, query);
}

/** A session that says these texts; resolves when its recording is complete. */
async function live(url: string, texts: readonly string[]): Promise<void> {
  const { socket, send, next, closed } = dial(url);
  await next('session.created');
  send(...texts.map(say), TEXT);
  await next('response.done');
  socket.close(1000);
  await closed;
  await expect.poll(async () => (await list(url)).recordings.some(({ running }) => running)).toBe(false);
}

const golden = (name: string) => readFileSync(new URL(`../golden/recordings/${name}.jsonl`, import.meta.url), 'utf8');

/** Stores a golden recording under a name of the server's. */
function put(folder: string, day: number, golden_name: string): string {
  const name = `2026010${day}T000000Z-sess_${day}`;
  writeFileSync(join(folder, `${name}.jsonl`), golden(golden_name));
  return name;
}

describe('the summary of a recording', () => {
  it('[CO40, CO41] is stored when the session ends, and is that of its file', async () => {
    const { url, folder } = await recording();
    await live(url, ['my key is sk-proj-aB3dE6gHaB3dE6gHaB3dE6gHaB3dE6gH', 'Hello there']);
    const { recordings, pending } = await list(url);
    expect(pending).toBe(0);
    const [{ name = '', summary = null } = {}] = recordings;
    expect(summary).toMatchObject({
      ...{ first_words: 'Hello there', turns: 2, errors: 0, interruptions: 0, tools: [] },
      cost: { currency: 'USD', as_if: 'gpt-realtime' },
      duration_ms: expect.any(Number),
    });
    const stored = join(folder, `${name}.summary.json`);
    expect(statSync(stored).mode & 0o777).toBe(0o600);
    expect(readFileSync(stored, 'utf8')).not.toContain('sk-proj-');
    // Computed from the file it is the same.
    writeFileSync(stored, 'damaged');
    const [again] = (await settled(url)).recordings;
    expect(again?.summary).toEqual(summary);
  });

  it('[CO41] of older recordings is computed in the background, and again if the recording is another', async () => {
    const { url, folder } = await recording();
    const names = [put(folder, 1, 'text-turn'), put(folder, 2, 'speech-turns'), put(folder, 3, 'tool-round')];
    const before = names.map((name) => readFileSync(join(folder, `${name}.jsonl`)));
    expect(await list(url)).toMatchObject({ pending: 3, recordings: [{ summary: null }, {}, {}] });
    const { recordings } = await settled(url);
    expect(recordings.map(({ summary }) => summary?.first_words)).toEqual([
      'Is it warm in Oslo and in Rome?',
      'Tell me.',
      'Hello?',
    ]);
    expect(names.map((name) => readFileSync(join(folder, `${name}.jsonl`)))).toEqual(before);
    put(folder, 1, 'mcp');
    expect((await settled(url)).recordings[2]?.summary?.first_words).toBe('Find the manual and lend it to me.');
  });

  it('[CO41, CO17] is no recording, follows no link, and is removed with its recording', async () => {
    const { url, folder } = await recording();
    const name = put(folder, 1, 'text-turn');
    const secret = join(newFolder(), 'secret');
    writeFileSync(secret, 'CANARY');
    symlinkSync(secret, join(folder, `${name}.summary.json`));
    expect((await settled(url)).recordings).toMatchObject([{ name, summary: { first_words: 'Hello?' } }]);
    expect(readFileSync(secret, 'utf8')).toBe('CANARY');
    expect((await fetch(`${url}/api/recordings/${name}.summary.json`)).status).toBe(404);
    expect((await fetch(`${url}/api/recordings/${name}`, { method: 'DELETE' })).status).toBe(204);
    expect(readdirSync(folder).filter((file) => !file.startsWith('.'))).toEqual([]);
  });

  it('[CO41] does not keep a server from closing', async () => {
    const { url, folder, server } = await recording();
    const lines = golden('speech-turns').trim().split('\n');
    const name = '20260101T000000Z-sess_long';
    writeFileSync(join(folder, `${name}.jsonl`), `${lines.join('\n')}\n`.repeat(500));
    expect((await list(url)).pending).toBe(1);
    await server.close({ graceMs: 0 });
    expect(existsSync(join(folder, `${name}.summary.json.tmp`))).toBe(false);
  });
});

describe('the summary of a live session', () => {
  it('[CO40] has what was said so far, and no duration', async () => {
    const { url } = await recording();
    const { next, send } = dial(url);
    await next('session.created');
    send(say('What is the time?'), TEXT);
    await next('response.done');
    const { sessions } = (await (await fetch(`${url}/api/sessions`)).json()) as SessionList;
    expect(sessions).toMatchObject([{ summary: { first_words: 'What is the time?', turns: 1, duration_ms: null } }]);
    expect((await list(url)).recordings).toMatchObject([
      { running: true, summary: { first_words: 'What is the time?', duration_ms: null } },
    ]);
    const search = async (query: string) =>
      ((await (await fetch(`${url}/api/sessions?${query}`)).json()) as SessionList).sessions.length;
    expect(await search('q=THE+TIME')).toBe(1);
    expect(await search('q=weather')).toBe(0);
    expect(await search('has=error')).toBe(0);
  });

  it('[CO40, CO42] shows and searches no content if nobody may watch', async () => {
    const { url, folder } = await recording({ watch: 'off' });
    put(folder, 1, 'speech-turns');
    const { next, send } = dial(url);
    await next('session.created');
    send(say('CANARY'), TEXT);
    await next('response.done');
    const sessions = await (await fetch(`${url}/api/sessions`)).text();
    expect(JSON.parse(sessions)).toMatchObject({ sessions: [{ summary: { first_words: null, turns: 1 } }] });
    const recordings = JSON.stringify(await settled(url));
    expect(`${sessions}${recordings}`).not.toMatch(/CANARY|Tell me/);
    for (const path of ['sessions', 'recordings']) {
      const answer = await fetch(`${url}/api/${path}?q=CANARY`);
      expect([answer.status, await answer.json()]).toMatchObject([400, { error: { param: 'q' } }]);
    }
    expect((await settled(url, '?has=interruption')).recordings).toHaveLength(1);
  });
});

describe('filters', () => {
  const names = async (url: string, query: string) =>
    (await settled(url, query)).recordings.map(({ summary }) => summary?.first_words);

  it('[CO42] finds recordings by what was said and by what happened', async () => {
    const { url, folder } = await recording();
    for (const [index, name] of ['text-turn', 'tool-round', 'cancel-mid-response', 'mcp'].entries())
      put(folder, index + 1, name);
    await settled(url);
    expect(await names(url, '?q=only+in++ROME')).toEqual(['Is it warm in Oslo and in Rome?']);
    expect(await names(url, '?q=nowhere')).toEqual([]);
    expect(await names(url, '?has=interruption')).toEqual(['Find the manual and lend it to me.', 'Count to ten.']);
    expect(await names(url, '?has=interruption&has=tool')).toEqual(['Find the manual and lend it to me.']);
    expect(await names(url, '?has=slow')).toEqual([]);
    expect(await names(url, '?has=tool&q=rome')).toEqual(['Is it warm in Oslo and in Rome?']);
  });

  it('[CO42] pages what matches', async () => {
    const { url, folder } = await recording();
    for (let day = 1; day < 10; day++) put(folder, day, day % 2 === 0 ? 'tool-round' : 'text-turn');
    await settled(url);
    const seen: string[] = [];
    for (let before: string | null = ''; before !== null; ) {
      const { recordings, next }: RecordingList = await list(url, `?has=tool&limit=3${before && `&before=${before}`}`);
      seen.push(...recordings.map(({ name }) => name));
      before = next;
    }
    expect(seen).toEqual([8, 6, 4, 2].map((day) => `2026010${day}T000000Z-sess_${day}`));
  });

  it.each([
    ['q', 'q='],
    ['q', `q=${'x'.repeat(201)}`],
    ['q', 'q=a&q=b'],
    ['has', 'has='],
    ['has', 'has=constructor'],
    ['has', 'has=tool,error'],
    ['before', 'before='],
    ['before', 'before=..%2Fetc'],
    ['before', 'before=a&before=b'],
    ['limit', 'limit=0'],
    ['limit', 'limit=1&limit=2'],
  ])('[CO42] refuses %s in ?%s', async (param, query) => {
    const { url } = await recording();
    const answer = await fetch(`${url}/api/recordings?${query}`);
    expect([answer.status, await answer.json()]).toMatchObject([
      400,
      { error: { param, code: 'invalid_value', type: 'invalid_request_error' } },
    ]);
    if (param !== 'q' && param !== 'has') return;
    expect((await fetch(`${url}/api/sessions?${query}`)).status).toBe(400);
  });
});
