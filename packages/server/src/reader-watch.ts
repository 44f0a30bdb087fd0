// Watches how fast a client takes what it is sent: makes audio generation wait, and notices a reader that stands still [LM9].

import { setTimeout as pause } from 'node:timers/promises';
import type { Limits } from './limits.ts';
import type { Transport } from './transport.ts';

export interface ReaderWatch {
  /** To be told of every frame sent, in bytes. */
  sent(bytes: number): void;
  /** Resolves once fewer than `bytes` are unsent, or the signal aborts. */
  room(bytes: number, signal: AbortSignal): Promise<void>;
  stop(): void;
}

const LOOK_MS = 10;

/** Calls `onStall`, once, when the reader has taken nothing for `limits.stallMs` although there was something to take. */
export function readerWatch(transport: Transport, limits: Limits, onStall: () => void): ReaderWatch {
  let timer: NodeJS.Timeout | undefined;
  let before = 0;
  let sentSince = 0;
  let lastProgress = 0;
  const everyMs = Math.max(LOOK_MS, limits.stallMs / 10);

  function look(): void {
    const unsent = transport.bufferedBytes;
    const now = performance.now();
    const hasTaken = before + sentSince - unsent > 0;
    if (hasTaken) lastProgress = now;
    before = unsent;
    sentSince = 0;
    if (unsent === 0) stop();
    else if (now - lastProgress >= limits.stallMs) {
      stop();
      onStall();
    }
  }

  function stop(): void {
    clearInterval(timer);
    timer = undefined;
  }

  return {
    sent(bytes) {
      sentSince += bytes;
      if (timer || transport.bufferedBytes === 0) return;
      before = transport.bufferedBytes;
      sentSince = 0;
      lastProgress = performance.now();
      timer = setInterval(look, everyMs);
    },
    async room(bytes, signal) {
      while (transport.bufferedBytes > bytes && !signal.aborted) await pause(LOOK_MS);
    },
    stop,
  };
}
