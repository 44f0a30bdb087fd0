// Builds the Fastify application: authorizes every request, sends security headers, and wraps every error in the error envelope.
// Routes: `routes/`.

import { ColloquyError } from '@colloquy/protocol';
import fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import type { AccessRule, Authorizer, Grant } from '../auth/authorize.ts';
import { readRequestHead } from '../auth/request-head.ts';
import { SESSION_PATHS } from '../auth/session-request.ts';
import type { Limits } from '../limits.ts';
import { errorName, type Log } from '../log.ts';
import { httpAnswer } from './http-answer.ts';
import { NOT_FOUND, type Refusal, refusal, SERVER_FAULT, UPGRADE_REQUIRED, WRONG_METHOD } from './refusals.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the route requires. @default PUBLIC */
    access?: AccessRule;
  }
  interface FastifyRequest {
    /** Set before handlers run. */
    grant: Grant;
  }
}

export interface RestOptions {
  readonly authorizer: Authorizer;
  readonly limits: Limits;
  readonly log: Log;
  /** Registers the routes. */
  readonly routes: (app: FastifyInstance) => void;
  /** Folder of the built console, served at `/`. */
  readonly consoleFolder: string | undefined;
}

/**
 * Allows resources of this origin only, no inline code and no markup from strings. Exceptions: images of a conversation are `data:`,
 * its audio is `blob:`.
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

/** Sent with every answer, so that an answer rendered as a page cannot run code, and no other site can embed or read it [CO19]. */
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

/** Builds the application without listening. The listener passes requests to `app.routing`. */
export async function createRest(options: RestOptions): Promise<FastifyInstance> {
  const { authorizer, limits, log } = options;
  const methods = new Map<string, Set<string>>();
  const app = fastify({
    logger: false,
    bodyLimit: limits.bodyBytes,
    exposeHeadRoutes: true,
    // `readFrame` checks bodies, and no route has a schema. The schema compilers are large, so they are not loaded.
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
  // Stays text: `readFrame` parses bodies as it parses frames.
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_, body, done) => done(null, body));

  app.addHook('onRequest', async (request, reply) => {
    const head = readRequestHead(request.raw);
    const isPreflight = request.method === 'OPTIONS';
    const verdict = await authorizer.authorize(head, (!isPreflight && request.routeOptions.config.access) || PUBLIC);
    reply.headers(SECURITY_HEADERS);
    if (!verdict.ok) {
      log.info({ code: verdict.refusal.code, status: verdict.refusal.http }, 'request refused');
      return replyRefusal(reply, verdict.refusal);
    }
    request.grant = verdict.grant;
    const [origin] = head.all('origin');
    if (origin === undefined || !authorizer.isListed(origin)) return;
    reply.headers({
      'access-control-allow-origin': origin,
      'access-control-expose-headers': 'location',
      vary: 'origin',
    });
    if (isPreflight && head.all('access-control-request-method').length > 0) {
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
    const rejection = refusalOfError(error);
    if (rejection.code === 'internal_error') log.error({ error: errorName(error) }, 'a request failed');
    return replyRefusal(reply, rejection);
  });
  app.setNotFoundHandler((request, reply) => {
    const known = methods.get(request.url.split('?', 1)[0] as string);
    if (!known || known.has(request.method)) return replyRefusal(reply, NOT_FOUND);
    return replyRefusal(reply, WRONG_METHOD, { allow: [...known].join(', ') });
  });

  for (const path of SESSION_PATHS) {
    app.get(path, { exposeHeadRoute: false, config: { access: { scope: 'open_session' } } }, (_, reply) =>
      replyRefusal(reply, UPGRADE_REQUIRED, { upgrade: 'websocket' }),
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

const PUBLIC: AccessRule = { scope: 'public' };
const BAD_PATH = refusal('invalid_value', 'The path is not a valid one.');
const WRONG_TYPE = refusal('unsupported_media_type', "The body must be 'application/json'.");
const LARGE_BODY = refusal('limit_exceeded', 'The body is too large.');
const BAD_REQUEST = refusal('invalid_value', 'The request is not valid.');

/** Maps errors of Fastify to our messages, because those of Fastify can quote the request. */
function refusalOfError(error: Error & { code?: string; statusCode?: number }): Refusal {
  if (ColloquyError.is(error)) return refusal(error.code, error.message);
  if (error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return WRONG_TYPE;
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') return LARGE_BODY;
  const status = error.statusCode ?? 500;
  if (status === 404) return NOT_FOUND;
  return status < 500 ? BAD_REQUEST : SERVER_FAULT;
}
