// `GET /api/sessions`: who is connected, what answers, and how far each conversation is [CO4]. Shapes are `console-api.ts` of
// @colloquy/session.

import type { SessionList, SessionSummary } from '@colloquy/session';
import type { FastifyInstance } from 'fastify';
import type { AccessRule } from '../../auth/authorize.ts';
import type { Hub, LiveSession } from '../../sessions/session-registry.ts';
import { replyRefusal } from '../http-app.ts';
import { UPGRADE_REQUIRED } from '../refusals.ts';

const READ: AccessRule = { scope: 'read', isConsoleApi: true };

/** What is known of a session's conversation; nothing, where it is another server's, and of a translation. */
function progressOf({ session: { state } }: LiveSession): Pick<SessionSummary, 'active_response' | 'items'> {
  if (!('items' in state)) return { active_response: null, items: null };
  const active = state.responses.find((response) => !response.out_of_band);
  return { active_response: active?.id ?? null, items: state.items.count };
}

/** What the list says of a session. `isWriting` tells whether a recording is being written: one that cannot be is none. */
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

export function sessionRoutes(app: FastifyInstance, hub: Hub, isWriting: (name: string) => boolean): void {
  app.get('/api/sessions', { config: { access: READ } }, (_, reply) => {
    const list: SessionList = { sessions: hub.list().map((live) => sessionSummary(live, isWriting)) };
    return reply.header('cache-control', 'no-store').send(list);
  });
  for (const path of ['/api/sessions/watch', '/api/sessions/:id/watch'])
    app.get(path, { exposeHeadRoute: false, config: { access: READ } }, (_, reply) =>
      replyRefusal(reply, UPGRADE_REQUIRED, { upgrade: 'websocket' }),
    );
}
