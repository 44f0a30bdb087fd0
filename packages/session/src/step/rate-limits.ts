// What is left of the rate limits, as reported after each response [RS39]. Nothing is refused here: that is the server's part.

import type { RateLimit } from '@colloquy/protocol';
import type { Draft } from './draft.ts';

const MINUTE_MS = 60_000;

/** Counts a finished response against the limits and sends `rate_limits.updated`, unless the session reports none. */
export function reportRateLimits(draft: Draft, tokens: number): void {
  const { state } = draft;
  const limits = state.defaults.rate_limits;
  if (!limits || state.kind === 'transcription') return;
  const passed = (state.at - state.used.at) / MINUTE_MS;
  const requestsUsed = Math.max(0, state.used.requests - limits.requests * passed) + 1;
  const tokensUsed = Math.max(0, state.used.tokens - limits.tokens * passed) + tokens;
  state.used = { requests: requestsUsed, tokens: tokensUsed, at: state.at };
  draft.send({
    type: 'rate_limits.updated',
    rate_limits: [rateLimit('requests', limits.requests, requestsUsed), rateLimit('tokens', limits.tokens, tokensUsed)],
  });
}

/** Used capacity comes back evenly, the whole limit in a minute. */
function rateLimit(name: 'requests' | 'tokens', limit: number, used: number): RateLimit {
  const reset_seconds = Math.round((used / limit) * MINUTE_MS) / 1000;
  return { name, limit, remaining: Math.max(0, Math.floor(limit - used)), reset_seconds };
}
