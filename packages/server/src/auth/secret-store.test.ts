import { describe, expect, it } from 'vitest';
import { clientSecrets } from './client-secrets.ts';
import { memorySecretStore, type StoredSecret } from './secret-store.ts';

const STOPPED = { wallClock: () => 0, monotonic: () => 0 };
const minted = { session: undefined, principal: 'key_a', seconds: 60 };

describe('memorySecretStore', () => {
  it('[AU22] spends a single-use secret exactly once when several requests race', async () => {
    const secrets = clientSecrets({ singleUse: true }, memorySecretStore({ maxSecrets: 10, ...STOPPED }), () => 0);
    const { value = '' } = (await secrets.mint(minted)) ?? {};
    const lookups = await Promise.all([secrets.find(value), secrets.find(value), secrets.find(value)]);
    const spent = await Promise.all(lookups.map((each) => each.is === 'good' && secrets.spend(each.secret)));
    expect(spent.filter((isSpent) => isSpent)).toHaveLength(1);
    expect(await secrets.find(value)).toEqual({ is: 'spent' });
  });

  it('[AU26] aborts earlier lookups when a secret is revoked, and refuses to spend it', async () => {
    const secrets = clientSecrets({}, memorySecretStore({ maxSecrets: 10, ...STOPPED }), () => 0);
    const { value = '' } = (await secrets.mint(minted)) ?? {};
    const lookup = await secrets.find(value);
    if (lookup.is !== 'good') throw new Error('the secret was not found');
    expect(await secrets.revoke(value)).toBe(true);
    expect(lookup.secret.revoked.aborted).toBe(true);
    expect(await secrets.spend(lookup.secret)).toBe(false);
    expect(await secrets.find(value)).toEqual({ is: 'revoked' });
  });

  it('[AU23] deletes a secret one hour after it expired, and frees its place', async () => {
    let now = 0;
    const store = memorySecretStore({ maxSecrets: 1, wallClock: () => now, monotonic: () => now });
    const secrets = clientSecrets({}, store, () => now);
    const { value = '' } = (await secrets.mint(minted)) ?? {};
    expect(await secrets.mint(minted)).toBeUndefined();
    now = 60_000;
    expect(await secrets.find(value)).toEqual({ is: 'expired' });
    now += 3_600_000;
    expect(await secrets.mint(minted)).toBeDefined();
    expect(await secrets.find(value)).toEqual({ is: 'unknown' });
  });

  it('[AU12] receives hashes, never a value', async () => {
    const added: StoredSecret[] = [];
    const store = memorySecretStore({ maxSecrets: 10, ...STOPPED });
    const add = (secret: StoredSecret) => {
      added.push(secret);
      return store.add(secret);
    };
    const secrets = clientSecrets({}, { ...store, add }, () => 0);
    const { value = '' } = (await secrets.mint(minted)) ?? {};
    expect(added).toHaveLength(1);
    expect(JSON.stringify(added)).not.toContain(value.slice(3));
  });
});
