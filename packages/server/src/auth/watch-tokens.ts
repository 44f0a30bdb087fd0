// Mints and reads watch tokens. A page shows one in place of a key where it can send no headers, as when it opens a WebSocket to
// watch a session; it lasts a minute and only reads. Hashes alone are stored. Client secrets, which open sessions, are
// `client-secrets.ts`.

import { createHash, randomBytes } from 'node:crypto';

/** Asynchronous, so that tokens shared by several nodes fit. */
export interface WatchTokens {
  /** Makes a token; only the caller ever sees its value. `undefined` when `MAX_TOKENS` are live. */
  mint(principal: string): Promise<string | undefined>;
  /** Whose token it is; `undefined` when it is unknown or expired. */
  find(value: string): Promise<string | undefined>;
}

/** How long a token can be used, in milliseconds. */
export const WATCH_TOKEN_MS = 60_000;
/** Live at once; each is minted with a key. */
const MAX_TOKENS = 10_000;
/** Begins as client secrets do, so that redaction hides both. */
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
