// Dials the upstream of a session while its client waits for the handshake [RL2].

import { ColloquyError } from '@colloquy/protocol';
import type { SessionRequest } from '../auth/session-request.ts';
import { errorName } from '../log.ts';
import { dialUpstream, type Upstream, type UpstreamOptions } from '../relay/upstream.ts';
import type { Services } from '../services.ts';

/** Rejects as `dialUpstream` does, and once the client has left. */
export async function dialForClient(
  to: UpstreamOptions,
  { model, kind }: SessionRequest,
  clientLeft: AbortSignal,
  { limits, log }: Services,
): Promise<Upstream> {
  try {
    const target = { model, kind: kind === 'transcription' ? kind : 'realtime' } as const;
    return await dialUpstream(to, target, { limits, signal: clientLeft });
  } catch (error) {
    // Its message is ours, and names neither host nor credential.
    log.warn({ error: ColloquyError.is(error) ? error.message : errorName(error) }, 'an upstream cannot be reached');
    throw error;
  }
}
