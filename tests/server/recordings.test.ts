// Recordings of a running server: a session with a real client over a real socket, written down and run again.

import { chmodSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createServer } from '@colloquy/server';
import { replay } from '@colloquy/session';
import { dial, KEY, mint, newFolder, pcm, say, start, stopAll, TEXT, withKey } from '@support/dial.ts';
import { recordedFiles } from '@support/recorded-files.ts';
import { afterEach, describe, expect, it } from 'vitest';

afterEach(stopAll);

const AUDIO = Buffer.from('CANARY SOUND'.repeat(1000)).toString('base64');

/** One whole life: text, audio, an interruption, refusals, close. */
async function live(url: string, options = {}): Promise<void> {
  const { socket, send, next, closed } = dial(url, options);
  await next('session.created');
  send(say('hello there'), TEXT);
  await next('response.done');
  send({ type: 'input_audio_buffer.append', audio: AUDIO }, { type: 'input_audio_buffer.commit' });
  const { item_id } = await next('input_audio_buffer.committed');
  send({ type: 'conversation.item.retrieve', item_id });
  const { item } = await next('conversation.item.retrieved');
  expect(JSON.stringify(item)).toContain(AUDIO);
  send({ type: 'response.create' });
  await next('response.output_audio.delta');
  send({ type: 'response.cancel' }, { type: 'conversation.item.delete', item_id: 'gone' }, { type: 'frobnicate' });
  await next('response.done');
  socket.send('{not json');
  await next('error');
  send({ type: 'input_audio_buffer.append', audio: pcm(50) }, { type: 'input_audio_buffer.clear' });
  await next('input_audio_buffer.cleared');
  socket.close(1000);
  await closed;
}

/** The recordings of a folder, once their server has closed. */
const recordingsIn = (folder: string) =>
  recordedFiles(folder)
    .sort()
    .map((name) => ({ name, lines: readFileSync(join(folder, name), 'utf8').trimEnd().split('\n') }));

describe('recordings', () => {
  it('[ST1, ST6] a session that was recorded replays to the same bytes, without its audio', async () => {
    const folder = join(newFolder(), 'recordings');
    const { url, server } = await start({ recordings: { folder } });
    await live(url);
    await server.close({ graceMs: 0 });
    const [recording, ...others] = recordingsIn(folder);
    expect(others).toEqual([]);
    const { lines = [] } = recording ?? {};
    expect(await replay(lines)).toMatchObject({ ok: true, unread: [] });
    expect(lines.length).toBeGreaterThan(40);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ recording: 1, hidden: ['key', 'media'] });
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ from: 'host', event: { type: 'close' } });
    expect(lines.join('')).not.toContain(AUDIO.slice(0, 16));
    expect(lines.join('')).toContain('hello there');
  });

  it('[ST1] keeps audio when asked, and then too replays to the same bytes', async () => {
    const folder = newFolder();
    const { url, server } = await start({ recordings: { folder, audio: true } });
    await live(url);
    await server.close({ graceMs: 0 });
    const [recording] = recordingsIn(folder);
    expect(await replay(recording?.lines ?? [])).toMatchObject({ ok: true });
    expect(recording?.lines.join('')).toContain(AUDIO);
  });

  it('[ST1, RD10] writes neither server keys nor client secrets', async () => {
    const folder = newFolder();
    const { url, server } = await start({ keys: [KEY], recordings: { folder, audio: true } });
    const { body } = await mint(url, {
      session: { type: 'realtime', model: 'gpt-realtime', instructions: 'Be kind.' },
    });
    const { value } = body as { value: string };
    await live(url, withKey(value));
    await live(url, withKey(KEY));
    await server.close({ graceMs: 0 });
    const recordings = recordingsIn(folder);
    expect(recordings).toHaveLength(2);
    for (const { lines } of recordings) {
      expect(await replay(lines)).toMatchObject({ ok: true });
      expect(lines.join('')).not.toContain(value);
      expect(lines.join('')).not.toContain(KEY);
    }
  });

  it('[ST1] of a session that its limits end replays too', async () => {
    const folder = newFolder();
    const { url, server } = await start({ recordings: { folder } });
    const { socket, closed } = dial(url);
    await new Promise((resolve) => socket.once('open', resolve));
    for (let i = 0; i < 300; i++) socket.send('{"type":"frobnicate"}');
    const [code] = await closed;
    await server.close({ graceMs: 0 });
    expect(code).not.toBe(1000);
    expect(await replay(recordingsIn(folder)[0]?.lines ?? [])).toMatchObject({ ok: true });
  });

  it('[ST2, ST3] one file for each session, for their owner alone', async () => {
    const folder = join(newFolder(), 'deep', 'recordings');
    const { url, server } = await start({ recordings: { folder } });
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) {
      const { next } = dial(url);
      ids.push((await next('session.created')).session.id ?? '');
    }
    await server.close({ graceMs: 0 });
    const names = recordedFiles(folder);
    expect(names.map((name) => /^\d{8}T\d{6}Z-(sess_\w{21})\.jsonl$/.exec(name)?.[1]).sort()).toEqual(ids.sort());
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    for (const name of names) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
  });

  it('[ST3] closes a folder that others could read', async () => {
    const folder = newFolder();
    chmodSync(folder, 0o755);
    await start({ recordings: { folder } });
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  it('refuses to start where nothing can be kept', async () => {
    const file = join(newFolder(), 'file');
    writeFileSync(file, '');
    const server = createServer({ port: 0, recordings: { folder: join(file, 'recordings') } });
    await expect(server.listen()).rejects.toMatchObject({ code: 'invalid_configuration' });
  });

  it('[ST4] a session whose recording cannot be written goes on', async () => {
    const folder = newFolder();
    const { url, server, logged } = await start({ recordings: { folder } });
    rmSync(folder, { recursive: true });
    await live(url);
    await server.close({ graceMs: 0 });
    expect(logged.filter((line) => line.includes('a recording cannot be written'))).toHaveLength(1);
  });
});
