// `GET /healthz`: that the process answers, and whether it takes new sessions; nothing else about it [RT18, RT21].

import type { FastifyInstance } from 'fastify';
import type { Hub } from '../../sessions/session-registry.ts';

export function healthRoutes(app: FastifyInstance, hub: Hub): void {
  app.get('/healthz', (_, reply) => {
    reply.header('cache-control', 'no-store');
    return hub.isDraining ? reply.code(503).send({ status: 'draining' }) : { status: 'ok' };
  });
}
