// Port for stored client secrets, and its store in memory. Methods are asynchronous so that several nodes can share a store.
// A store receives hashes only; `client-secrets.ts` makes values and hashes.

import { setMaxListeners } from 'node:events';
import type { SessionUpdateConfig, TranslationAudio } from '@colloquy/protocol';

/** Initial settings of a translation session [RT5]. */
export interface TranslationConfig {
  readonly type: 'translation';
  readonly model: string;
  readonly audio?: TranslationAudio;
}

/** Settings that a secret can carry: those of one session of any kind. */
export type SecretSession = SessionUpdateConfig | TranslationConfig;

export interface StoredSecret {
  /** SHA-256 of the value, in hex. Identifies the secret. */
  readonly hash: string;
  /** Unix milliseconds after which it opens no session [AU23]. */
  readonly expiresAt: number;
  /** Initial settings of its sessions, if it carries any [AU24]. */
  readonly session: SecretSession | undefined;
  /** Temperature of responses in its beta sessions; GA sessions have none [BT7, RT12]. */
  readonly temperature?: number | undefined;
  /** The waiting conversation that its one session goes on from: `sessions/forks.ts`. */
  readonly fork?: string | undefined;
  /** The principal that minted it. Its sessions count against this principal. */
  readonly principal: string;
}

export interface ClientSecret extends StoredSecret {
  /** Aborts when any node revokes the secret; its sessions end then [AU26]. */
  readonly revoked: AbortSignal;
}

/** Result of a lookup. Expired and spent secrets are reported as such for an hour, then as unknown. */
export type FoundSecret =
  | { readonly is: 'good'; readonly secret: ClientSecret }
  | { readonly is: 'expired' | 'spent' | 'revoked' | 'unknown' };

/** A rejected call refuses the request with 500 `internal_error`. A store sets its own timeout. */
export interface SecretStore {
  /** False when the store is full. */
  add(secret: StoredSecret): Promise<boolean>;
  find(hash: string): Promise<FoundSecret>;
  /**
   * Records that the secret opens a session; false if it cannot. Of concurrent calls for a single-use secret, on one node or
   * several, exactly one resolves with true [AU22].
   */
  spend(hash: string, isSingleUse: boolean): Promise<boolean>;
  /** Revokes a secret and aborts its `revoked`. False if the secret is unknown. */
  revoke(hash: string): Promise<boolean>;
}

export interface MemorySecretStoreOptions {
  /** Maximum number of stored secrets. */
  readonly maxSecrets: number;
  /** Unix milliseconds. @default Date.now */
  readonly wallClock?: (() => number) | undefined;
  /** Milliseconds. @default performance.now */
  readonly monotonic?: (() => number) | undefined;
}

interface MemorySecret extends ClientSecret {
  readonly abort: AbortController;
  /** When it expires, on the monotonic clock. */
  readonly endsAt: number;
  isSpent: boolean;
}

const REMEMBERED_MS = 3_600_000;

/** Stores secrets in memory. Setting the wall clock back does not extend the life of a secret. */
export function memorySecretStore({
  maxSecrets,
  wallClock: wall = Date.now,
  monotonic = () => performance.now(),
}: MemorySecretStoreOptions): SecretStore {
  const secrets = new Map<string, MemorySecret>();
  const offset = wall() - monotonic();
  let latest = 0;
  const time = () => (latest = Math.max(latest, wall(), offset + monotonic()));

  /** Secrets expire roughly in the order they were added, so only the oldest are checked. */
  function sweep(at: number): void {
    for (const [hash, secret] of secrets) {
      if (secret.endsAt + REMEMBERED_MS > at) break;
      secrets.delete(hash);
    }
  }

  return {
    async add(secret) {
      const at = time();
      sweep(at);
      if (secrets.size >= maxSecrets) return false;
      const abort = new AbortController();
      setMaxListeners(0, abort.signal); // one listener per open session
      const endsAt = at + (secret.expiresAt - wall());
      secrets.set(secret.hash, { ...secret, endsAt, revoked: abort.signal, abort, isSpent: false });
      return true;
    },
    async find(hash) {
      const secret = secrets.get(hash);
      if (!secret) return { is: 'unknown' };
      if (secret.revoked.aborted) return { is: 'revoked' };
      if (secret.endsAt <= time()) return { is: 'expired' };
      return secret.isSpent ? { is: 'spent' } : { is: 'good', secret };
    },
    async spend(hash, isSingleUse) {
      const secret = secrets.get(hash);
      if (!secret || secret.isSpent || secret.revoked.aborted) return false;
      secret.isSpent = isSingleUse;
      return true;
    },
    async revoke(hash) {
      const secret = secrets.get(hash);
      secret?.abort.abort();
      return secret !== undefined;
    },
  };
}
