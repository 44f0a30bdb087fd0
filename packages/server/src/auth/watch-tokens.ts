// Mints and looks up watch tokens: credentials of one minute with which a page that cannot send headers observes a session over a
// WebSocket. Stores hashes only. Client secrets: `client-secrets.ts`.

import { createHash, randomBytes } from 'node:crypto';

/** Asynchronous, so that several nodes can share tokens. */
export interface WatchTokens {
  /** Mints a token; its value is returned once and not stored. `undefined` if `MAX_TOKENS` are live. */
  mint(principal: string): Promise<string | undefined>;
  /** The principal of the token; `undefined` if the token is unknown or expired. */
  find(value: string): Promise<string | undefined>;
}

/** Lifetime of a token, in milliseconds. */
export const WATCH_TOKEN_MS = 60_000;
/** Maximum number of live tokens. Minting one needs a key. */
const MAX_TOKENS = 10_000;
/** Shares the prefix of client secrets, so that redaction hides both. */
const PREFIX = 'ek_watch_';

export const isWatchToken = (value: string): boolean => value.startsWith(PREFIX);

const hashOf = (value: string) => createHash('sha256').update(value).digest('hex');

/** `now` is monotonic, in milliseconds. */
export function watchTokens(now: () => number): WatchTokens {
  const live = new Map<string, { readonly principal: string; readonly until: number }>();
  return {
    async mint(principal) {
      const at = now();
      // Tokens expire in the order they were minted.
      for (const [hash, { until }] of live) {
        if (until > at) break;
        live.delete(hash);
      }
      if (live.size >= MAX_TOKENS) return undefined;
      const value = `${PREFIX}${randomBytes(32).toString('base64url')}`;
      live.set(hashOf(value), { principal, until: at + WATCH_TOKEN_MS });
      return value;
    },
    async find(value) {
      const token = live.get(hashOf(value));
      return token && token.until > now() ? token.principal : undefined;
    },
  };
}
