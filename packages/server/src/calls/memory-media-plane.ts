// Calls inside one process, for tests and embedding: the data channel is an in-memory transport, and audio is played at once.

import { type SdpOffer, writeAnswer } from '@colloquy/protocol';
import { AsyncQueue } from '../async-queue.ts';
import { type MemoryTransport, memoryPair } from '../transports/memory.ts';
import type { MediaPlane, OpenedCall } from './media-plane.ts';
import { MemoryCallAudio } from './memory-call-audio.ts';

/** A call as its client has it. */
export interface MemoryCall {
  readonly offer: SdpOffer;
  /** The client's end of the data channel. */
  readonly client: MemoryTransport;
  readonly audio: MemoryCallAudio;
}

export interface MemoryMediaPlane extends MediaPlane {
  /** The calls in the order they were opened. For one reader. */
  readonly calls: AsyncIterable<MemoryCall>;
}

/** There is nothing to connect to: the answers name no address. */
const NOWHERE = {
  ufrag: 'memory',
  pwd: 'memory'.repeat(4),
  fingerprint: `sha-256 ${'00:'.repeat(31)}00`,
  candidates: [],
  maxMessageSize: 16 * 1024 * 1024,
};

export function memoryMediaPlane(): MemoryMediaPlane {
  const calls = new AsyncQueue<MemoryCall>();
  return {
    calls,
    async open(offer): Promise<OpenedCall> {
      const [client, transport] = memoryPair();
      const audio = new MemoryCallAudio();
      calls.push({ offer, client, audio });
      return { answer: writeAnswer(offer, NOWHERE), transport, audio };
    },
  };
}
