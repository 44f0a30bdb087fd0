// Reports the remaining rate limits after each response [RS39]. Enforcement is in the server.

import type { RateLimit } from '@colloquy/protocol';
import type { Draft } from './draft.ts';

const MINUTE_MS = 60_000;

/** Counts a completed response and sends `rate_limits.updated`, unless the session reports none. */
export function reportRateLimits(draft: Draft, tokens: number): void {
  const { state } = draft;
  const limits = state.defaults.rate_limits;
  if (!limits || state.kind === 'transcription') return;
  const minutes = (state.at - state.used.at) / MINUTE_MS;
  const requestsUsed = Math.max(0, state.used.requests - limits.requests * minutes) + 1;
  const tokensUsed = Math.max(0, state.used.tokens - limits.tokens * minutes) + tokens;
  state.used = { requests: requestsUsed, tokens: tokensUsed, at: state.at };
  draft.send({
    type: 'rate_limits.updated',
    rate_limits: [rateLimit('requests', limits.requests, requestsUsed), rateLimit('tokens', limits.tokens, tokensUsed)],
  });
}

/** Capacity is restored at a constant rate: the whole limit in a minute. */
function rateLimit(name: 'requests' | 'tokens', limit: number, used: number): RateLimit {
  const reset_seconds = Math.round((used / limit) * MINUTE_MS) / 1000;
  return { name, limit, remaining: Math.max(0, Math.floor(limit - used)), reset_seconds };
}
