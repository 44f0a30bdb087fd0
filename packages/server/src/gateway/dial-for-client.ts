// Dials the upstream of a session while its client waits for the handshake [RL2].

import type { Duplex } from 'node:stream';
import { ColloquyError } from '@colloquy/protocol';
import type { SessionRequest } from '../auth/session-request.ts';
import { errorName } from '../log.ts';
import { dialUpstream, type Upstream, type UpstreamOptions } from '../relay/upstream.ts';
import type { Services } from '../services.ts';

/** Rejects as `dialUpstream` does, and once the client has left. */
export async function dialForClient(
  to: UpstreamOptions,
  { model, kind }: SessionRequest,
  client: Duplex,
  { limits, log }: Services,
): Promise<Upstream> {
  const left = new AbortController();
  const leave = () => left.abort();
  // Nothing is taken from what the client may have sent; but only who tries to read learns that there is an end.
  const look = () => client.readableLength === 0 && client.read();
  client.on('readable', look).on('end', leave).on('close', leave);
  try {
    const wanted = { model, kind: kind === 'transcription' ? kind : 'realtime' } as const;
    return await dialUpstream(to, wanted, { limits, signal: left.signal });
  } catch (error) {
    // Its message is ours, and names neither host nor credential.
    log.warn({ error: ColloquyError.is(error) ? error.message : errorName(error) }, 'an upstream cannot be reached');
    throw error;
  } finally {
    client.off('readable', look).off('end', leave).off('close', leave);
  }
}
