// Acquires what a session needs before its handshake completes: a place, the client secret, the upstream. Authorization:
// `upgrade.ts`.

import type { Grant } from '../auth/authorize.ts';
import type { ClientSecrets } from '../auth/client-secrets.ts';
import type { SessionRequest } from '../auth/session-request.ts';
import { type Refusal, refusal } from '../http/refusals.ts';
import type { Upstream, UpstreamOptions } from '../relay/upstream.ts';
import { dialRefusal } from '../relay/upstream-refusal.ts';
import type { Services } from '../services.ts';
import type { Forks } from '../sessions/forks.ts';
import type { Admission, Place } from './admission.ts';
import { dialForClient } from './dial-for-client.ts';

export interface PreparerOptions {
  readonly services: Services;
  readonly secrets: ClientSecrets;
  readonly admission: Admission;
  readonly forks: Forks;
  /** The server that sessions are relayed to; `undefined` hosts them. */
  readonly upstream: UpstreamOptions | undefined;
}

/** A client whose handshake is not answered yet. */
export interface WaitingClient {
  readonly address: string;
  readonly grant: Grant;
  readonly sessionRequest: SessionRequest;
  /** Aborts when the client has left. */
  readonly clientLeft: AbortSignal;
}

/** A refusal, its headers, and whether the upstream caused it. */
type Rejection = readonly [refusal: Refusal, headers?: Record<string, string>, isUpstreams?: boolean];

/** The reserved place, and the upstream if the session is relayed; or the rejection. */
export type PrepareResult =
  | { readonly ok: true; readonly place: Place; readonly upstream: Upstream | undefined }
  | { readonly ok: false; readonly rejection: Rejection };

const reject = (...rejection: Rejection) => ({ ok: false, rejection }) as const;

/** Releases the place if the session is not opened. Rejects if a store rejects. */
export function sessionPreparer(options: PreparerOptions): (client: WaitingClient) => Promise<PrepareResult> {
  const { services, secrets, admission, forks, upstream: to } = options;

  return async ({ address, grant, sessionRequest, clientLeft }) => {
    const admissionResult = await admission.admit(grant, address);
    if (!admissionResult.ok) return reject(admissionResult.refusal);
    const { place } = admissionResult;
    let prepared: PrepareResult | undefined;
    try {
      if (clientLeft.aborted) return reject(CLIENT_LEFT); // before the secret is spent
      if (grant.secret?.fork !== undefined && !forks.has(grant.secret.fork)) return reject(FORK_GONE);
      if (grant.secret && !(await secrets.spend(grant.secret))) return reject(SECRET_SPENT);
      const dialResult = to ? await dial(to, sessionRequest, clientLeft) : { ok: true as const, upstream: undefined };
      if (!dialResult.ok) return dialResult;
      const drainRefusal = place.refuseIfDraining();
      if (drainRefusal) dialResult.upstream?.transport.drop();
      prepared = drainRefusal ? undefined : { ...dialResult, place };
      return prepared ?? reject(drainRefusal as Refusal);
    } finally {
      if (!prepared) place.release();
    }
  };

  async function dial(upstream: UpstreamOptions, wanted: SessionRequest, clientLeft: AbortSignal) {
    try {
      return { ok: true, upstream: await dialForClient(upstream, wanted, clientLeft, services) } as const;
    } catch (error) {
      const { refusal, retryAfter } = dialRefusal(error);
      return reject(refusal, retryAfter === undefined ? {} : { 'retry-after': `${retryAfter}` }, true);
    }
  }
}

export const FORK_GONE = refusal('invalid_api_key', 'The conversation of this client secret is no longer here.');
export const SECRET_SPENT = refusal('invalid_api_key', 'The client secret is spent.');
/** Never received: the client has left. */
const CLIENT_LEFT = refusal('invalid_value', 'The client has left.');
