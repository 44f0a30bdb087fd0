// Compression that nobody agreed to: it is declined on both sides of the server, and nothing is ever inflated.

import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import zlib from 'node:zlib';
import { dial, start, stopAll } from '@support/dial.ts';
import { fakeUpstream, nextOf } from '@support/fake-upstream.ts';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { WebSocket } from 'ws';

/** What `ws` inflates with. */
const inflated = vi.spyOn(zlib, 'createInflateRaw');
afterEach(stopAll);

/** 64 MiB of blanks in 64 KB, as one text message with RSV1 set: an event once inflated. */
const BOMB = zlib.deflateRawSync(`{"type":"response.create"${' '.repeat(64 * 1024 * 1024)}}`);
const COMPRESSED_TEXT = 0xc1;

function header(length: number, isMasked: boolean): Buffer {
  const head = Buffer.alloc(10 + (isMasked ? 4 : 0)); // a mask of zeros changes nothing
  head[0] = COMPRESSED_TEXT;
  head[1] = (isMasked ? 0x80 : 0) | 127;
  head.writeBigUInt64BE(BigInt(length), 2);
  return head;
}

/** What a handshake is accepted with (RFC 6455, section 4.2.2). */
const acceptOf = (key: string) =>
  createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
const streamOf = (socket: WebSocket) => (socket as unknown as { _socket: Socket })._socket;

describe('a compressed frame', () => {
  it.each(['permessage-deflate', 'permessage-deflate; client_no_context_takeover; server_max_window_bits=8'])(
    '[AU21] of a client that offered "%s" closes 1002, inflated by nobody',
    async (offer) => {
      const { url } = await start();
      const { socket, closed, next } = dial(url, {
        perMessageDeflate: false,
        headers: { 'sec-websocket-extensions': offer },
      });
      await next('session.created');
      expect(socket.extensions).toBe('');
      streamOf(socket).write(Buffer.concat([header(BOMB.length, true), BOMB]));
      expect((await closed)[0]).toBe(1002);
      expect(inflated).not.toHaveBeenCalled();
      await dial(url).next('session.created');
    },
  );

  it('[AU21, RL6] of an upstream ends that session alone, with an error', async () => {
    const fake = await fakeUpstream();
    const { url } = await start({ upstream: { url: fake.url } });
    const { next, closed } = dial(url);
    await next('session.created');
    expect(fake.requests[0]?.headers['sec-websocket-extensions']).toBeUndefined();
    const { socket } = await nextOf(fake.connections);
    streamOf(socket).write(Buffer.concat([header(BOMB.length, false), BOMB]));
    expect((await next('error')).error.code).toBe('upstream_error');
    expect((await closed)[0]).toBe(1011);
    expect(inflated).not.toHaveBeenCalled();
    await dial(url).next('session.created');
  });

  it('[AU21, RL2] is not agreed to when an upstream says that it is', async () => {
    const fake = await fakeUpstream((request, socket) => {
      const key = String(request.headers['sec-websocket-key']);
      socket.end(
        [
          'HTTP/1.1 101 Switching Protocols',
          'Upgrade: websocket',
          'Connection: Upgrade',
          `Sec-WebSocket-Accept: ${acceptOf(key)}`,
          'Sec-WebSocket-Extensions: permessage-deflate',
          '\r\n',
        ].join('\r\n'),
      );
    });
    const { url } = await start({ upstream: { url: fake.url } });
    expect((await dial(url).refused).status).toBe(502);
  });
});
