// Minting and reading look tokens: what a page shows in the place of a key where it can send no headers, as when it opens a
// WebSocket. For a minute, for reading alone. Only hashes are kept. Client secrets, which open sessions, are `client-secrets.ts`.

import { createHash, randomBytes } from 'node:crypto';

export interface LookTokens {
  /** Makes a token; it is told this once. `undefined` when too many are live. */
  mint(principal: string): string | undefined;
  /** Whose token it is; `undefined` when it is none, or expired. */
  find(value: string): string | undefined;
}

/** How long a token can be used, in milliseconds. */
export const LOOK_TOKEN_MS = 60_000;
/** Live at once; each is minted with a key. */
const MOST = 10_000;
/** Looks like a client secret, so that whatever hides those hides these. */
const PREFIX = 'ek_look_';

export const isLookToken = (value: string): boolean => value.startsWith(PREFIX);

const hashOf = (value: string) => createHash('sha256').update(value).digest('hex');

/** `now` is monotonic, in milliseconds. */
export function lookTokens(now: () => number): LookTokens {
  const live = new Map<string, { readonly principal: string; readonly until: number }>();
  return {
    mint(principal) {
      const at = now();
      // In the order they were minted, which is the one they expire in.
      for (const [hash, { until }] of live) {
        if (until > at) break;
        live.delete(hash);
      }
      if (live.size >= MOST) return undefined;
      const value = `${PREFIX}${randomBytes(32).toString('base64url')}`;
      live.set(hashOf(value), { principal, until: at + LOOK_TOKEN_MS });
      return value;
    },
    find(value) {
      const token = live.get(hashOf(value));
      return token && token.until > now() ? token.principal : undefined;
    },
  };
}
