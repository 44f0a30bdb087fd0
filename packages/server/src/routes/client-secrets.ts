// `POST /v1/realtime/client_secrets`: a key that a browser may hold, and the session it opens.

import {
  CreateClientSecretRequest,
  decodeClientEvent,
  type Issue,
  readFrame,
  type SessionObject,
  type SessionUpdateConfig,
} from '@colloquy/protocol';
import { createSession, type Effect, type SessionOptions, step } from '@colloquy/session';
import type { FastifyInstance } from 'fastify';
import type { Refusal } from '../auth.ts';
import type { ClientSecrets } from '../client-secrets.ts';
import type { OpeningRules } from '../opening.ts';
import { replyRefusal } from '../rest.ts';
import { randomSeed } from '../seed.ts';

export interface ClientSecretRouteOptions {
  readonly secrets: ClientSecrets;
  readonly rules: OpeningRules;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/** Seconds a secret opens sessions when nobody says otherwise [RT2]. */
const DEFAULT_SECONDS = 600;

type Asked = { ok: true; session: SessionUpdateConfig | undefined; seconds: number } | { ok: false; issue: Issue };

const refuse = (issue: Issue) => ({ ok: false, issue }) as const;

/** Reads a body. The session is judged as `session.update` judges one, with the same codes and params [RT3]. */
function readBody(body: unknown): Asked {
  if (body === undefined || body === '') return { ok: true, session: undefined, seconds: DEFAULT_SECONDS };
  const read = readFrame(body as string, true);
  if (!read.ok) return refuse(read.issue);
  if (read.later) return refuse(read.later);
  const { value } = read;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refuse({ code: 'invalid_type', param: null, message: 'The body must be a JSON object.' });
  }
  const { session, ...rest } = value as Record<string, unknown>;
  const issue = CreateClientSecretRequest.check(rest, 'server');
  if (issue) return refuse(issue);
  const seconds = (rest as CreateClientSecretRequest).expires_after?.seconds ?? DEFAULT_SECONDS;
  if (session === undefined || session === null) return { ok: true, session: undefined, seconds };
  const decoded = decodeClientEvent({ type: 'session.update', session }, { profile: 'server' });
  if (!decoded.ok) return refuse(decoded.issues[0]);
  return { ok: true, seconds, session: (decoded.value as { session: SessionUpdateConfig }).session };
}

/** The session as it would be after an update to this configuration, or why it would be refused. */
function effectiveSession(
  given: SessionUpdateConfig | undefined,
  options: Pick<SessionOptions, 'model' | 'started_at'>,
): { ok: true; session: SessionObject } | { ok: false; issue: Issue } {
  const kind = given?.type ?? 'realtime';
  const session = given ?? { type: 'realtime' };
  const opened = step(createSession({ ...options, kind, seed: randomSeed() }), {
    at: 0,
    from: 'host',
    event: { type: 'open' },
  });
  const { effects } = step(opened.state, { at: 0, from: 'client', event: { type: 'session.update', session } });
  for (const effect of effects) {
    if (effect.do !== 'send') continue;
    const { event } = effect as Extract<Effect, { do: 'send' }>;
    if (event.type === 'session.updated') return { ok: true, session: { ...event.session, expires_at: 0 } };
    if (event.type === 'error') return refuse(event.error as Issue);
  }
  return refuse({ code: 'invalid_value', param: 'session', message: 'The session is not valid.' });
}

/** Adds the route under a prefix such as `/v1` [RT1 to RT4]. */
export function clientSecretRoutes(app: FastifyInstance, prefix: string, options: ClientSecretRouteOptions): void {
  const { secrets, rules, now } = options;
  app.post(`${prefix}/realtime/client_secrets`, { config: { wanted: 'secret' } }, (request, reply) => {
    const asked = readBody(request.body);
    if (!asked.ok) return replyRefusal(reply, asked.issue);
    const { session, seconds } = asked;
    const model = session?.type === 'realtime' ? session.model : undefined;
    if (model !== undefined && rules.models && !rules.models.includes(model)) return replyRefusal(reply, INVALID_MODEL);
    const effective = effectiveSession(session, { model: model ?? rules.defaultModel, started_at: now() });
    if (!effective.ok) return replyRefusal(reply, effective.issue);
    const minted = secrets.mint({ session, seconds, principal: request.grant.principal });
    if (!minted) return replyRefusal(reply, TOO_MANY);
    return reply.header('cache-control', 'no-store').send({
      value: minted.value,
      expires_at: Math.floor(minted.expiresAt / 1000),
      session: effective.session,
    });
  });
}

const INVALID_MODEL: Refusal = {
  code: 'invalid_model',
  param: 'session.model',
  message: 'The model does not exist or you do not have access to it.',
};
const TOO_MANY: Refusal = { code: 'overloaded', param: null, message: 'Too many client secrets are live.' };
