// Clients that ask for much and leave: what they asked for costs the server nothing any more, and the others no wait.

import type { Line } from '@colloquy/server';
import { dial, pcm, start, stopAll } from '@support/dial.ts';
import { afterEach, describe, expect, it } from 'vitest';

afterEach(stopAll);

const retrieve = { type: 'conversation.item.retrieve', item_id: 'long' };
/** Silence as one item. */
const long = (ms: number) => ({
  type: 'conversation.item.create',
  item: { id: 'long', type: 'message', role: 'user', content: [{ type: 'input_audio', audio: pcm(ms) }] },
});

describe('a client that asks for stored audio', () => {
  it('[LM13] and resets the connection is answered once at most', async () => {
    const retrieved: Line[] = [];
    const onLine = (_: string, line: Line) => {
      if (line.from === 'server' && line.event.type === 'conversation.item.retrieved') retrieved.push(line);
    };
    const { url, logged } = await start({ onLine });
    const { socket, send, next, closed } = dial(url);
    await next('session.created');
    send(long(120_000)); // 7.7 MB of base64
    await next('conversation.item.done');
    socket.pause();
    send(...Array<object>(60).fill(retrieve));
    // A round of another client: the server has begun to answer the first.
    await dial(url).next('session.created');
    (socket as unknown as { _socket: { resetAndDestroy(): void } })._socket.resetAndDestroy();
    await closed;
    await expect.poll(() => logged.filter((line) => line.includes('session closed')).length).toBe(1);
    const { next: other } = dial(url);
    await other('session.created');
    expect(retrieved.length).toBeLessThanOrEqual(1);
  });

  it('[CV29, LM14] gets it whole, and what it asked for afterwards after it', async () => {
    const { url } = await start();
    const { send, next } = dial(url);
    await next('session.created');
    send(long(60_000));
    await next('conversation.item.done');
    send(retrieve, { type: 'conversation.item.delete', item_id: 'long' }, retrieve);
    const { item } = await next('conversation.item.retrieved');
    const [part] = 'content' in item ? item.content : [];
    expect(part && 'audio' in part && part.audio === pcm(60_000)).toBe(true);
    await next('conversation.item.deleted');
    expect((await next('error')).error.code).toBe('item_retrieve_invalid_item_id');
  });
});
