// `POST /api/watch_tokens`: mints the token with which a page observes a session over a WebSocket [CO9].

import type { WatchToken } from '@colloquy/session';
import type { FastifyInstance } from 'fastify';
import { WATCH_TOKEN_MS, type WatchTokens } from '../../auth/watch-tokens.ts';
import { replyRefusal } from '../http-app.ts';
import { refusal } from '../refusals.ts';

const TOO_MANY = refusal('overloaded', 'Too many watch tokens are live.');

/** `now` in Unix milliseconds. */
export function watchTokenRoutes(app: FastifyInstance, tokens: WatchTokens, now: () => number): void {
  const access = { scope: 'manage', isConsoleApi: true } as const;
  app.post('/api/watch_tokens', { config: { access } }, async (request, reply) => {
    const value = await tokens.mint(request.grant.principal);
    if (value === undefined) return replyRefusal(reply, TOO_MANY);
    const token: WatchToken = { value, expires_at: Math.floor((now() + WATCH_TOKEN_MS) / 1000) };
    return reply.header('cache-control', 'no-store').send(token);
  });
}
