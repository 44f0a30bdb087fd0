// The list of live sessions as a stream, and watching the newest or next of them: nothing is asked again and again, and no session is
// too short to be seen.

import { readRecordingLine } from '@colloquy/session';
import { dial, KEY, say, start, stopAll, stops, TEXT, withKey } from '@support/dial.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { AsyncQueue } from '../../packages/server/src/async-queue.ts';

afterEach(stopAll);

interface Told {
  type?: string;
  session?: { id: string; items: number | null };
  sessions?: unknown[];
}

/** A connection below `/api/sessions`, what it is told, and how it ends. */
function follow(url: string, path: string, options: object = {}) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/api/sessions${path}`, options);
  const lines: string[] = [];
  const received = new AsyncQueue<Told>();
  socket.on('message', (data) => {
    lines.push(String(data));
    received.push(JSON.parse(String(data)));
  });
  socket.on('error', () => {});
  stops.push(() => socket.terminate());
  const opened = new Promise((resolve) => socket.once('open', resolve));
  const refused = new Promise<number>((resolve) => {
    socket.on('unexpected-response', (request, { statusCode = 0 }) => {
      request.destroy();
      resolve(statusCode);
    });
  });
  const closed = new Promise<[number, string]>((resolve) => {
    socket.on('close', (code, reason) => {
      received.end();
      resolve([code, String(reason)]);
    });
  });
  async function next(type: string, holds: (event: Told) => boolean = () => true): Promise<Told> {
    for await (const event of received) if (event.type === type && holds(event)) return event;
    throw new Error(`it was closed before ${type}`);
  }
  return { socket, lines, opened, refused, closed, next };
}

/** A whole session: it begins, says something, is answered, and is over. */
async function wholeSession(url: string, options: object = {}): Promise<string> {
  const { socket, send, next, closed } = dial(url, options);
  const { session } = await next('session.created');
  send(say('hello'), TEXT);
  await next('response.done');
  socket.close(1000);
  await closed;
  return session.id as string;
}

describe('/api/sessions/watch', () => {
  it('[CO22] tells the list as it is, then each session that begins, changes and ends, however short', async () => {
    const { url } = await start();
    const old = dial(url);
    const { session } = await old.next('session.created');
    const { next } = follow(url, '/watch');
    expect(await next('sessions')).toMatchObject({ sessions: [{ id: session.id, engine: 'parrot', items: 0 }] });
    const id = await wholeSession(url);
    expect(await next('session.began')).toMatchObject({ session: { id, items: 0 } });
    expect(await next('session.ended')).toMatchObject({ session: { id, items: 2 } });
    old.send(say('more'));
    expect(await next('session.changed')).toMatchObject({ session: { id: session.id, items: 1 } });
    old.socket.close(1000);
    expect(await next('session.ended')).toMatchObject({ session: { id: session.id } });
  });

  it('[CO22] tells a change once, and none where the list says the same', async () => {
    const { url } = await start();
    const { send, next: received, socket } = dial(url);
    await received('session.created');
    const list = follow(url, '/watch');
    await list.next('sessions');
    for (let i = 0; i < 50; i++) send(say(`number ${i}`));
    await list.next('session.changed', ({ session }) => session?.items === 50);
    send({ type: 'input_audio_buffer.clear' });
    await received('input_audio_buffer.cleared');
    socket.close(1000);
    await list.next('session.ended');
    const changes = list.lines.filter((line) => line.includes('session.changed'));
    expect(new Set(changes).size).toBe(changes.length);
    expect(changes.length).toBeLessThan(50);
  });

  it('[CO22, CO3] asks for a key, counts as an observer, may say nothing, and ends with the server', async () => {
    const { url, server } = await start({ keys: [KEY], limits: { observers: 2 } });
    expect(await follow(url, '/watch').refused).toBe(401);
    const [first, second] = [follow(url, '/watch', withKey(KEY)), follow(url, '/watch', withKey(KEY))];
    await Promise.all([first.next('sessions'), second.next('sessions')]);
    expect(await follow(url, '/watch', withKey(KEY)).refused).toBe(503);
    first.socket.send('hello');
    expect(await first.closed).toEqual([1008, 'An observer has nothing to say.']);
    await server.close({ graceMs: 0 });
    expect(await second.closed).toEqual([1001, 'The server is shutting down.']);
  });

  it('[CO22] is there where sessions may not be watched: it shows nothing of what they say', async () => {
    const { url } = await start({ watch: 'off' });
    const list = follow(url, '/watch');
    await list.next('sessions');
    await wholeSession(url);
    await list.next('session.ended');
    expect(list.lines.join('\n')).not.toContain('hello');
    expect(await follow(url, '/newest/watch').refused).toBe(404);
  });
});

describe('/api/sessions/newest/watch', () => {
  it('[CO23] shows the next session from its very beginning, when there is none', async () => {
    const { url } = await start();
    const waiting = [follow(url, '/newest/watch'), follow(url, '/newest/watch?level=content')];
    await Promise.all(waiting.map(({ opened }) => opened));
    const id = await wholeSession(url);
    for (const { closed, lines } of waiting) {
      expect(await closed).toEqual([1000, 'The session has ended.']);
      const entries = lines.map((line, index) => readRecordingLine(line, index + 1));
      expect(entries.slice(0, 2).map(({ kind }) => kind)).toEqual(['header', 'snapshot']);
      expect(JSON.parse(lines[0] as string).session).toBe(id);
      const frames = entries.flatMap((entry) => (entry.kind === 'frame' ? [entry.frame.event.type] : []));
      expect(frames[0]).toBe('session.created');
      expect(frames).toContain('response.done');
    }
    expect(waiting[0]?.lines.join('\n')).toContain('hello');
    expect(waiting[1]?.lines.join('\n')).not.toContain('hello');
  });

  it('[CO23] shows the newest session there is, and no other', async () => {
    const { url } = await start();
    const [first, second] = [dial(url), dial(url)];
    await first.next('session.created');
    const { session } = await second.next('session.created');
    const watcher = follow(url, '/newest/watch');
    await watcher.opened;
    await wholeSession(url);
    second.socket.close(1000);
    await watcher.closed;
    expect(JSON.parse(watcher.lines[0] as string)).toMatchObject({ recording: 1, session: session.id });
    expect(watcher.lines.join('\n')).not.toContain('hello');
  });

  it('[CO23, CO10] ends one that says something while it waits, and those that still wait when the server closes', async () => {
    const { url, server } = await start();
    const [loud, quiet] = [follow(url, '/newest/watch'), follow(url, '/newest/watch')];
    await Promise.all([loud.opened, quiet.opened]);
    loud.socket.send('now?');
    expect(await loud.closed).toEqual([1008, 'An observer has nothing to say.']);
    await server.close({ graceMs: 0 });
    expect(await quiet.closed).toEqual([1001, 'The server is shutting down.']);
    expect([loud.lines, quiet.lines]).toEqual([[], []]);
  });
});
