// The transports of the server, each against the one contract.

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { AsyncQueue } from '../../packages/server/src/async-queue.ts';
import { memoryPair } from '../../packages/server/src/transports/memory.ts';
import { withAudio } from '../../packages/server/src/transports/sliced-frame.ts';
import type { Frame } from '../../packages/server/src/transports/transport.ts';
import { type CallChannel, channelTransport } from '../../packages/server/src/transports/webrtc/channel-transport.ts';
import { webSocketTransport } from '../../packages/server/src/transports/websocket.ts';
import { type Connect, read, transportContract } from './transport.ts';

const overMemory: Connect = async () => {
  const [client, near] = memoryPair();
  const far = {
    send: client.send,
    close: client.close,
    closed: client.closed,
    read: (count: number) => read(client, count),
    stall: () => {},
  };
  return { near, far, stop: () => client.close(1000, '') };
};

/** A data channel inside the process, and the client's end of it. It is open at once, or when `open` is called. */
function memoryChannel(opened: Promise<void>) {
  const [client, server] = memoryPair();
  const channel: CallChannel = {
    ...{ opened, ended: server.closed, messages: server.frames, send: server.send },
    get bufferedBytes() {
      return server.bufferedBytes;
    },
    close: () => server.close(1000, ''),
  };
  return { client, near: channelTransport(channel) };
}

const overChannel: Connect = async () => {
  const { client, near } = memoryChannel(Promise.resolve());
  const far = {
    send: client.send,
    close: client.close,
    closed: client.closed.then(() => undefined),
    read: (count: number) => read(client, count),
    stall: () => {},
  };
  return { near, far, stop: () => client.close(1000, '') };
};

const overWebSocket = async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const accepted = once(server, 'connection');
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const frames = new AsyncQueue<Frame>();
  client.on('message', (data, isBinary) => frames.push(isBinary ? (data as Buffer) : data.toString()));
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    client.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  await once(client, 'open');
  const [socket] = (await accepted) as [WebSocket];
  const far = {
    send: (frame: Frame) => client.send(frame),
    close: (code: number, reason: string) => client.close(code, reason),
    closed,
    async read(count: number) {
      const taken: Frame[] = [];
      for await (const frame of frames) if (taken.push(frame) === count) break;
      return taken;
    },
    stall: () => client.pause(),
  };
  const stop = async () => {
    client.terminate();
    server.close();
    await once(server, 'close');
  };
  return { near: webSocketTransport(socket), far, stop, socket };
};

describe('memory', () => transportContract(overMemory));
describe('webrtc', () => {
  transportContract(overChannel, { hasCodes: false });

  it('[WR3] sends nothing before the channel is open, and then everything in order', async () => {
    let open = () => {};
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    const { client, near } = memoryChannel(opened);
    near.send('first');
    near.send('second');
    expect([client.isOpen, near.isOpen, near.bufferedBytes]).toEqual([true, true, 11]);
    open();
    await opened;
    near.send('third');
    expect(await read(client, 3)).toEqual(['first', 'second', 'third']);
    expect(near.bufferedBytes).toBe(0);
  });

  it('[TP8] drops what waits for the channel when the call ends before', async () => {
    const { client, near } = memoryChannel(new Promise(() => {}));
    near.send('never sent');
    client.drop();
    for await (const _ of near.frames) expect.fail('a frame nobody sent');
    expect([near.isOpen, near.bufferedBytes]).toEqual([false, 0]);
  });
});
describe('websocket', () => {
  transportContract(overWebSocket);

  const pinged = async (autoPong: boolean) => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(server, 'listening');
    const accepted = once(server, 'connection');
    const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`, { autoPong });
    const transport = webSocketTransport(((await accepted) as [WebSocket])[0], { pingMs: 20, pongMs: 60 });
    return { client, transport, stop: () => server.close() };
  };

  it('[AU20] pings, and ends a connection that does not answer', async () => {
    const { client, transport, stop } = await pinged(false);
    await once(client, 'ping');
    for await (const _ of transport.frames) expect.fail('a frame nobody sent');
    stop();
  });

  it('[AU20] keeps a connection that answers', async () => {
    const { client, transport, stop } = await pinged(true);
    for (let count = 0; count < 8; count += 1) await once(client, 'ping');
    client.send('still here');
    expect(await read(transport, 1)).toEqual(['still here']);
    client.close();
    stop();
  });

  it('[TP12] stops taking from the socket while nobody reads', async () => {
    const { near, far, stop } = await overWebSocket();
    const frame = 'x'.repeat(512 * 1024);
    for (let count = 0; count < 64; count += 1) far.send(frame);
    await new Promise((resolve) => setTimeout(resolve, 100)); // the point is that nobody is reading
    expect((near.frames as AsyncQueue<Frame>).weight).toBeLessThan(4 * 1024 * 1024);
    expect(await read(near, 64)).toHaveLength(64);
    await stop();
  });

  /** What the socket is given to send, with the turn of the event loop it is given in. */
  function watchWrites(socket: WebSocket) {
    const writes: { turn: number; length: number }[] = [];
    let turn = 0;
    const count = () => {
      turn += 1;
      if (socket.readyState === socket.OPEN) setImmediate(count);
    };
    setImmediate(count);
    const send = socket.send.bind(socket) as (...input: unknown[]) => void;
    socket.send = (data: unknown, ...rest: unknown[]) => {
      writes.push({ turn, length: String(data).length });
      send(data, ...rest);
    };
    return writes;
  }
  const long = () => withAudio('"A"', new Map([['A', [new Uint8Array(8_000_000)]]]));

  it('[LM14] encodes at most one slice of stored audio in a turn of the event loop', async () => {
    const { near, far, stop, socket } = await overWebSocket();
    const writes = watchWrites(socket);
    near.send(long());
    for (let index = 0; index < 100; index += 1) near.send(`${index}`);
    expect((await far.read(101)).at(-1)).toBe('99');
    const audio = writes.filter(({ length }) => length > 100);
    expect(audio.reduce((sum, { length }) => sum + length, 0)).toBe(10_666_668);
    expect(Math.max(...audio.map(({ length }) => length))).toBeLessThanOrEqual(256 * 1024);
    expect(new Set(audio.map(({ turn }) => turn)).size).toBe(audio.length);
    await stop();
  });

  it('[LM13] encodes no further slice for a reader that stands still, nor for one that has left', async () => {
    const { near, far, stop, socket } = await overWebSocket();
    const writes = watchWrites(socket);
    far.stall();
    for (let count = 0; count < 20; count += 1) near.send(long());
    const unsent = near.bufferedBytes;
    expect(unsent).toBeGreaterThan(200_000_000);
    const written = () => writes.reduce((sum, { length }) => sum + length, 0);
    await stop();
    for await (const _ of near.frames) expect.fail('a frame nobody sent');
    const before = writes.length;
    for (let count = 0; count < 20; count += 1) near.send(long());
    await new Promise((resolve) => setImmediate(resolve));
    expect(writes.length).toBe(before);
    expect(written()).toBeLessThan(unsent / 2);
    expect(near.bufferedBytes).toBe(0);
  });
});
