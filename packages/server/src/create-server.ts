// Creates a server from its options. REST: `http-app.ts`; routes: `server-routes.ts`; WebSocket: `upgrade.ts`; sessions:
// `open-session.ts`; listeners: `listen.ts`.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ColloquyError } from '@colloquy/protocol';
import type { FastifyInstance } from 'fastify';
import { createRest } from './http/http-app.ts';
import { serverRoutes } from './http/server-routes.ts';
import { isLoopback, Listeners, type Listening } from './listen.ts';
import { createLog } from './log.ts';
import type { ServerOptions } from './options.ts';
import { packageFile } from './package-file.ts';
import { checkUpstream } from './relay/upstream.ts';
import { answeringOf, createParts, upgradeOf } from './server-parts.ts';
import { createServices } from './services.ts';
import { openSilero } from './speech/offline/silero.ts';
import type { Detector } from './speech/ports.ts';

export interface Server {
  /**
   * Rejects with `port_in_use`, or with `invalid_configuration` if the address is not of this machine, if the certificate or
   * recordings cannot be stored, or if another server uses the recordings folder.
   */
  listen(): Promise<Listening>;
  /** Refuses new sessions and ends the live ones: idle ones at once, others when done or after the grace period [LM12]. */
  drain(options?: { graceMs?: number }): Promise<void>;
  /** Drains, then stops listening. A second call may shorten the grace period. */
  close(options?: { graceMs?: number }): Promise<void>;
  /** Revokes a client secret and ends its sessions; false if the secret does not exist [AU26]. */
  revokeClientSecret(value: string): Promise<boolean>;
}

/** Milliseconds for observers to read the end of their sessions when the server closes. */
const CLOSE_TIMEOUT_MS = 1000;

/**
 * Creates a server. Throws `invalid_configuration` for invalid or contradictory options, and if it would listen on a public address
 * without keys.
 *
 * @example
 * import { createServer, parrot } from '@colloquy/server';
 *
 * const server = createServer({ engine: parrot(), port: 0 });
 * const { url } = await server.listen(); // http://127.0.0.1:49152
 * await server.close();
 */
export function createServer(options: ServerOptions = {}): Server {
  const { host = 'localhost', keys = [], upstream } = options;
  const services = createServices({
    ...{ limits: options.limits, clock: options.clock, wallClock: options.wallClock },
    log: createLog(options.logLevel ?? 'silent', options.logTo),
  });
  const { limits, log } = services;
  if (keys.length === 0 && !isLoopback(host)) {
    const reason = `refusing to listen on ${host} without keys: set COLLOQUY_API_KEYS, or listen on 127.0.0.1`;
    throw new ColloquyError('invalid_configuration', reason);
  }
  if (options.openFiles && options.recordings)
    throw new ColloquyError('invalid_configuration', "'openFiles' and 'recordings' exclude each other");
  if (upstream) checkUpstream(upstream);
  const parts = createParts(options, services, host);
  const { access, engines, sessions } = parts;
  const { registry, observerRegistry, store, recorder, index, webrtc } = sessions;
  const folder = options.consoleDir ?? packageFile('console');
  const consoleFolder = existsSync(join(folder, 'index.html')) ? folder : undefined;
  const upgrade = upgradeOf(parts);
  const listeners = new Listeners({ ...options, host }, services);
  let app: FastifyInstance | undefined;
  let detector: Detector | undefined;

  /** Opens the detector for all engines, unless it is disabled or not available. */
  async function prepareDetector(): Promise<void> {
    if (options.detector === false) return engines.provideDetector('off');
    if (upstream || detector || !engines.lacksDetector) return;
    const silero = await openSilero();
    if (silero.ok) detector = silero.component;
    else log.warn({ error: silero.missing }, 'turns are not detected');
    engines.provideDetector(silero.ok ? { detector: silero.component } : { missing: silero.missing });
  }

  async function stop(): Promise<void> {
    await listeners.close();
    await app?.close();
    await webrtc?.close();
    detector?.close();
  }

  return {
    async listen() {
      await store?.prepare();
      try {
        await prepareDetector();
        const rest = await createRest({
          ...{ authorizer: access.authorizer, limits, log, consoleFolder },
          routes: (to) => serverRoutes(to, parts, consoleFolder !== undefined),
        });
        app = rest;
        const listening = await listeners.open({
          request: (request, response) => rest.routing(request, response),
          upgrade,
        });
        webrtc?.listen();
        log.info({ url: listening.url, engine: answeringOf(parts) }, 'listening');
        if (listening.tlsUrl !== undefined) log.info({ url: listening.tlsUrl }, 'listening with TLS');
        return listening;
      } catch (error) {
        await stop();
        await store?.release();
        throw error;
      }
    },
    drain: ({ graceMs = limits.graceMs } = {}) => registry.drain(graceMs),
    async close({ graceMs = limits.graceMs } = {}) {
      await registry.drain(graceMs);
      await observerRegistry.closeAll(CLOSE_TIMEOUT_MS);
      await stop();
      await recorder?.flush(limits.closeMs);
      await index?.close();
      await store?.release();
    },
    revokeClientSecret: (value) => access.secrets.revoke(value),
  };
}
