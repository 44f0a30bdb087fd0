// `GET /api/status`: version, engines and capabilities of this server [CO2, CO3]. Shapes: `console-api.ts` of @colloquy/session.

import { readFileSync } from 'node:fs';
import type { EngineStatus, LockedStatus, ServerStatus } from '@colloquy/session';
import type { FastifyInstance } from 'fastify';
import { packageFile } from '../../package-file.ts';

/** The part that is constant while a server runs. */
export type FixedStatus = Omit<ServerStatus, 'version' | 'node' | 'uptime_s' | 'voices' | 'missing'>;

export interface StatusOptions {
  readonly fixed: FixedStatus;
  /** Milliseconds, monotonic. */
  readonly clock: () => number;
}

const LOCKED: LockedStatus = { needs_key: true };
const unique = <T>(values: readonly T[]): T[] => [...new Set(values)];

function version(): string {
  const manifest: { version: string } = JSON.parse(readFileSync(packageFile('package.json'), 'utf8'));
  return manifest.version;
}

const voicesOf = (engines: readonly EngineStatus[]) => unique(engines.flatMap(({ voices }) => voices ?? []));
const missingOf = (engines: readonly EngineStatus[]) => unique(engines.flatMap(({ missing }) => missing));

export function statusRoutes(app: FastifyInstance, { fixed, clock }: StatusOptions): void {
  const startedAt = clock();
  const own = { version: version(), node: process.version };
  app.get('/api/status', { config: { access: { scope: 'public', isConsoleApi: true } } }, (request, reply) => {
    const { engines } = fixed;
    const whole: ServerStatus = {
      ...own,
      uptime_s: Math.floor((clock() - startedAt) / 1000),
      ...fixed,
      voices: voicesOf(engines),
      missing: missingOf(engines),
    };
    return reply.header('cache-control', 'no-store').send(request.grant.isStranger ? LOCKED : whole);
  });
}
