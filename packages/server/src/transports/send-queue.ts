// Queues frames for one WebSocket. Limits the bytes in flight, and encodes the audio of a sliced frame one slice per turn of the event loop.

import type { WebSocket } from 'ws';
import { isSliced, type Slice, slicesOf } from './sliced-frame.ts';
import { type Frame, frameBytes, type SlicedFrame } from './transport.ts';

/** Maximum bytes handed to the socket at a time. The socket reports a batch as sent only when all of it is sent. */
const IN_FLIGHT_BYTES = 64 * 1024;

export interface SendQueue {
  /** Queued bytes, without those handed to the socket. */
  readonly bytes: number;
  push(frame: Frame | SlicedFrame): void;
  /** Sends the queued frames, then calls back; synchronously unless a sliced frame is queued. */
  finish(onEmpty: () => void): void;
  /** Drops queued frames. */
  clear(): void;
}

/** `gather` is called before each write. */
export function sendQueue(socket: WebSocket, gather: () => void): SendQueue {
  const waiting: (Frame | SlicedFrame)[] = [];
  let bytes = 0;
  /** The rest of the sliced frame that is being sent. */
  let slices: Generator<Slice> | undefined;
  /** A slice was sent in this turn of the event loop. */
  let isResting = false;
  let onEmpty: (() => void) | undefined;

  function flush(): void {
    while (!isResting && socket.readyState === socket.OPEN && socket.bufferedAmount < IN_FLIGHT_BYTES) {
      if (slices) return sendSlice(slices);
      const frame = waiting.shift();
      if (frame === undefined) return onEmpty?.();
      if (isSliced(frame)) slices = slicesOf(frame);
      else sendWhole(frame);
    }
  }

  function sendWhole(frame: Frame): void {
    bytes -= frameBytes(frame);
    gather();
    socket.send(frame, flush);
  }

  function sendSlice(from: Generator<Slice>): void {
    const { text, isLast } = from.next().value as Slice;
    if (isLast) slices = undefined;
    bytes -= Buffer.byteLength(text);
    isResting = true;
    gather();
    socket.send(text, { fin: isLast, binary: false }, () => setImmediate(resume));
  }

  function resume(): void {
    isResting = false;
    flush();
  }

  function clear(): void {
    waiting.length = 0;
    slices = undefined;
    bytes = 0;
  }

  return {
    get bytes() {
      return bytes;
    },
    push(frame) {
      waiting.push(frame);
      bytes += frameBytes(frame);
      flush();
    },
    finish(whenEmpty) {
      if (slices || waiting.some(isSliced)) {
        onEmpty = whenEmpty;
        return;
      }
      for (const frame of waiting.splice(0)) sendWhole(frame as Frame);
      whenEmpty();
    },
    clear,
  };
}
