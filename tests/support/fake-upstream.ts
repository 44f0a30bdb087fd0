// A scripted upstream over real sockets that records how it was dialled.

import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { AsyncQueue } from '../../packages/server/src/async-queue.ts';
import { stops } from './dial.ts';

export interface FakeUpstream {
  /** `ws://127.0.0.1:49152/v1/realtime` */
  readonly url: string;
  /** The handshakes so far. */
  readonly requests: IncomingMessage[];
  /** The connections as they come. */
  readonly connections: AsyncQueue<Connection>;
}

export interface Connection {
  readonly socket: WebSocket;
  /** What the relay sent. */
  readonly frames: AsyncQueue<string>;
  say(...events: object[]): void;
}

export const CREATED = {
  type: 'session.created',
  event_id: 'event_1',
  session: { type: 'realtime', object: 'realtime.session', id: 'sess_up', model: 'gpt-realtime' },
};

/**
 * `answer` takes the handshake in the place of accepting it; one that returns a promise has it accepted when that is kept. Every
 * connection begins with `session.created`.
 */
export async function fakeUpstream(
  answer?: (request: IncomingMessage, socket: Duplex) => unknown,
): Promise<FakeUpstream> {
  const http = createServer((_, response) => response.writeHead(404).end());
  const sockets = new WebSocketServer({ noServer: true });
  const requests: IncomingMessage[] = [];
  const connections = new AsyncQueue<Connection>();
  const streams = new Set<Duplex>();
  http.on('upgrade', async (request, socket, head) => {
    requests.push(request);
    streams.add(socket);
    socket.on('error', () => {});
    const answered = answer?.(request, socket);
    if (answer && !(answered instanceof Promise)) return;
    await answered;
    sockets.handleUpgrade(request, socket, head, (ws) => {
      const frames = new AsyncQueue<string>();
      ws.on('error', () => {});
      ws.on('message', (data) => frames.push(String(data)));
      ws.on('close', () => frames.end());
      const say = (...events: object[]) => {
        for (const event of events) ws.send(JSON.stringify(event));
      };
      say(CREATED);
      connections.push({ socket: ws, frames, say });
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  stops.push(() => {
    for (const stream of streams) stream.destroy();
    http.close();
  });
  const { port } = http.address() as AddressInfo;
  return { url: `ws://127.0.0.1:${port}/v1/realtime`, requests, connections };
}

/** The next of what an inbox holds. */
export async function nextOf<T>(inbox: AsyncQueue<T>): Promise<T> {
  const { value, done } = await inbox[Symbol.asyncIterator]().next();
  if (done) throw new Error('nothing more came');
  return value as T;
}
