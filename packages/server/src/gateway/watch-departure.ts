// Notices that a client leaves while it waits for its handshake, and takes nothing of what it may have sent already.

import type { Duplex } from 'node:stream';

export interface Departure {
  /** Aborts when the client has left. */
  readonly signal: AbortSignal;
  /** To be called before anybody reads from the socket. */
  stop(): void;
}

export function watchDeparture(client: Duplex): Departure {
  const left = new AbortController();
  const leave = () => left.abort();
  // The end of a stream shows only to a reader that asks for more.
  const poll = () => client.readableLength === 0 && client.read();
  client.on('readable', poll).on('end', leave).on('close', leave);
  return {
    signal: left.signal,
    stop: () => void client.off('readable', poll).off('end', leave).off('close', leave),
  };
}
