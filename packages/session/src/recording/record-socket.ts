// Records the sockets of other programs: the browser's `WebSocket`, `ws`, or an SDK that holds one. Writing of lines:
// `recording-writer.ts`. The only file of this package that reads a clock, unless it is given another.

import { ColloquyError, type RedactionLevel } from '@colloquy/protocol';
import { createRecordingWriter } from './recording-writer.ts';

/** A socket with the interface of browsers and `ws`. */
export interface RawSocket {
  send(data: never, ...more: never[]): unknown;
  addEventListener(type: 'message' | 'close', listener: (event: object) => void): unknown;
  removeEventListener(type: 'message' | 'close', listener: (event: object) => void): unknown;
}

/** A socket, or an object that holds one as `socket`. */
export type RecordableSocket = RawSocket | { readonly socket: RawSocket };

export interface RecordSocketOptions {
  /**
   * Receives each line of the recording, without its line break; the header first, once the server has sent the session
   * id.
   */
  readonly onLine: (line: string) => void;
  /** What to redact. `key` keeps audio and images, `content` also hides text. @default 'media' */
  readonly redact?: RedactionLevel;
  /** The end of the connection at which the socket is. @default 'client' */
  readonly side?: 'client' | 'server';
  /** Unix milliseconds. @default Date.now */
  readonly now?: () => number;
}

export interface SocketRecording {
  /** Ends the recording and restores the socket. Closing the socket ends it too. */
  stop(): void;
  /** Frames missing from the recording: no events, unreadable (such as a Blob), or lost because `onLine` threw. */
  readonly missed: number;
}

/**
 * Records the frames of a socket from now on, in the format of docs/recording-format.md, without changing any of them.
 * Call it before the first frame. An error of the recording never reaches the socket's users.
 *
 * Throws `invalid_configuration` if the value is not a socket, or its `send` cannot be replaced.
 *
 * ```ts
 * const socket = new WebSocket(url, protocols);
 * const lines: string[] = [];
 * recordSocket(socket, { onLine: (line) => lines.push(line) });
 * ```
 */
export function recordSocket(target: RecordableSocket, options: RecordSocketOptions): SocketRecording {
  const socket = rawSocket(target);
  const { onLine, redact: level = 'media', side = 'client', now = Date.now } = options;
  const writer = createRecordingWriter({ onLine, level });
  const peer = side === 'client' ? 'server' : 'client';
  let failed = 0;
  let isStopped = false;

  function record(from: 'client' | 'server', data: unknown): void {
    if (isStopped) return;
    const frame = frameOf(data);
    try {
      if (frame === undefined) failed += 1;
      else writer.write(from, frame, now());
    } catch {
      // `onLine` failed; the connection continues, and `missed` counts the frame.
      failed += 1;
    }
  }

  const { send } = socket;
  const originalDescriptor = Object.getOwnPropertyDescriptor(socket, 'send');
  const recordingSend = function (this: unknown, ...data: never[]) {
    // In other states `send` throws or drops the frame.
    const { readyState = OPEN } = socket as { readyState?: unknown };
    // Before sending, because the answer may arrive at once.
    if (readyState === OPEN) record(side, data[0]);
    return Reflect.apply(send, socket, data);
  };
  const isReplaced = Reflect.defineProperty(socket, 'send', {
    value: recordingSend,
    writable: true,
    configurable: true,
  });
  if (!isReplaced)
    throw new ColloquyError('invalid_configuration', 'this socket cannot be recorded: its send is fixed');

  const onMessage = (event: { data?: unknown }) => record(peer, event.data);
  const stop = () => {
    if (isStopped) return;
    socket.removeEventListener('message', onMessage);
    socket.removeEventListener('close', stop);
    // Another wrapper may surround ours by now; it keeps working.
    if (socket.send === (recordingSend as unknown)) {
      if (originalDescriptor) Reflect.defineProperty(socket, 'send', originalDescriptor);
      else Reflect.deleteProperty(socket, 'send');
    }
    try {
      writer.end();
    } catch {
      // As above.
      failed += 1;
    }
    isStopped = true;
  };
  socket.addEventListener('message', onMessage);
  socket.addEventListener('close', stop);
  return {
    stop,
    get missed() {
      return failed + writer.unread;
    },
  };
}

const OPEN = 1;

function rawSocket(target: RecordableSocket): RawSocket {
  const raw: unknown = typeof target === 'object' && target !== null && 'socket' in target ? target.socket : target;
  if (typeof raw === 'object' && raw !== null) {
    const { send, addEventListener, removeEventListener } = raw as Partial<RawSocket>;
    if ([send, addEventListener, removeEventListener].every((each) => typeof each === 'function'))
      return raw as RawSocket;
  }
  throw new ColloquyError('invalid_configuration', 'this is no socket: it has no send, or no addEventListener');
}

/** Text or bytes; `undefined` for data that must be read asynchronously, such as a Blob. */
function frameOf(data: unknown): string | Uint8Array | undefined {
  if (typeof data === 'string' || data instanceof Uint8Array) return data;
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  return ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : undefined;
}
