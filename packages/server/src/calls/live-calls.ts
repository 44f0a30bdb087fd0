// The live calls: opens one for an offer, finds it by its id, ends it. What an HTTP request must hold: `http/routes/calls.ts`.

import { randomBytes } from 'node:crypto';
import type { SdpOffer } from '@colloquy/protocol';
import type { Grant } from '../auth/authorize.ts';
import type { ClientSecrets } from '../auth/client-secrets.ts';
import type { ConversationRequest } from '../auth/session-request.ts';
import type { Admission } from '../gateway/admission.ts';
import { dialForClient } from '../gateway/dial-for-client.ts';
import type { OpenSession } from '../gateway/open-session.ts';
import { FORK_GONE, SECRET_SPENT } from '../gateway/prepare-session.ts';
import { CALL_NOT_FOUND, type Refusal, refusal, SERVER_FAULT } from '../http/refusals.ts';
import { errorName } from '../log.ts';
import type { Upstream, UpstreamOptions } from '../relay/upstream.ts';
import { dialRefusal } from '../relay/upstream-refusal.ts';
import type { Services } from '../services.ts';
import type { Forks } from '../sessions/forks.ts';
import type { SessionHandle } from '../sessions/session-handle.ts';
import type { Transport } from '../transports/transport.ts';
import { type MediaPlane, NoPortError, type OpenedCall } from './media-plane.ts';

export interface LiveCallsOptions {
  readonly services: Services;
  readonly plane: MediaPlane;
  readonly admission: Admission;
  readonly secrets: ClientSecrets;
  readonly forks: Forks;
  readonly openSession: OpenSession;
  /** The server that sessions are relayed to; `undefined` hosts them. */
  readonly upstream: UpstreamOptions | undefined;
}

/** A client that asks for a call, with all that could be checked before. */
export interface CallRequest {
  readonly grant: Grant;
  /** Address of the client, for the rate of new sessions. */
  readonly address: string;
  readonly offer: SdpOffer;
  readonly sessionRequest: ConversationRequest;
  /** Whether the client uses the beta shape. */
  readonly isBeta: boolean;
}

interface LiveCall {
  /** `rtc_` and 128 random bits: whoever knows it may attach to the call with the key that opened it. */
  readonly id: string;
  readonly grant: Grant;
  readonly session: SessionHandle;
  readonly sidebands: Set<Transport>;
}

export type OpenCallResult =
  | { readonly ok: true; readonly id: string; readonly answer: string }
  | { readonly ok: false; readonly refusal: Refusal };

const refuse = (reason: Refusal) => ({ ok: false, refusal: reason }) as const;

export class LiveCalls {
  readonly #options: LiveCallsOptions;
  readonly #calls = new Map<string, LiveCall>();
  /** Principals of the calls that are live or being opened. */
  readonly #places: string[] = [];

  constructor(options: LiveCallsOptions) {
    this.#options = options;
  }

