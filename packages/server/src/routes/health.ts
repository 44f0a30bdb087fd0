// `GET /healthz`: that the process answers, and nothing else about it [RT18].

import type { FastifyInstance } from 'fastify';

export function healthRoutes(app: FastifyInstance): void {
  app.get('/healthz', () => ({ status: 'ok' }));
}
