// The port for stored client secrets, and the store of a single server. Every method is asynchronous, so that a store shared by
// several nodes fits. Values are made and hashed in `client-secrets.ts`; a store never sees one.

import { setMaxListeners } from 'node:events';
import type { SessionUpdateConfig, TranslationAudio } from '@colloquy/protocol';

/** What a translation session starts from [RT5]. */
export interface TranslationConfig {
  readonly type: 'translation';
  readonly model: string;
  readonly audio?: TranslationAudio;
}

/** What a secret can carry: the settings of one session, of any kind. */
export type SecretSession = SessionUpdateConfig | TranslationConfig;

/** A secret as it is stored. */
export interface StoredSecret {
  /** SHA-256 of the value, as hex. Names the secret. */
  readonly hash: string;
  /** Unix milliseconds at which it stops opening sessions [AU23]. */
  readonly expiresAt: number;
  /** What sessions opened with it start from, if it carries that [AU24]. */
  readonly session: SecretSession | undefined;
  /** What the responses of its beta sessions run with; no GA session has it [BT7, RT12]. */
  readonly temperature?: number | undefined;
  /** Who minted it. Its sessions count as theirs. */
  readonly principal: string;
}

/** A secret that was found. */
export interface ClientSecret extends StoredSecret {
  /** Aborts when the secret is revoked, on whichever node; its sessions end then [AU26]. */
  readonly revoked: AbortSignal;
}

/** What a value turned out to be. Expired and spent secrets are remembered for an hour, then unknown. */
export type FoundSecret =
  | { readonly is: 'good'; readonly secret: ClientSecret }
  | { readonly is: 'expired' | 'spent' | 'revoked' | 'unknown' };

/** A call that rejects refuses the request with 500 `internal_error`; a store bounds its own time. */
export interface SecretStore {
  /** False when the store is full. */
  add(secret: StoredSecret): Promise<boolean>;
  find(hash: string): Promise<FoundSecret>;
  /**
   * Notes that the secret opens a session; false when it may not. Of several calls for one single-use secret, at once or on several
   * nodes, exactly one resolves with true [AU22].
   */
  spend(hash: string, isSingleUse: boolean): Promise<boolean>;
  /** Makes a secret useless and aborts its `revoked`. False when there is no such secret. */
  revoke(hash: string): Promise<boolean>;
}

export interface MemorySecretStoreOptions {
  /** Secrets stored at once. */
  readonly maxSecrets: number;
  /** Unix milliseconds. @default Date.now */
  readonly wallClock?: (() => number) | undefined;
  /** Milliseconds. @default performance.now */
  readonly monotonic?: (() => number) | undefined;
}

interface MemorySecret extends ClientSecret {
  readonly abort: AbortController;
  /** When it expires, on the clock that never goes back. */
  readonly endsAt: number;
  isSpent: boolean;
}

const REMEMBERED_MS = 3_600_000;

/** Keeps secrets in this process. A wall clock that is set back makes no secret live longer than it was minted for. */
export function memorySecretStore({
  maxSecrets,
  wallClock: wall = Date.now,
  monotonic = () => performance.now(),
}: MemorySecretStoreOptions): SecretStore {
  const secrets = new Map<string, MemorySecret>();
  const offset = wall() - monotonic();
  let latest = 0;
  const time = () => (latest = Math.max(latest, wall(), offset + monotonic()));

  /** Secrets expire roughly in the order they were added: the oldest ones are looked at each time. */
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
      setMaxListeners(0, abort.signal); // one for each session it opened, as long as that lasts
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
