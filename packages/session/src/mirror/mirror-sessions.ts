// Where one session ends and another begins in the events a mirror is given [MI12, MI13]. What one session is, is `mirror-state.ts`;
// how logs are told apart by session, `session-blocks.ts`.

import type { SessionObject } from '@colloquy/protocol';
import { copyMirrorState, createMirrorState, type MirrorState, remember } from './mirror-state.ts';

/** The session that events belong to now, and those before it. */
export interface MirrorSessions {
  current: MirrorState;
  /** In the order they began. None of them is ever changed: one that goes on is copied. */
  earlier: MirrorState[];
}

export const createSessions = (current: MirrorState, earlier: readonly MirrorState[] = []): MirrorSessions => ({
  current,
  earlier: [...earlier],
});

/** Makes another session current when the event is a `session.created` with another id. Never throws. */
export function switchSession(sessions: MirrorSessions, event: unknown): void {
  const created = createdSession(event);
  if (!created) return;
  const { current, earlier } = sessions;
  // Events may come late [MI1]: what came before any session was named is taken for the one that is named first.
  const from = current.session && sessionId(current.session);
  if (from === undefined || from === created.id) return;
  const known = earlier.findIndex(({ session }) => session !== undefined && sessionId(session) === created.id);
  const [resumed] = known < 0 ? [] : earlier.splice(known, 1);
  remember(earlier, current);
  sessions.current = resumed ? copyMirrorState(resumed) : createMirrorState(current.keepsAudio);
  sessions.current.changes.push({
    type: 'session.began',
    session: created.session,
    earlier_session_id: from,
  });
}

/** The session of a `session.created` that names one. */
export function createdSession(event: unknown): { readonly id: string; readonly session: SessionObject } | undefined {
  try {
    const { type, session } = event as { type?: unknown; session?: unknown };
    if (type !== 'session.created' || typeof session !== 'object' || session === null) return undefined;
    const id = sessionId(session);
    return id === undefined ? undefined : { id, session: session as SessionObject };
  } catch {
    // No object, or one that no JSON text gives: `advance` notes it.
    return undefined;
  }
}

function sessionId(session: object): string | undefined {
  const { id } = session as { id?: unknown };
  return typeof id === 'string' && id !== '' ? id : undefined;
}
