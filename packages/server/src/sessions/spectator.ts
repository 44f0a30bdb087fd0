// A receive-only connection: closed if it sends, stops reading, or exceeds the limit of unsent bytes [CO8, CO10].

import type { Limits } from '../limits.ts';
import { createBackpressure } from '../transports/backpressure.ts';
import { frameBytes, type Transport } from '../transports/transport.ts';

export interface Spectator {
  readonly isClosed: boolean;
  /** Resolves when the connection has ended. */
  readonly closed: Promise<void>;
  /** Sends one text. With `beyond` the text may exceed the limit of unsent bytes. Does nothing once closed. */
  send(text: string, options?: { readonly beyond: boolean }): void;
  /** Idempotent. */
  close(code: number, reason: string): void;
}

/** Close reason of a connection that does not read. */
export const SLOW_OBSERVER = 'The observer does not take what it is shown.';

/** Reads the connection's frames from now on. Calls `onClose` once, when nothing more is sent. */
export function createSpectator(transport: Transport, limits: Limits, onClose: () => void = () => {}): Spectator {
  const backpressure = createBackpressure(transport, limits, () => close(1013, SLOW_OBSERVER));
  /** Unsent bytes allowed above the limit, for a text sent with `beyond`. */
  let beyondBytes = 0;
  let isClosed = false;

  function close(code: number, reason: string): void {
    if (isClosed) return;
    isClosed = true;
    backpressure.stop();
    transport.close(code, reason);
    onClose();
  }

  async function readFrames(): Promise<void> {
    for await (const _ of transport.frames) close(1008, 'An observer has nothing to say.');
    close(1000, '');
  }

  return {
    get isClosed() {
      return isClosed || !transport.isOpen;
    },
    closed: readFrames(),
    send(text, { beyond } = { beyond: false }) {
      if (isClosed || !transport.isOpen) return;
      if (transport.bufferedBytes <= limits.watchBytes) beyondBytes = 0;
      if (transport.bufferedBytes > limits.watchBytes + beyondBytes) return close(1013, SLOW_OBSERVER);
      transport.send(text);
      backpressure.onSent(frameBytes(text));
      if (beyond) beyondBytes = frameBytes(text);
    },
    close,
  };
}
