// The WebSocket transport, over `ws`. Keeps the connection alive, keeps what is in flight small, so that a reader's progress can
// be seen, and hands over in one write what is sent in one turn of the event loop.

import type { Writable } from 'node:stream';
import type { WebSocket } from 'ws';
import { Inbox } from '../inbox.ts';
import { closeReason, type Frame, frameBytes, type Transport } from '../transport.ts';

/** Bytes handed to the socket at a time. The kernel reports a batch as taken only when all of it is. */
const IN_FLIGHT_BYTES = 64 * 1024;
/** Received bytes nobody has read yet, above which reading from the socket stops. */
const UNREAD_BYTES = 1024 * 1024;

export interface WebSocketTransportOptions {
  /** Milliseconds between pings; 0 for none [AU20]. @default 0 */
  pingMs?: number;
  /** Milliseconds a pong may take before the connection counts as lost. @default 10_000 */
  pongMs?: number;
  /** The stream the socket writes to; without it every frame is a write, and a call of the kernel, of its own. */
  stream?: Pick<Writable, 'cork' | 'uncork'> | undefined;
}

/** Wraps an open socket. Listens from this moment on; the socket's errors end it and nothing else. */
export function webSocketTransport(socket: WebSocket, options: WebSocketTransportOptions = {}): Transport {
  const frames = new Inbox<Frame>((frame) => frame.length);
  socket.on('message', (data, isBinary) => {
    frames.push(isBinary ? (data as Buffer) : data.toString());
    if (frames.weight > UNREAD_BYTES) socket.pause();
  });
  frames.onTake(() => socket.isPaused && frames.weight <= UNREAD_BYTES && socket.resume());
  socket.on('close', () => frames.end());
  // Without a listener an error would end the process. Nothing to do: `ws` sends the close frame that names the fault
  // (1002, 1007, 1008, 1009), and ending the socket here would swallow it.
  socket.on('error', () => {});
  if (options.pingMs) keepAlive(socket, options.pingMs, options.pongMs ?? 10_000);

  const gather = options.stream ? gathering(options.stream) : () => {};
  const waiting: Frame[] = [];
  let waitingBytes = 0;
  const flush = () => {
    while (waiting.length > 0 && socket.readyState === socket.OPEN && socket.bufferedAmount < IN_FLIGHT_BYTES) {
      const frame = waiting.shift() as Frame;
      waitingBytes -= frameBytes(frame);
      gather();
      socket.send(frame, flush);
    }
  };
  return {
    kind: 'websocket',
    frames,
    get bufferedBytes() {
      return socket.readyState === socket.OPEN ? waitingBytes + socket.bufferedAmount : 0;
    },
    send(frame) {
      if (socket.readyState !== socket.OPEN) return;
      waiting.push(frame);
      waitingBytes += frameBytes(frame);
      flush();
    },
    close(code, reason) {
      if (socket.readyState !== socket.OPEN) return;
      for (const frame of waiting.splice(0)) socket.send(frame);
      socket.close(code, closeReason(reason));
    },
    drop: () => socket.terminate(),
  };
}

/** Holds back what is written from the first call in a turn of the event loop until that turn is over. */
function gathering(stream: Pick<Writable, 'cork' | 'uncork'>): () => void {
  let isHeld = false;
  return () => {
    if (isHeld) return;
    isHeld = true;
    stream.cork();
    setImmediate(() => {
      isHeld = false;
      stream.uncork();
    });
  };
}

/** Pings; ends a connection that does not answer. */
function keepAlive(socket: WebSocket, pingMs: number, pongMs: number): void {
  let lost: NodeJS.Timeout | undefined;
  const pings = setInterval(() => {
    if (socket.readyState !== socket.OPEN) return;
    socket.ping();
    lost ??= setTimeout(() => socket.terminate(), pongMs);
  }, pingMs);
  socket.on('pong', () => {
    clearTimeout(lost);
    lost = undefined;
  });
  socket.on('close', () => {
    clearInterval(pings);
    clearTimeout(lost);
  });
}
