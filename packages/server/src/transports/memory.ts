// In-memory transport: two connected ends in one process, for tests and embedding.

import { AsyncQueue } from '../async-queue.ts';
import { isSliced, joined } from './sliced-frame.ts';
import { closeReason, type Frame, frameBytes, type Transport } from './transport.ts';

/** Close code for a connection without a close frame (RFC 6455, section 7.1.5). */
const ABNORMAL_CLOSURE = 1006;

const frameQueue = () => new AsyncQueue<Frame>(frameBytes, { paced: true });

export interface MemoryTransport extends Transport {
  readonly kind: 'memory';
  /** How the connection ended: the code and reason of the end that closed first. */
  readonly closed: Promise<{ code: number; reason: string }>;
}

/** Two connected ends: each receives what the other sends. */
export function memoryPair(): [MemoryTransport, MemoryTransport] {
  const queues = [frameQueue(), frameQueue()] as const;
  let isClosed = false;
  let resolveClosed: (how: { code: number; reason: string }) => void;
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    resolveClosed = resolve;
  });
  const finish = (code: number, reason: string) => {
    if (isClosed) return;
    isClosed = true;
    for (const queue of queues) queue.end();
    resolveClosed({ code, reason: closeReason(reason) });
  };
  const end = (own: AsyncQueue<Frame>, far: AsyncQueue<Frame>): MemoryTransport => ({
    kind: 'memory',
    frames: own,
    closed,
    get bufferedBytes() {
      return isClosed ? 0 : far.weight;
    },
    get isOpen() {
      return !isClosed;
    },
    send(frame) {
      if (!isClosed) far.push(isSliced(frame) ? joined(frame) : frame);
    },
    close: finish,
    drop: () => finish(ABNORMAL_CLOSURE, ''),
  });
  return [end(...queues), end(queues[1], queues[0])];
}
