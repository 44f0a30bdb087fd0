// `GET /healthz`: 200 while the server accepts new sessions, 503 while it drains; no other detail [RT18, RT21].

import type { FastifyInstance } from 'fastify';
import type { SessionRegistry } from '../../sessions/session-registry.ts';

export function healthRoutes(app: FastifyInstance, registry: SessionRegistry): void {
  app.get('/healthz', (_, reply) => {
    reply.header('cache-control', 'no-store');
    return registry.isDraining ? reply.code(503).send({ status: 'draining' }) : { status: 'ok' };
  });
}
