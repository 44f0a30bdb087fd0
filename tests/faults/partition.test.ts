// The network between a client and the server comes apart in the middle of audio: no close, no reset, nothing at all.

import { once } from 'node:events';
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net';
import { dial, pcm, start, stopAll, stops } from '@support/dial.ts';
import { waitUntil } from '@support/wait-until.ts';
import { afterEach, describe, expect, it } from 'vitest';

afterEach(stopAll);

const append = { type: 'input_audio_buffer.append', audio: pcm(100) };

/** A wire to `port` that can be cut: then it carries nothing either way, and tells neither end. */
async function wireTo(port: number) {
  const ends: Socket[] = [];
  const proxy = createTcpServer((near) => {
    const far = connect(port, '127.0.0.1');
    near.pipe(far).pipe(near);
    for (const end of [near, far]) ends.push(end.on('error', () => {}));
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  stops.push(() => {
    for (const end of ends) end.destroy();
    proxy.close();
  });
  const cut = () => {
    for (const end of ends) end.unpipe().pause();
  };
  return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, cut };
}

describe('a partition', () => {
  it('[AU20, LM13] in the middle of audio frees the session, and nobody else notices', async () => {
    const { url, port, logged } = await start({ limits: { pingMs: 50, pongMs: 200 } });
    const { url: through, cut } = await wireTo(port);
    const { send, next } = dial(through);
    const other = dial(url);
    await Promise.all([next('session.created'), other.next('session.created')]);
    send(append, append, append);
    await waitUntil('the session to be listed', async () => (await liveSessions(url)) === 2);
    cut();
    send(append, append);
    await waitUntil('the session to be freed', async () => (await liveSessions(url)) === 1, { last: () => logged });
    other.send({ type: 'input_audio_buffer.clear' });
    await other.next('input_audio_buffer.cleared');
  });
});

async function liveSessions(url: string): Promise<number> {
  const { sessions } = (await (await fetch(`${url}/api/sessions`)).json()) as { sessions: unknown[] };
  return sessions.length;
}

describe('audio outside the life of a session', () => {
  it('[IB1, SE1] sent before session.created has come is taken', async () => {
    const { url } = await start();
    const { socket, send, next } = dial(url);
    await once(socket, 'open');
    send(append, append, { type: 'input_audio_buffer.commit' });
    await next('session.created');
    await next('input_audio_buffer.committed');
    const { item } = await next('conversation.item.done');
    send({ type: 'conversation.item.retrieve', item_id: item.id });
    const { item: whole } = await next('conversation.item.retrieved');
    const [part] = 'content' in whole ? whole.content : [];
    expect(part && 'audio' in part && part.audio).toBe(pcm(200));
  });

  it('[LM13] sent after the session has ended is taken by nobody', async () => {
    const seen: string[] = [];
    const { url, server } = await start({ onLine: (_, line) => void seen.push(line.from) });
    const { socket, send, next, closed } = dial(url);
    await next('session.created');
    socket.pause(); // the close is not answered yet
    const ending = server.close({ graceMs: 0 });
    const before = seen.length;
    send(append, append, { type: 'input_audio_buffer.commit' });
    socket.resume();
    await Promise.all([ending, closed]);
    expect(seen.slice(before)).not.toContain('client');
  });
});
