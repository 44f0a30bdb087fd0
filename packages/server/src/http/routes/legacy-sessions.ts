// `POST /v1/realtime/sessions` and `/v1/realtime/transcription_sessions`: how the beta minted client secrets. The bridge reads
// what is asked and words the answer; what is kept is a GA session, so the secret opens sessions of either dialect.

import { decodeClientEvent, type Issue, type SessionUpdateConfig, toRealtimeError } from '@colloquy/protocol';
import { type BetaState, createBetaState, toBetaServerEvents, toGaClientEvent } from '@colloquy/protocol/beta';
import type { FastifyInstance } from 'fastify';
import { replyRefusal } from '../http-app.ts';
import { refusalOf } from '../refusals.ts';
import { effectiveSession, type MintingOptions, readObject, refuse, refuseModel, TOO_MANY } from './minting.ts';

/** Path → the beta event that would configure such a session, and how many seconds its secret opens sessions (wire.md 2). */
const LEGACY = [
  { path: 'sessions', type: 'session.update', seconds: 60 },
  { path: 'transcription_sessions', type: 'transcription_session.update', seconds: 600 },
] as const;

/** An issue at its place in the body, which is the session itself. */
function inBody({ code, param, message }: Issue): Issue {
  return { code, param: param?.replace(/^session\./, '') ?? null, message: message.replaceAll("'session.", "'") };
}

/** A refusal of the GA session, in the words of the beta one. */
function inBeta(state: BetaState, { code, param, message }: Issue): Issue {
  const error = toRealtimeError(code, { param, message });
  const [told] = toBetaServerEvents(state, { type: 'error', event_id: '', error }).events;
  return inBody((told as unknown as { error: Issue }).error);
}

/** Adds the routes under a prefix such as `/v1` [RT12]. */
export function legacySessionRoutes(app: FastifyInstance, prefix: string, options: MintingOptions): void {
  const { secrets, rules, now, opened } = options;

  function judge(type: string, body: unknown) {
    const read = readObject(body);
    if (!read.ok) return read;
    const asked = toGaClientEvent(createBetaState(), { type, session: read.value });
    if (!asked.ok) return refuse(inBody(asked.issue));
    const decoded = decodeClientEvent(asked.event, { profile: 'server' });
    if (!decoded.ok) return refuse(inBeta(asked.state, decoded.issues[0]));
    const { session } = decoded.value as { session: SessionUpdateConfig };
    const model = session.type === 'realtime' ? session.model : undefined;
    const unknown = refuseModel(rules, model, 'model');
    if (unknown) return refuse(unknown);
    const called = model ?? rules.defaultModel;
    const effective = effectiveSession(session, { model: called, started_at: now(), ...opened(called, session.type) });
    if (!effective.ok) return refuse(inBeta(asked.state, effective.issue));
    const updated = { type: 'session.updated', event_id: '', session: effective.session } as const;
    const [told] = toBetaServerEvents(asked.state, updated).events;
    const { temperature } = asked;
    return { ok: true, session, temperature, stated: (told as unknown as { session: object }).session } as const;
  }

  for (const { path, type, seconds } of LEGACY) {
    app.post(`${prefix}/realtime/${path}`, { config: { access: { scope: 'manage' } } }, async (request, reply) => {
      const judged = judge(type, request.body);
      if (!judged.ok) return replyRefusal(reply, refusalOf(judged.issue));
      const { session, temperature, stated } = judged;
      const minted = await secrets.mint({ session, temperature, seconds, principal: request.grant.principal });
      if (!minted) return replyRefusal(reply, TOO_MANY);
      const client_secret = { value: minted.value, expires_at: Math.floor(minted.expiresAt / 1000) };
      return reply.header('cache-control', 'no-store').send({ ...stated, client_secret });
    });
  }
}
