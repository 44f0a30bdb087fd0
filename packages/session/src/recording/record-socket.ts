// Recording the sockets of other people's programs in one line: the browser's `WebSocket`, `ws`, or an SDK that holds one. Lines
// are made by `recording-writer.ts`. The one place of this package that looks at a clock, unless it is given another.

import { ColloquyError, type RedactionLevel } from '@colloquy/protocol';
import { createRecordingWriter } from './recording-writer.ts';

/** A socket as browsers, `ws` and their like have it. */
export interface RawSocket {
  send(data: never, ...more: never[]): unknown;
  addEventListener(type: 'message' | 'close', listener: (event: object) => void): unknown;
  removeEventListener(type: 'message' | 'close', listener: (event: object) => void): unknown;
}

/** A socket, or something that holds one as `socket`. */
export type RecordableSocket = RawSocket | { readonly socket: RawSocket };

export interface RecordSocketOptions {
  /** Takes each line of the recording, without its line break; the header first, once the server has named the session. */
  readonly onLine: (line: string) => void;
  /** What is hidden. `key` keeps audio and images, `content` hides words too. @default 'media' */
  readonly redact?: RedactionLevel;
  /** At which end the socket is. @default 'client' */
  readonly side?: 'client' | 'server';
  /** Unix milliseconds. @default Date.now */
  readonly now?: () => number;
}

export interface SocketRecording {
  /** Ends the recording and leaves the socket as it was. So does the socket's close. */
  stop(): void;
  /** Frames that are missing in it: no events, of a kind that cannot be read, or not taken because `onLine` threw. */
  readonly missed: number;
}

/**
 * Records what passes a socket from now on, in the format of docs/recording-format.md, without changing any of it. Call it before
 * anything is sent or heard. A recording that fails is no failure of the socket: nothing is thrown into its callers.
 *
 * Throws `invalid_configuration` for what is no socket, or one whose `send` cannot be replaced.
 *
 * ```ts
 * const socket = new WebSocket(url, protocols);
 * const lines: string[] = [];
 * recordSocket(socket, { onLine: (line) => lines.push(line) });
 * ```
 */
export function recordSocket(given: RecordableSocket, options: RecordSocketOptions): SocketRecording {
  const socket = rawSocket(given);
  const { onLine, redact: level = 'media', side = 'client', now = Date.now } = options;
  const writer = createRecordingWriter({ onLine, level });
  const peer = side === 'client' ? 'server' : 'client';
  let failed = 0;
  let isOver = false;

  function take(from: 'client' | 'server', data: unknown): void {
    if (isOver) return;
    const frame = frameOf(data);
    try {
      if (frame === undefined) failed += 1;
      else writer.write(from, frame, now());
    } catch {
      // Whoever keeps the lines could not; the conversation goes on, and `missed` tells.
      failed += 1;
    }
  }

  const { send } = socket;
  const before = Object.getOwnPropertyDescriptor(socket, 'send');
  const recorded = function (this: unknown, ...data: never[]) {
    // Others throw, or drop it.
    const { readyState = OPEN } = socket as { readyState?: unknown };
    // Before it is sent: an answer may come at once.
    if (readyState === OPEN) take(side, data[0]);
    return Reflect.apply(send, socket, data);
  };
  const isReplaced = Reflect.defineProperty(socket, 'send', { value: recorded, writable: true, configurable: true });
  if (!isReplaced)
    throw new ColloquyError('invalid_configuration', 'this socket cannot be recorded: its send is fixed');

  const onMessage = (event: { data?: unknown }) => take(peer, event.data);
  const stop = () => {
    if (isOver) return;
    socket.removeEventListener('message', onMessage);
    socket.removeEventListener('close', stop);
    // Another wrapper may stand around ours by now; it keeps working.
    if (socket.send === (recorded as unknown)) {
      if (before) Reflect.defineProperty(socket, 'send', before);
      else Reflect.deleteProperty(socket, 'send');
    }
    try {
      writer.end();
    } catch {
      // As above.
      failed += 1;
    }
    isOver = true;
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

function rawSocket(given: RecordableSocket): RawSocket {
  const raw: unknown = typeof given === 'object' && given !== null && 'socket' in given ? given.socket : given;
  if (typeof raw === 'object' && raw !== null) {
    const { send, addEventListener, removeEventListener } = raw as Partial<RawSocket>;
    if ([send, addEventListener, removeEventListener].every((each) => typeof each === 'function'))
      return raw as RawSocket;
  }
  throw new ColloquyError('invalid_configuration', 'this is no socket: it has no send, or no addEventListener');
}

/** Text, or bytes; `undefined` for what can only be read later, as a Blob. */
function frameOf(data: unknown): string | Uint8Array | undefined {
  if (typeof data === 'string' || data instanceof Uint8Array) return data;
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  return ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : undefined;
}
