// `GET /api/sessions`: lists live sessions with engine, progress and summary [CO4, CO40, CO42]. Shapes: `console-api.ts` of @colloquy/session.

import type { SessionList, SessionSummary } from '@colloquy/session';
import type { FastifyInstance } from 'fastify';
import type { AccessRule } from '../../auth/authorize.ts';
import { shownSummary } from '../../recordings/recording-list.ts';
import { isEmptyFilter, matchesFilter, type SessionFilter } from '../../recordings/session-filter.ts';
import type { LiveSession, SessionRegistry } from '../../sessions/session-registry.ts';
import { replyRefusal } from '../http-app.ts';
import { parseFilter } from '../list-query.ts';
import { UPGRADE_REQUIRED } from '../refusals.ts';

const READ: AccessRule = { scope: 'read', isConsoleApi: true };

/** Progress of a conversation; `null` for relayed sessions and translations. */
function progressOf({ session: { state } }: LiveSession): Pick<SessionSummary, 'active_response' | 'items'> {
  if (!('items' in state)) return { active_response: null, items: null };
  const active = state.responses.find((response) => !response.out_of_band);
  return { active_response: active?.id ?? null, items: state.items.count };
}

export interface SessionListOptions {
  /** Whether the recording of a name is being written. */
  readonly isWriting: (name: string) => boolean;
  /** Whether `first_words` may be shown, and `q` may search. */
  readonly showsContent: boolean;
}

/** The entry of a session in the list. */
export function sessionSummary(live: LiveSession, { isWriting, showsContent }: SessionListOptions): SessionSummary {
  const { id, state } = live.session;
  return {
    id,
    type: state.kind,
    model: state.model,
    engine: live.engine,
    started_at: Math.floor(state.started_at / 1000),
    ...progressOf(live),
    recording: live.recording !== undefined && isWriting(live.recording) ? live.recording : null,
    summary: live.summary ? shownSummary(live.summary().summary, showsContent) : null,
  };
}

export function sessionRoutes(app: FastifyInstance, registry: SessionRegistry, options: SessionListOptions): void {
  app.get('/api/sessions', { config: { access: READ } }, (request, reply) => {
    const filter = parseFilter(request.url, options.showsContent);
    if (!filter.ok) return replyRefusal(reply, filter.refusal);
    const matching = registry.list().filter((live) => matches(live, filter.value));
    const list: SessionList = { sessions: matching.map((live) => sessionSummary(live, options)) };
    return reply.header('cache-control', 'no-store').send(list);
  });
  for (const path of ['/api/sessions/watch', '/api/sessions/:id/watch'])
    app.get(path, { exposeHeadRoute: false, config: { access: READ } }, (_, reply) =>
      replyRefusal(reply, UPGRADE_REQUIRED, { upgrade: 'websocket' }),
    );
}

const matches = ({ summary }: LiveSession, filter: SessionFilter): boolean =>
  isEmptyFilter(filter) || (summary !== undefined && matchesFilter(filter, summary()));
