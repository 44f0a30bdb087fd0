// `GET /api/sessions`: lists live sessions with engine and progress [CO4]. Shapes: `console-api.ts` of @colloquy/session.

import type { SessionList, SessionSummary } from '@colloquy/session';
import type { FastifyInstance } from 'fastify';
import type { AccessRule } from '../../auth/authorize.ts';
import type { LiveSession, SessionRegistry } from '../../sessions/session-registry.ts';
import { replyRefusal } from '../http-app.ts';
import { UPGRADE_REQUIRED } from '../refusals.ts';

const READ: AccessRule = { scope: 'read', isConsoleApi: true };

/** Progress of a conversation; `null` for relayed sessions and translations. */
function progressOf({ session: { state } }: LiveSession): Pick<SessionSummary, 'active_response' | 'items'> {
  if (!('items' in state)) return { active_response: null, items: null };
  const active = state.responses.find((response) => !response.out_of_band);
  return { active_response: active?.id ?? null, items: state.items.count };
}

/** The entry of a session in the list. `isWriting` says whether the recording of a name is being written. */
export function sessionSummary(live: LiveSession, isWriting: (name: string) => boolean): SessionSummary {
  const { id, state } = live.session;
  return {
    id,
    type: state.kind,
    model: state.model,
    engine: live.engine,
    started_at: Math.floor(state.started_at / 1000),
    ...progressOf(live),
    recording: live.recording !== undefined && isWriting(live.recording) ? live.recording : null,
  };
}

export function sessionRoutes(
  app: FastifyInstance,
  registry: SessionRegistry,
  isWriting: (name: string) => boolean,
): void {
  app.get('/api/sessions', { config: { access: READ } }, (_, reply) => {
    const list: SessionList = { sessions: registry.list().map((live) => sessionSummary(live, isWriting)) };
    return reply.header('cache-control', 'no-store').send(list);
  });
  for (const path of ['/api/sessions/watch', '/api/sessions/:id/watch'])
    app.get(path, { exposeHeadRoute: false, config: { access: READ } }, (_, reply) =>
      replyRefusal(reply, UPGRADE_REQUIRED, { upgrade: 'websocket' }),
    );
}
