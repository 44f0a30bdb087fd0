// The HTTP side: Fastify with our door in front of every route, known or not, and our envelope around every failure. The routes
// themselves are in `routes/`.

import { ColloquyError, FAILURES } from '@colloquy/protocol';
import fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { askedBy, authorize, type Door, type Grant, type Refusal, type Wanted } from '../auth/authorize.ts';
import { SESSION_PATHS } from '../auth/session-request.ts';
import type { Limits } from '../limits.ts';
import { errorName, type Log } from '../log.ts';
import { httpAnswer } from './http-answer.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a route lets in. Absent: whoever passes Host and Origin. */
    wanted?: Wanted;
  }
  interface FastifyRequest {
    /** Set before any handler runs. */
    grant: Grant;
  }
}

export interface RestOptions {
  readonly door: Door;
  readonly limits: Limits;
  readonly log: Log;
  /** Adds the routes. */
  readonly routes: (app: FastifyInstance) => void;
  /** Folder of the built console; served at `/` if given. */
  readonly consoleFolder: string | undefined;
}

/**
 * Nothing from anywhere but here, nothing inline, no markup made of strings. Images stand in a conversation as `data:`, its audio is
 * played from `blob:`; sockets to this server are its own.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "media-src 'self' blob:",
  "connect-src 'self'",
  "worker-src 'self'",
  "object-src 'none'",
  "frame-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

/** With every answer: a page that was made of one by mistake could do nothing, and none can be embedded or read elsewhere [CO19]. */
const SECURITY_HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'permissions-policy': 'microphone=(self), camera=(), geolocation=(), display-capture=()',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

/** Sends a refusal [RT13]. */
export function replyRefusal(reply: FastifyReply, refusal: Refusal, headers?: Record<string, string>): FastifyReply {
  const answer = httpAnswer(refusal, headers);
  return reply.code(answer.status).headers(answer.headers).send(answer.body);
}

/** Builds the application. Not listening: whoever listens hands requests to `app.routing`. */
export async function createRest(options: RestOptions): Promise<FastifyInstance> {
  const { door, limits, log } = options;
  const methods = new Map<string, Set<string>>();
  const app = fastify({
    logger: false,
    bodyLimit: limits.bodyBytes,
    exposeHeadRoutes: true,
    // No route has a schema: bodies pass the guarded reader. So the compilers, which are large, are not loaded.
    schemaController: { compilersFactory: { buildValidator: refuseSchema, buildSerializer: refuseSchema } },
    frameworkErrors: (_, __, reply) => void replyRefusal(reply, BAD_PATH),
  });

  app.addHook('onRoute', ({ url, method }) => {
    const known = methods.get(url) ?? new Set();
    for (const each of [method].flat()) known.add(each);
    methods.set(url, known);
  });
  app.decorateRequest('grant');
  app.removeAllContentTypeParsers();
  // Kept as text: what is in it is read by the guarded reader, as frames are.
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_, body, done) => done(null, body));

  app.addHook('onRequest', async (request, reply) => {
    const asked = askedBy(request.raw);
    const isPreflight = request.method === 'OPTIONS';
    const verdict = authorize(door, asked, (!isPreflight && request.routeOptions.config.wanted) || 'presence');
    reply.headers(SECURITY_HEADERS);
    if (!verdict.ok) {
      log.info({ code: verdict.refusal.code, status: FAILURES[verdict.refusal.code].http }, 'request refused');
      return replyRefusal(reply, verdict.refusal);
    }
    request.grant = verdict.grant;
    const [origin] = asked.all('origin');
    if (origin === undefined || !door.origins.has(origin)) return;
    reply.headers({
      'access-control-allow-origin': origin,
      'access-control-expose-headers': 'location',
      vary: 'origin',
    });
    if (isPreflight && asked.all('access-control-request-method').length > 0) {
      return reply
        .code(204)
        .headers({
          'access-control-allow-methods': 'GET, POST',
          'access-control-allow-headers': 'authorization, content-type, openai-beta, x-openai-agents-sdk',
          'access-control-max-age': '600',
        })
        .send();
    }
  });

  app.setErrorHandler((error: Error & { code?: string; statusCode?: number }, _, reply) => {
    const refusal = refusalOf(error);
    if (refusal.code === 'internal_error') log.error({ error: errorName(error) }, 'a request failed');
    return replyRefusal(reply, refusal);
  });
  app.setNotFoundHandler((request, reply) => {
    const known = methods.get(request.url.split('?', 1)[0] as string);
    if (!known || known.has(request.method)) return replyRefusal(reply, NOT_FOUND);
    return replyRefusal(reply, WRONG_METHOD, { allow: [...known].join(', ') });
  });

  for (const path of SESSION_PATHS) {
    app.get(path, { exposeHeadRoute: false, config: { wanted: 'session' } }, (_, reply) =>
      replyRefusal(reply, NO_UPGRADE, { upgrade: 'websocket' }),
    );
  }
  options.routes(app);
  if (options.consoleFolder) {
    const { default: fastifyStatic } = await import('@fastify/static');
    await app.register(fastifyStatic, { root: options.consoleFolder, dotfiles: 'deny' });
  }
  await app.ready();
  return app;
}

function refuseSchema(): never {
  throw new Error('routes have no schemas here; their bodies are read by the codec');
}

const BAD_PATH: Refusal = { code: 'invalid_value', param: null, message: 'The path is not a valid one.' };
const NOT_FOUND: Refusal = { code: 'not_found', param: null, message: 'There is nothing at this path.' };
const WRONG_METHOD: Refusal = {
  code: 'method_not_allowed',
  param: null,
  message: 'This path does not take that method.',
};
/** What a plain request to a path for WebSockets is answered. */
export const NO_UPGRADE: Refusal = {
  code: 'websocket_upgrade_required',
  param: null,
  message: 'This path is for WebSocket connections.',
};

/** What Fastify refuses by itself, in our words; its own may quote the request. */
function refusalOf(error: Error & { code?: string; statusCode?: number }): Refusal {
  if (ColloquyError.is(error)) return { code: error.code, param: null, message: error.message };
  if (error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return { code: 'unsupported_media_type', param: null, message: "The body must be 'application/json'." };
  }
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return { code: 'limit_exceeded', param: null, message: 'The body is too large.' };
  }
  const status = error.statusCode ?? 500;
  if (status === 404) return NOT_FOUND;
  if (status < 500) return { code: 'invalid_value', param: null, message: 'The request is not valid.' };
  return { code: 'internal_error', param: null, message: 'The server had an error.' };
}
