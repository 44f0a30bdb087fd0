// `POST /api/look_tokens`: what a page shows in the place of its key when it opens a WebSocket to watch a session [CO9].

import type { LookToken } from '@colloquy/session';
import type { FastifyInstance } from 'fastify';
import { LOOK_TOKEN_MS, type LookTokens } from '../../auth/watch-tokens.ts';
import { replyRefusal } from '../http-app.ts';

/** `now` is the wall clock, in Unix milliseconds. */
export function lookTokenRoutes(app: FastifyInstance, tokens: LookTokens, now: () => number): void {
  app.post('/api/look_tokens', { config: { wanted: 'change' } }, (request, reply) => {
    const value = tokens.mint(request.grant.principal);
    if (value === undefined)
      return replyRefusal(reply, { code: 'overloaded', param: null, message: 'Too many look tokens are live.' });
    const token: LookToken = { value, expires_at: Math.floor((now() + LOOK_TOKEN_MS) / 1000) };
    return reply.header('cache-control', 'no-store').send(token);
  });
}
