// Minting and spending `ek_…` secrets. Only hashes are kept; the session configuration a secret carries is kept with them.

import { createHash, randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { SessionUpdateConfig, TranslationAudio } from '@colloquy/protocol';

/** What a translation session starts from [RT5]. */
export interface TranslationConfig {
  readonly type: 'translation';
  readonly model: string;
  readonly audio?: TranslationAudio;
}

/** What a secret can carry: the settings of one session, of whatever kind. */
export type SecretSession = SessionUpdateConfig | TranslationConfig;

/** A secret after minting: everything but its value. */
export interface ClientSecret {
  /** Hash of the value, as hex. Names the secret. */
  readonly hash: string;
  /** Unix milliseconds at which it stops opening sessions [AU23], as the wall clock had it when it was minted. */
  readonly expiresAt: number;
  /** What sessions opened with it start from, if it carries that [AU24]. */
  readonly session: SecretSession | undefined;
  /** What the responses of its beta sessions run with, which no GA session can say [BT7, RT12]. */
  readonly temperature?: number | undefined;
  /** Who minted it. Its sessions count as theirs. */
  readonly principal: string;
  /** Aborts when the secret is revoked; its sessions end then [AU26]. */
  readonly revoked: AbortSignal;
}

export interface ClientSecretOptions {
  /** Each secret opens one session only [AU22]. @default false */
  singleUse?: boolean;
  /** Sessions opened with a secret may not change what it configured [AU24, SE33]. @default false */
  locked?: boolean;
}

/** What a value turned out to be. Expired and spent ones are remembered for an hour, then unknown. */
export type Found = { is: 'good'; secret: ClientSecret } | { is: 'expired' | 'spent' | 'revoked' | 'unknown' };

export interface ClientSecrets {
  readonly options: Readonly<Required<ClientSecretOptions>>;
  /** Makes a secret; `value` is told this once. `undefined` when too many are live. */
  mint(what: {
    session: SecretSession | undefined;
    temperature?: number | undefined;
    seconds: number;
    principal: string;
  }): { value: string; expiresAt: number } | undefined;
  find(value: string): Found;
  /** Takes note that the secret opens a session. Of several takers of a single-use secret only the first gets true. */
  spend(secret: ClientSecret): boolean;
  /** Makes a secret useless from now on and ends its sessions. False when there is no such secret. */
  revoke(value: string): boolean;
}

interface Kept extends ClientSecret {
  readonly abort: AbortController;
  /** When it expires, on the clock that never goes back. */
  readonly endsAt: number;
  isSpent: boolean;
}

const REMEMBERED_MS = 3_600_000;
const hashOf = (value: string) => createHash('sha256').update(value).digest('hex');

/**
 * `wall` is the wall clock in Unix milliseconds, since expiry is told in it; `monotonic` counts milliseconds. A wall clock that is
 * set back makes no secret live longer than it was minted for.
 */
export function clientSecrets(
  options: ClientSecretOptions,
  most: number,
  wall: () => number = Date.now,
  monotonic: () => number = () => performance.now(),
): ClientSecrets {
  const kept = new Map<string, Kept>();
  const offset = wall() - monotonic();
  let latest = 0;
  const time = () => (latest = Math.max(latest, wall(), offset + monotonic()));

  /** Secrets expire roughly in the order they were minted: the oldest ones are looked at each time. */
  function sweep(at: number): void {
    for (const [hash, secret] of kept) {
      if (secret.endsAt + REMEMBERED_MS > at) break;
      kept.delete(hash);
    }
  }

  return {
    options: { singleUse: options.singleUse ?? false, locked: options.locked ?? false },
    mint({ session, temperature, seconds, principal }) {
      const at = time();
      sweep(at);
      if (kept.size >= most) return undefined;
      const value = `ek_${randomBytes(32).toString('base64url')}`;
      const abort = new AbortController();
      setMaxListeners(0, abort.signal); // one for each session it opened, as long as that lasts
      const hash = hashOf(value);
      const expiresAt = wall() + seconds * 1000;
      kept.set(hash, {
        hash,
        expiresAt,
        endsAt: at + seconds * 1000,
        session,
        temperature,
        principal,
        revoked: abort.signal,
        abort,
        isSpent: false,
      });
      return { value, expiresAt };
    },
    find(value) {
      const secret = kept.get(hashOf(value));
      if (!secret) return { is: 'unknown' };
      if (secret.revoked.aborted) return { is: 'revoked' };
      if (secret.endsAt <= time()) return { is: 'expired' };
      return secret.isSpent ? { is: 'spent' } : { is: 'good', secret };
    },
    spend(secret) {
      const own = kept.get(secret.hash);
      if (!own || own.isSpent || own.revoked.aborted) return false;
      own.isSpent = options.singleUse ?? false;
      return true;
    },
    revoke(value) {
      const secret = kept.get(hashOf(value));
      secret?.abort.abort();
      return secret !== undefined;
    },
  };
}
