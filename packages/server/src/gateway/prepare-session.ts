// What is waited for between a handshake and its session: a place, the client secret, the upstream. Whether the session may be asked
// for is decided before, in `upgrade.ts`.

import type { Grant } from '../auth/authorize.ts';
import type { ClientSecrets } from '../auth/client-secrets.ts';
import type { SessionRequest } from '../auth/session-request.ts';
import { type Refusal, refusal } from '../http/refusals.ts';
import type { Upstream, UpstreamOptions } from '../relay/upstream.ts';
import { dialRefusal } from '../relay/upstream-refusal.ts';
import type { Services } from '../services.ts';
import type { Admission, Place } from './admission.ts';
import { dialForClient } from './dial-for-client.ts';

export interface PreparerOptions {
  readonly services: Services;
  readonly secrets: ClientSecrets;
  readonly admission: Admission;
  /** Where sessions are relayed to; `undefined` hosts them. */
  readonly upstream: UpstreamOptions | undefined;
}

/** A client that waits for its session. */
export interface WaitingClient {
  readonly address: string;
  readonly grant: Grant;
  readonly wanted: SessionRequest;
  /** Aborts when it has left. */
  readonly clientLeft: AbortSignal;
}

/** Why no session is opened: a refusal, its headers, and whether another server refused. */
type Why = readonly [refusal: Refusal, headers?: Record<string, string>, isUpstreams?: boolean];

/** What a session that may be opened has: its place, and its upstream if it is relayed. */
export type Prepared =
  | { readonly ok: true; readonly place: Place; readonly upstream: Upstream | undefined }
  | { readonly ok: false; readonly why: Why };

const turnDown = (...why: Why) => ({ ok: false, why }) as const;

/** A place that was taken for a session that is not opened is given back. Rejects as the stores do. */
export function sessionPreparer(options: PreparerOptions): (client: WaitingClient) => Promise<Prepared> {
  const { services, secrets, admission, upstream: to } = options;

  return async ({ address, grant, wanted, clientLeft }) => {
    const admitted = await admission.admit(grant, address);
    if (!admitted.ok) return turnDown(admitted.refusal);
    const { place } = admitted;
    let prepared: Prepared | undefined;
    try {
      if (clientLeft.aborted) return turnDown(CLIENT_LEFT); // its secret is not spent
      if (grant.secret && !(await secrets.spend(grant.secret))) return turnDown(SPENT);
      const dialled = to ? await dial(to, wanted, clientLeft) : { ok: true as const, upstream: undefined };
      if (!dialled.ok) return dialled;
      const late = place.refuseLate();
      if (late) dialled.upstream?.transport.drop();
      prepared = late ? undefined : { ...dialled, place };
      return prepared ?? turnDown(late as Refusal);
    } finally {
      if (!prepared) place.release();
    }
  };

  async function dial(upstream: UpstreamOptions, wanted: SessionRequest, clientLeft: AbortSignal) {
    try {
      return { ok: true, upstream: await dialForClient(upstream, wanted, clientLeft, services) } as const;
    } catch (error) {
      const { refusal, retryAfter } = dialRefusal(error);
      return turnDown(refusal, retryAfter === undefined ? {} : { 'retry-after': `${retryAfter}` }, true);
    }
  }
}

const SPENT = refusal('invalid_api_key', 'The client secret is spent.');
/** Nobody reads it. */
const CLIENT_LEFT = refusal('invalid_value', 'The client has left.');
