// Admits new sessions and observers within the limits of LM7. Runs after all other checks, so that refused requests do not count.
// Reserves a place before the session is opened, so that concurrent requests cannot exceed the limits.

import type { AdmissionStore, Reservation } from '../auth/admission-store.ts';
import type { Grant } from '../auth/authorize.ts';
import { type Refusal, refusal } from '../http/refusals.ts';
import { errorName } from '../log.ts';
import type { Services } from '../services.ts';
import type { SessionRegistry } from '../sessions/session-registry.ts';

/** A place reserved for an admitted session. */
export interface Place {
  /** Returns a refusal if the server drains. */
  refuseIfDraining(): Refusal | undefined;
  /** Returns the place after the session ended or was not opened. Idempotent. */
  release(): void;
}

export type AdmissionResult = { ok: true; place: Place } | { ok: false; refusal: Refusal };

export interface Admission {
  /** Reserves a place and takes a token of the address's rate. Rejects if the store rejects. */
  admit(grant: Grant, address: string): Promise<AdmissionResult>;
  /** Takes a token for an observer. False if the address exceeds its rate. Rejects if the store rejects. */
  admitObserver(address: string): Promise<boolean>;
}

export function createAdmission(
  registry: SessionRegistry,
  { limits, log }: Services,
  store: AdmissionStore,
): Admission {
  const rate = { perSecond: limits.opensPerSecond, burst: limits.opensBurst };
  /** Places reserved on this server. */
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
