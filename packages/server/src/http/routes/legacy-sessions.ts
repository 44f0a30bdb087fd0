// `POST /v1/realtime/sessions` and `/v1/realtime/transcription_sessions`: client secrets of the beta. The beta bridge translates request and
// answer; the secret stores a GA session, so it opens sessions of either dialect.

import { decodeClientEvent, type Issue, type SessionUpdateConfig, toRealtimeError } from '@colloquy/protocol';
import { type BetaState, createBetaState, toBetaServerEvents, toGaClientEvent } from '@colloquy/protocol/beta';
import type { FastifyInstance } from 'fastify';
import { replyRefusal } from '../http-app.ts';
import { refusalOf } from '../refusals.ts';
import { effectiveSession, type MintingOptions, readObject, refuse, refuseModel, TOO_MANY } from './minting.ts';

/** Per path: the beta event that configures such a session, and the lifetime of the secret in seconds (wire.md 2). */
const LEGACY = [
  { path: 'sessions', type: 'session.update', seconds: 60 },
  { path: 'transcription_sessions', type: 'transcription_session.update', seconds: 600 },
] as const;

/** Removes `session.` from the param of an issue, because the body is the session. */
function inBody({ code, param, message }: Issue): Issue {
  return { code, param: param?.replace(/^session\./, '') ?? null, message: message.replaceAll("'session.", "'") };
}

/** Translates an issue of the GA session to the beta dialect. */
function inBeta(state: BetaState, { code, param, message }: Issue): Issue {
  const error = toRealtimeError(code, { param, message });
  const [betaEvent] = toBetaServerEvents(state, { type: 'error', event_id: '', error }).events;
  return inBody((betaEvent as unknown as { error: Issue }).error);
}

/** Adds the routes under a prefix such as `/v1` [RT12]. */
export function legacySessionRoutes(app: FastifyInstance, prefix: string, options: MintingOptions): void {
  const { secrets, rules, now, startOptions } = options;

  function parseSession(type: string, body: unknown) {
    const read = readObject(body);
    if (!read.ok) return read;
    const update = toGaClientEvent(createBetaState(), { type, session: read.value });
    if (!update.ok) return refuse(inBody(update.issue));
    const decoded = decodeClientEvent(update.event, { profile: 'server' });
    if (!decoded.ok) return refuse(inBeta(update.state, decoded.issues[0]));
    const { session } = decoded.value as { session: SessionUpdateConfig };
    const model = session.type === 'realtime' ? session.model : undefined;
    const unknown = refuseModel(rules, model, 'model');
    if (unknown) return refuse(unknown);
    const modelName = model ?? rules.defaultModel;
    const effective = effectiveSession(session, {
      model: modelName,
      started_at: now(),
      ...startOptions(modelName, session.type),
    });
    if (!effective.ok) return refuse(inBeta(update.state, effective.issue));
    const updated = { type: 'session.updated', event_id: '', session: effective.session } as const;
    const [betaEvent] = toBetaServerEvents(update.state, updated).events;
    const { temperature } = update;
    return {
      ok: true,
      session,
      temperature,
      sessionBody: (betaEvent as unknown as { session: object }).session,
    } as const;
  }

  for (const { path, type, seconds } of LEGACY) {
    app.post(`${prefix}/realtime/${path}`, { config: { access: { scope: 'manage' } } }, async (request, reply) => {
      const result = parseSession(type, request.body);
      if (!result.ok) return replyRefusal(reply, refusalOf(result.issue));
      const { session, temperature, sessionBody } = result;
      const minted = await secrets.mint({ session, temperature, seconds, principal: request.grant.principal });
      if (!minted) return replyRefusal(reply, TOO_MANY);
      const client_secret = { value: minted.value, expires_at: Math.floor(minted.expiresAt / 1000) };
      return reply.header('cache-control', 'no-store').send({ ...sessionBody, client_secret });
    });
  }
}
