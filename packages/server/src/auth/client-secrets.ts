// Mints, finds and spends `ek_…` secrets. Only hashes are stored, see `secret-store.ts`.

import { createHash, randomBytes } from 'node:crypto';
import type { ClientSecret, FoundSecret, SecretStore, StoredSecret } from './secret-store.ts';

export interface ClientSecretOptions {
  /** Each secret opens one session only [AU22]. @default false */
  singleUse?: boolean;
  /** Sessions opened with a secret may not change what it configured [AU24, SE33]. @default false */
  locked?: boolean;
}

export interface NewSecret extends Pick<StoredSecret, 'session' | 'temperature' | 'principal'> {
  /** How long it opens sessions. */
  readonly seconds: number;
}

export interface ClientSecrets {
  readonly options: Readonly<Required<ClientSecretOptions>>;
  /** Makes a secret; only the caller ever sees its value. `expiresAt` in Unix milliseconds. `undefined` when too many are live. */
  mint(secret: NewSecret): Promise<{ value: string; expiresAt: number } | undefined>;
  find(value: string): Promise<FoundSecret>;
  /** Notes that the secret opens a session. Of several takers of a single-use secret exactly one gets true. */
  spend(secret: ClientSecret): Promise<boolean>;
  /** Makes a secret useless from now on and ends its sessions. False when there is no such secret. */
  revoke(value: string): Promise<boolean>;
}

const hashOf = (value: string) => createHash('sha256').update(value).digest('hex');

/** `wallClock` counts Unix milliseconds. */
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
    spend: ({ hash }) => store.spend(hash, singleUse),
    revoke: (value) => store.revoke(hashOf(value)),
  };
}
