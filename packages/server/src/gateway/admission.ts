// Whether there is room for one more session [LM7]. Asked after everything else, so that what is refused anyway does not count.

import type { Grant } from '../auth/authorize.ts';
import { type Refusal, refusal } from '../http/refusals.ts';
import { buckets } from '../limits.ts';
import type { Services } from '../services.ts';
import type { Hub } from '../sessions/session-registry.ts';

export interface Admission {
  /** Why a client at this address may not open a session now. Counts against the address's rate. */
  refuseOpening(grant: Grant, address: string): Refusal | undefined;
  /** Why there is no room, whatever the rate: for a session that was admitted a while ago. */
  refuseCrowd(grant: Grant): Refusal | undefined;
}

export function createAdmission(hub: Hub, { limits, clock }: Services): Admission {
  const opens = buckets(limits.opensPerSecond, limits.opensBurst);

  function refuseCrowd({ principal }: Grant): Refusal | undefined {
    if (hub.isDraining) return DRAINING;
    if (hub.count() >= limits.sessions || process.memoryUsage.rss() > limits.memoryBytes) return FULL;
    return principal !== 'anyone' && hub.count(principal) >= limits.sessionsPerKey ? TOO_MANY : undefined;
  }

  return {
    refuseCrowd,
    refuseOpening: (grant, address) => refuseCrowd(grant) ?? (opens.take(address, clock()) ? undefined : TOO_FAST),
  };
}

const DRAINING = refusal('draining', 'The server is shutting down.');
const FULL = refusal('overloaded', 'The server has no room for another session.');
const TOO_MANY = refusal('rate_limit_exceeded', 'Too many sessions at once under this key.');
const TOO_FAST = refusal('rate_limit_exceeded', 'Too many new sessions from this address.');
