// Detects that a client leaves before its handshake is answered, without consuming bytes it has sent already.

import type { Duplex } from 'node:stream';

export interface Departure {
  /** Aborts when the client has left. */
  readonly signal: AbortSignal;
  /** Call before anything reads from the socket. */
  stop(): void;
}

export function watchDeparture(client: Duplex): Departure {
  const abort = new AbortController();
  const leave = () => abort.abort();
  // A stream emits `end` only after a read.
  const poll = () => client.readableLength === 0 && client.read();
  client.on('readable', poll).on('end', leave).on('close', leave);
  return {
    signal: abort.signal,
    stop: () => void client.off('readable', poll).off('end', leave).off('close', leave),
  };
}
