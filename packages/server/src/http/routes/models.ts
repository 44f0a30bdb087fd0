// `GET /v1/models`: the models a client can name when it opens a session.

import type { FastifyInstance } from 'fastify';
import type { SessionRules } from '../../auth/session-request.ts';

/** Adds the route under a prefix such as `/v1` [RT20]. */
export function modelRoutes(app: FastifyInstance, prefix: string, rules: SessionRules, startedAt: number): void {
  const created = Math.floor(startedAt / 1000);
  const data = rules.shownModels.map((id) => ({
    id,
    object: 'model',
    created,
    owned_by: 'colloquy',
  }));
  app.get(`${prefix}/models`, { config: { access: { scope: 'read' } } }, () => ({ object: 'list', data }));
}
