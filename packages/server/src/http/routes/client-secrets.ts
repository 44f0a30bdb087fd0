// `POST /v1/realtime/client_secrets` and the same for translations: mints a client secret and returns the session it opens.

import {
  CreateClientSecretRequest,
  CreateTranslationClientSecretRequest,
  type Issue,
  type SessionUpdateConfig,
} from '@colloquy/protocol';
import { createTranslation, translationObject } from '@colloquy/session';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { SecretSession } from '../../auth/secret-store.ts';
import { randomSeed } from '../../sessions/random-seed.ts';
import { replyRefusal } from '../http-app.ts';
import { refusalOf } from '../refusals.ts';
import {
  DEFAULT_SECONDS,
  decodeConfig,
  effectiveSession,
  type MintingOptions,
  readObject,
  refuse,
  refuseModel,
  TOO_MANY,
} from './minting.ts';

type Minting = { ok: true; session: SessionUpdateConfig | undefined; seconds: number } | { ok: false; issue: Issue };

function readBody(body: unknown): Minting {
  const read = readObject(body);
  if (!read.ok) return read;
  const { session, ...rest } = read.value;
  const issue = CreateClientSecretRequest.check(rest, 'server');
  if (issue) return refuse(issue);
  const seconds = (rest as CreateClientSecretRequest).expires_after?.seconds ?? DEFAULT_SECONDS;
  if (session === undefined || session === null) return { ok: true, session: undefined, seconds };
  const config = decodeConfig(session);
  return config.ok ? { ok: true, session: config.session, seconds } : config;
}

/** Adds the routes under a prefix such as `/v1` [RT1 to RT5]. */
export function clientSecretRoutes(app: FastifyInstance, prefix: string, options: MintingOptions): void {
  const { secrets, rules, now, startOptions } = options;

  async function reply(
    request: FastifyRequest,
    to: FastifyReply,
    seconds: number,
    secretSession: SecretSession | undefined,
    session: object,
  ) {
    const minted = await secrets.mint({ session: secretSession, seconds, principal: request.grant.principal });
    if (!minted) return replyRefusal(to, TOO_MANY);
    const { value, expiresAt } = minted;
    return to.header('cache-control', 'no-store').send({ value, expires_at: Math.floor(expiresAt / 1000), session });
  }

  app.post(`${prefix}/realtime/client_secrets`, { config: { access: { scope: 'manage' } } }, (request, to) => {
    const body = readBody(request.body);
    if (!body.ok) return replyRefusal(to, refusalOf(body.issue));
    const { session, seconds } = body;
    const model = session?.type === 'realtime' ? session.model : undefined;
    const unknown = refuseModel(rules, model, 'session.model');
    if (unknown) return replyRefusal(to, unknown);
    const modelName = model ?? rules.defaultModel;
    const started = { model: modelName, started_at: now(), ...startOptions(modelName, session?.type ?? 'realtime') };
    const effective = effectiveSession(session ?? { type: 'realtime' }, started);
    if (!effective.ok) return replyRefusal(to, refusalOf(effective.issue));
    return reply(request, to, seconds, session, effective.session);
  });

  app.post(
    `${prefix}/realtime/translations/client_secrets`,
    { config: { access: { scope: 'manage' } } },
    (request, to) => {
      const read = readObject(request.body);
      const issue = read.ok ? CreateTranslationClientSecretRequest.check(read.value, 'server') : read.issue;
      if (!read.ok || issue) return replyRefusal(to, refusalOf(issue as Issue));
      const { session, expires_after } = read.value as unknown as CreateTranslationClientSecretRequest;
      const unknown = refuseModel(rules, session.model, 'session.model');
      if (unknown) return replyRefusal(to, unknown);
      const audio = session.audio && { audio: session.audio };
      const effective = createTranslation({ seed: randomSeed(), started_at: now(), model: session.model, ...audio });
      const secretSession = { type: 'translation', model: session.model, ...audio } as const;
      const sessionBody = { ...translationObject(effective), expires_at: 0 };
      return reply(request, to, expires_after?.seconds ?? DEFAULT_SECONDS, secretSession, sessionBody);
    },
  );
}
