// `GET /v1/models`: what a client may name when it opens a session.

import type { FastifyInstance } from 'fastify';
import type { OpeningRules } from '../opening.ts';

/** Adds the route under a prefix such as `/v1`. Without a list of models any name is accepted, and the default one is shown. */
export function modelRoutes(app: FastifyInstance, prefix: string, rules: OpeningRules, startedAt: number): void {
  const created = Math.floor(startedAt / 1000);
  const data = (rules.models ?? [rules.defaultModel]).map((id) => ({
    id,
    object: 'model',
    created,
    owned_by: 'colloquy',
  }));
  app.get(`${prefix}/models`, { config: { wanted: 'look' } }, () => ({ object: 'list', data }));
}