  /** Opens a call and its session. Rejects if a store rejects. */
  async open(request: CallRequest): Promise<OpenCallResult> {
    const { grant, address } = request;
    const overload = this.#overload(grant);
    if (overload) return refuse(overload);
    this.#places.push(grant.principal);
    const releases: (() => void)[] = [() => this.#places.splice(this.#places.indexOf(grant.principal), 1)];
    const release = () => {
      for (const each of releases.splice(0)) each();
    };
    let opened: OpenedCall | undefined;
    let upstream: Upstream | undefined;
    let session: SessionHandle | undefined;
    try {
      const admitted = await this.#options.admission.admit(grant, address);
      if (!admitted.ok) return refuse(admitted.refusal);
      releases.push(() => admitted.place.release());
      const dialled = await this.#dial(request);
      if (dialled && 'code' in dialled) return refuse(dialled);
      upstream = dialled;
      const answered = await this.#answer(request);
      if ('code' in answered) return refuse(answered);
      opened = answered;
      const lateRefusal = (await this.#spend(grant)) ?? admitted.place.refuseIfDraining();
      if (lateRefusal) return refuse(lateRefusal);
      session = this.#begin(request, opened, upstream);
      const call = { id: `rtc_${randomBytes(16).toString('hex')}`, grant, session, sidebands: new Set<Transport>() };
      this.#calls.set(call.id, call);
      releases.push(() => void this.#calls.delete(call.id));
      return { ok: true, id: call.id, answer: opened.answer };
    } finally {
      if (session) void session.ended.then(release);
      else {
        opened?.transport.drop();
        upstream?.transport.drop();
        release();
      }
    }
  }

  /** Why a grant may not control a call; `undefined` if it may [RT10, AU25]. */
  refusalOf(id: string, grant: Grant): Refusal | undefined {
    const call = this.#calls.get(id);
    if (!call || call.grant.principal !== grant.principal) return CALL_NOT_FOUND;
    return grant.secret && grant.secret.hash !== call.grant.secret?.hash ? OTHERS_CALL : undefined;
  }

  /** Why a grant may not attach a sideband to a call; `undefined` if it may [WR27]. */
  refusalOfSideband(id: string, grant: Grant): Refusal | undefined {
    const refused = this.refusalOf(id, grant);
    if (refused) return refused;
    const count = this.#calls.get(id)?.sidebands.size ?? 0;
    return count >= this.#options.services.limits.sidebands ? TOO_MANY_SIDEBANDS : undefined;
  }

  /** Attaches a sideband. Returns a function that frees its place. */
  attach(id: string, transport: Transport): () => void {
    const call = this.#calls.get(id);
    call?.sidebands.add(transport);
    call?.session.attach(transport, 'sideband');
    return () => void call?.sidebands.delete(transport);
  }

  /** Ends a call. A call that is hung up is not known any more, though its session may take a moment to end [RT10]. */
  hangUp(id: string): void {
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    call?.session.close(1000, 'The call was hung up.');
  }

  #overload({ principal }: Grant): Refusal | undefined {
    const { limits } = this.#options.services;
    if (this.#places.length >= limits.calls) return FULL;
    const ofKey = this.#places.filter((each) => each === principal).length;
    return principal !== 'anyone' && ofKey >= limits.callsPerKey ? TOO_MANY : undefined;
  }

  /** Dials the upstream of a relayed call, before a client secret is spent [RL2, RL16]. */
  async #dial({ sessionRequest }: CallRequest): Promise<Upstream | Refusal | undefined> {
    const { upstream, services } = this.#options;
    if (!upstream) return undefined;
    try {
      return await dialForClient(upstream, sessionRequest, undefined, services);
    } catch (error) {
      return dialRefusal(error).refusal;
    }
  }

  /** Has the offer answered within `callAnswerMs`. A client secret is not spent before: the client may try again. */
  async #answer({ grant, offer }: CallRequest): Promise<OpenedCall | Refusal> {
    const { services, plane, forks } = this.#options;
    if (grant.secret?.fork !== undefined && !forks.has(grant.secret.fork)) return FORK_GONE;
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('the offer was not answered in time')), services.limits.callAnswerMs);
    });
    const opening = plane.open(offer);
    try {
      return await Promise.race([opening, timeout]);
    } catch (error) {
      const hasNoPort = error instanceof NoPortError;
      services.log.error({ error: errorName(error), ...(hasNoPort && { setting: 'ports' }) }, 'a call was not opened');
      opening.then(({ transport }) => transport.drop()).catch(() => {});
      return hasNoPort ? NO_PORT : SERVER_FAULT;
    } finally {
      clearTimeout(timer);
    }
  }

  async #spend({ secret }: Grant): Promise<Refusal | undefined> {
    return !secret || (await this.#options.secrets.spend(secret)) ? undefined : SECRET_SPENT;
  }

  #begin(
    { grant, sessionRequest, isBeta }: CallRequest,
    { transport, audio }: OpenedCall,
    upstream: Upstream | undefined,
  ): SessionHandle {
    const request = { sessionRequest, isBeta, resumes: false, protocol: 'webrtc', callAudio: audio, upstream };
    return this.#options.openSession(request, grant, transport);
  }
}

const FULL = refusal('overloaded', 'The server has no room for another call.');
const NO_PORT = refusal(
  'overloaded',
  'The server has no free UDP port for another call: its range is in use (setting --webrtc-ports).',
);
const TOO_MANY = refusal('rate_limit_exceeded', 'Too many calls at once under this key.');
const TOO_MANY_SIDEBANDS = refusal('rate_limit_exceeded', 'Too many sidebands at once on this call.');
const OTHERS_CALL = refusal('invalid_api_key', 'A client secret controls its own calls only.');
