// Measures how fast a peer reads: waits for it, and reports a reader that reads nothing [LM9, CO16].
// Uses the clock of `active-time.ts`: time in which this process did not run does not count [LM16].

import type { ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { type ActiveClock, activeTime } from '../active-time.ts';
import type { Limits } from '../limits.ts';
import type { Transport } from './transport.ts';

export interface Backpressure {
  /** Call it with the size of every frame sent, in bytes. */
  onSent(bytes: number): void;
  /** Resolves when at most `bytes` are unsent, or the signal aborts. */
  waitBelow(bytes: number, signal: AbortSignal): Promise<void>;
  stop(): void;
}

const POLL_MS = 10;

/**
 * Calls `onStall` once, when the peer has read nothing for `limits.stallMs` while bytes were unsent. Time in which this process did
 * not run does not count.
 */
export function createBackpressure(
  transport: Pick<Transport, 'bufferedBytes'>,
  limits: Pick<Limits, 'stallMs'>,
  onStall: () => void,
  clock: ActiveClock = activeTime,
): Backpressure {
  let cancel: (() => void) | undefined;
  let before = 0;
  let sentSince = 0;
  let lastProgress = 0;
  const everyMs = Math.max(POLL_MS, limits.stallMs / 10);

  function check(): void {
    const unsent = transport.bufferedBytes;
    const now = clock.now();
    const hasTaken = before + sentSince - unsent > 0;
    if (hasTaken) lastProgress = now;
    before = unsent;
    sentSince = 0;
    cancel = undefined;
    if (unsent === 0) return;
    if (now - lastProgress >= limits.stallMs) onStall();
    else cancel = clock.after(everyMs, check);
  }

  function stop(): void {
    cancel?.();
    cancel = undefined;
  }

  return {
    onSent(bytes) {
      sentSince += bytes;
      if (cancel || transport.bufferedBytes === 0) return;
      before = transport.bufferedBytes;
      sentSince = 0;
      lastProgress = clock.now();
      cancel = clock.after(everyMs, check);
    },
    async waitBelow(bytes, signal) {
      while (transport.bufferedBytes > bytes && !signal.aborted) await pause(POLL_MS);
    },
    stop,
  };
}

/** Destroys the socket of an HTTP response if the client reads nothing for `stallMs`. Returns a function that stops the check. */
export function dropStalled({ socket }: ServerResponse, stallMs: number, clock: ActiveClock = activeTime): () => void {
  const flushedBytes = () => (socket ? socket.bytesWritten - socket.writableLength : 0);
  let lastFlushedBytes = flushedBytes();
  let lastProgress = clock.now();
  let cancel = clock.after(stallMs / 10, check);
  function check(): void {
    const now = flushedBytes();
    if (now > lastFlushedBytes) lastProgress = clock.now();
    lastFlushedBytes = now;
    if (clock.now() - lastProgress >= stallMs) socket?.destroy();
    else cancel = clock.after(stallMs / 10, check);
  }
  return () => cancel();
}
