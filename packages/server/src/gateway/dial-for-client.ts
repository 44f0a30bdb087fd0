// Dials the upstream of a session before the client's handshake is answered [RL2]. The connection: `relay/upstream.ts`.

import { ColloquyError } from '@colloquy/protocol';
import type { SessionRequest } from '../auth/session-request.ts';
import { errorName } from '../log.ts';
import { dialUpstream, type Upstream, type UpstreamOptions } from '../relay/upstream.ts';
import type { Services } from '../services.ts';

/** Rejects as `dialUpstream` does, and when `clientLeft` aborts; without it, the dial goes on to its own timeout. */
export async function dialForClient(
  to: UpstreamOptions,
  { model, kind }: SessionRequest,
  clientLeft: AbortSignal | undefined,
  { limits, log }: Services,
): Promise<Upstream> {
  try {
    const target = { model, kind: kind === 'transcription' ? kind : 'realtime' } as const;
    return await dialUpstream(to, target, { limits, ...(clientLeft && { signal: clientLeft }) });
  } catch (error) {
    // A `ColloquyError` of `dialUpstream` contains neither host nor credential.
    log.warn({ error: ColloquyError.is(error) ? error.message : errorName(error) }, 'an upstream cannot be reached');
    throw error;
  }
}
