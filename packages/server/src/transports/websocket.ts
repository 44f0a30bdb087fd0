// WebSocket transport over `ws`: keep-alive, and one write per turn of the event loop. Queue: `send-queue.ts`.

import type { Writable } from 'node:stream';
import type { WebSocket } from 'ws';
import { activeTime } from '../active-time.ts';
import { AsyncQueue } from '../async-queue.ts';
import { DEFAULT_LIMITS } from '../limits.ts';
import { sendQueue } from './send-queue.ts';
import { closeReason, type Frame, type Transport } from './transport.ts';

/** Received and unprocessed bytes above which the socket is paused. */
const UNREAD_BYTES = 1024 * 1024;

export interface WebSocketTransportOptions {
  /** Milliseconds between pings; 0 for none [AU20]. @default 0 */
  pingMs?: number;
  /** Milliseconds until a missing pong ends the connection. @default 10_000 */
  pongMs?: number;
  /** Milliseconds the peer has to read queued frames before a close. @default 10_000 */
  closeMs?: number;
  /** The stream of the socket, corked so that frames share a write. Without it every frame is one system call. */
  stream?: Pick<Writable, 'cork' | 'uncork'> | undefined;
}

/** Wraps an open socket and listens at once. An error of the socket ends this socket only. */
export function webSocketTransport(socket: WebSocket, options: WebSocketTransportOptions = {}): Transport {
  const frames = new AsyncQueue<Frame>((frame) => frame.length, { paced: true });
  socket.on('message', (data, isBinary) => {
    frames.push(isBinary ? (data as Buffer) : data.toString());
    if (frames.weight > UNREAD_BYTES) socket.pause();
  });
  frames.onShift(() => socket.isPaused && frames.weight <= UNREAD_BYTES && socket.resume());
  // Without a listener an error would end the process. Nothing to do: `ws` sends the close frame that names the fault
  // (1002, 1007, 1008, 1009), and ending the socket here would swallow it.
  socket.on('error', () => {});
  if (options.pingMs) keepAlive(socket, options.pingMs, options.pongMs ?? 10_000);

  const queue = sendQueue(socket, options.stream ? corkPerTurn(options.stream) : () => {});
  let isClosing = false;
  const isOpen = () => socket.readyState === socket.OPEN && !isClosing;
  socket.on('close', () => {
    queue.clear();
    frames.end();
  });
  return {
    kind: 'websocket',
    frames,
    get bufferedBytes() {
      return isOpen() ? queue.bytes + socket.bufferedAmount : 0;
    },
    get isOpen() {
      return isOpen();
    },
    send(frame) {
      if (isOpen()) queue.push(frame);
    },
    close(code, reason) {
      if (!isOpen()) return;
      isClosing = true;
      const end = () => {
        clearTimeout(timeout);
        queue.clear();
        socket.close(code, closeReason(reason));
      };
      // If the peer does not read the rest of a long frame in time, the socket closes without it.
      const timeout = setTimeout(end, options.closeMs ?? DEFAULT_LIMITS.closeMs);
      socket.on('close', () => clearTimeout(timeout));
      queue.finish(end);
    },
    drop: () => socket.terminate(),
  };
}

/** Corks the stream at the first call in a turn of the event loop and uncorks it after the turn. */
function corkPerTurn(stream: Pick<Writable, 'cork' | 'uncork'>): () => void {
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

/** Pings, and ends a connection that does not answer. Time in which this process did not run or read does not count. */
function keepAlive(socket: WebSocket, pingMs: number, pongMs: number): void {
  let cancel: (() => void) | undefined;
  const lose = () => {
    if (socket.isPaused)
      cancel = activeTime.after(pongMs, lose); // the pong can be unread
    else socket.terminate();
  };
  const pings = setInterval(() => {
    if (socket.readyState !== socket.OPEN) return;
    socket.ping();
    cancel ??= activeTime.after(pongMs, lose);
  }, pingMs);
  socket.on('pong', () => {
    cancel?.();
    cancel = undefined;
  });
  socket.on('close', () => {
    clearInterval(pings);
    cancel?.();
  });
}
