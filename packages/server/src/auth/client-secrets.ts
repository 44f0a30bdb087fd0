// Mints, looks up, spends and revokes `ek_…` client secrets. Stores hashes only: `secret-store.ts`.

import { createHash, randomBytes } from 'node:crypto';
import type { ClientSecret, FoundSecret, SecretStore, StoredSecret } from './secret-store.ts';

export interface ClientSecretOptions {
  /** Each secret opens one session only [AU22]. @default false */
  singleUse?: boolean;
  /** Sessions opened with a secret cannot change the settings it carries [AU24, SE33]. @default false */
  locked?: boolean;
}

export interface NewSecret extends Pick<StoredSecret, 'session' | 'temperature' | 'fork' | 'principal'> {
  /** Seconds for which it opens sessions. */
  readonly seconds: number;
}

export interface ClientSecrets {
  readonly options: Readonly<Required<ClientSecretOptions>>;
  /** Mints a secret; its value is returned once and not stored. `expiresAt` in Unix milliseconds. `undefined` if the store is full. */
  mint(secret: NewSecret): Promise<{ value: string; expiresAt: number } | undefined>;
  find(value: string): Promise<FoundSecret>;
  /** Records that the secret opens a session. For a single-use secret exactly one call resolves with true. */
  spend(secret: ClientSecret): Promise<boolean>;
  /** Revokes a secret and ends its sessions. False if the secret is unknown. */
  revoke(value: string): Promise<boolean>;
}

const hashOf = (value: string) => createHash('sha256').update(value).digest('hex');

/** `wallClock` in Unix milliseconds. */
export function clientSecrets(
  options: ClientSecretOptions,
  store: SecretStore,
  wallClock: () => number,
): ClientSecrets {
  const { singleUse = false, locked = false } = options;
  return {
    options: { singleUse, locked },
    async mint({ seconds, ...carried }) {
      const value = `ek_${randomBytes(32).toString('base64url')}`;
      const expiresAt = wallClock() + seconds * 1000;
      const isAdded = await store.add({ hash: hashOf(value), expiresAt, ...carried });
      return isAdded ? { value, expiresAt } : undefined;
    },
    find: (value) => store.find(hashOf(value)),
    spend: ({ hash, fork }) => store.spend(hash, singleUse || fork !== undefined),
    revoke: (value) => store.revoke(hashOf(value)),
  };
}
