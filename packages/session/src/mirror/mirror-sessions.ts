// Separates the sessions in the events of a mirror [MI12, MI13]. State of one session: `mirror-state.ts`; sessions of a
// log: `session-blocks.ts`.

import type { SessionObject } from '@colloquy/protocol';
import { appendBounded, copyMirrorState, createMirrorState, type MirrorState } from './mirror-state.ts';

/** The current session and the earlier ones. */
export interface MirrorSessions {
  current: MirrorState;
  /** In order of their beginning. Immutable: a session that resumes is copied. */
  earlier: MirrorState[];
}

export const createSessions = (current: MirrorState, earlier: readonly MirrorState[] = []): MirrorSessions => ({
  current,
  earlier: [...earlier],
});

/** Makes another session current if the event is a `session.created` with another id. Never throws. */
export function switchSession(sessions: MirrorSessions, event: unknown): void {
  const created = createdSession(event);
  if (!created) return;
  const { current, earlier } = sessions;
  // Events may be late [MI1]: those before the first session id belong to the first session that is named.
  const currentId = current.session && sessionId(current.session);
  if (currentId === undefined || currentId === created.id) return;
  const known = earlier.findIndex(({ session }) => session !== undefined && sessionId(session) === created.id);
  const [resumed] = known < 0 ? [] : earlier.splice(known, 1);
  appendBounded(earlier, current);
  sessions.current = resumed ? copyMirrorState(resumed) : createMirrorState(current.keepsAudio);
  sessions.current.changes.push({
    type: 'session.began',
    session: created.session,
    earlier_session_id: currentId,
  });
}

/** The session of a `session.created` that has an id. */
export function createdSession(event: unknown): { readonly id: string; readonly session: SessionObject } | undefined {
  try {
    const { type, session } = event as { type?: unknown; session?: unknown };
    if (type !== 'session.created' || typeof session !== 'object' || session === null) return undefined;
    const id = sessionId(session);
    return id === undefined ? undefined : { id, session: session as SessionObject };
  } catch {
    // Not an object, or one that JSON cannot produce: `advance` records the issue.
    return undefined;
  }
}

function sessionId(session: object): string | undefined {
  const { id } = session as { id?: unknown };
  return typeof id === 'string' && id !== '' ? id : undefined;
}
