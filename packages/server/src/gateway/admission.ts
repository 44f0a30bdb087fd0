// Whether there is room for one more session [LM7]. Asked after everything else, so that what is refused anyway does not count.
// Places are reserved before they are used: requests that wait at once never open more sessions than there may be.

import type { AdmissionStore, Reservation } from '../auth/admission-store.ts';
import type { Grant } from '../auth/authorize.ts';
import { type Refusal, refusal } from '../http/refusals.ts';
import { errorName } from '../log.ts';
import type { Services } from '../services.ts';
import type { SessionRegistry } from '../sessions/session-registry.ts';

/** A place for a session that was admitted. */
export interface Place {
  /** Why the session may not be opened any more: the server drains. */
  refuseIfDraining(): Refusal | undefined;
  /** Gives the place back: the session ended, or was never opened. A second time does nothing. */
  release(): void;
}

export type AdmissionResult = { ok: true; place: Place } | { ok: false; refusal: Refusal };

export interface Admission {
  /** Takes a place for a client at this address, and counts against the address's rate. Rejects as the store does. */
  admit(grant: Grant, address: string): Promise<AdmissionResult>;
  /** Counts an observer at this address. False when too many came at once. Rejects as the store does. */
  admitObserver(address: string): Promise<boolean>;
}

export function createAdmission(
  registry: SessionRegistry,
  { limits, log }: Services,
  store: AdmissionStore,
): Admission {
  const rate = { perSecond: limits.opensPerSecond, burst: limits.opensBurst };
  /** Places taken on this server. */
  let placesInUse = 0;

  async function reserve({ principal }: Grant, address: string): Promise<Reservation | Refusal | undefined> {
    const isCounted = principal !== 'anyone';
    const reservation = isCounted ? await store.reserve(principal, limits.sessionsPerKey) : undefined;
    if (isCounted && !reservation) return TOO_MANY;
    if (await store.takeToken(`open ${address}`, rate).catch((error) => releaseAndRethrow(reservation, error)))
      return reservation;
    await reservation?.release();
    return TOO_FAST;
  }

  async function releaseAndRethrow(reservation: Reservation | undefined, error: unknown): Promise<never> {
    await reservation?.release();
    throw error;
  }

  function placeOf(reservation: Reservation | undefined): Place {
    let isHeld = true;
    return {
      refuseIfDraining: () => (registry.isDraining ? DRAINING : undefined),
      release() {
        if (!isHeld) return;
        isHeld = false;
        placesInUse -= 1;
        reservation?.release().catch((error) => log.error({ error: errorName(error) }, 'a place was not given back'));
      },
    };
  }

  return {
    async admit(grant, address) {
      if (registry.isDraining) return { ok: false, refusal: DRAINING };
      if (placesInUse >= limits.sessions || process.memoryUsage.rss() > limits.memoryBytes)
        return { ok: false, refusal: FULL };
      placesInUse += 1;
      let place: Place | undefined;
      try {
        const reservation = await reserve(grant, address);
        if (reservation && 'code' in reservation) return { ok: false, refusal: reservation };
        place = placeOf(reservation);
        return { ok: true, place };
      } finally {
        if (!place) placesInUse -= 1;
      }
    },
    admitObserver: (address) => store.takeToken(`watch ${address}`, rate),
  };
}

const DRAINING = refusal('draining', 'The server is shutting down.');
const FULL = refusal('overloaded', 'The server has no room for another session.');
const TOO_MANY = refusal('rate_limit_exceeded', 'Too many sessions at once under this key.');
const TOO_FAST = refusal('rate_limit_exceeded', 'Too many new sessions from this address.');
