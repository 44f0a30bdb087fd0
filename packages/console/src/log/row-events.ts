// The events that rows give to a mirror: server events and, for a log that starts in mid-session, those derived from a snapshot.

import { items, type SessionState, sessionObject } from '@colloquy/session';
import { frameOf, type LogRow } from './log-row.ts';

/** What a row tells a mirror: the server's frame, or what a snapshot knows where a log begins with one. */
export function eventsOf(row: LogRow): Iterable<object> {
  const frame = frameOf(row);
  if (frame) return frame.from === 'server' ? [frame.event] : [];
  const { entry } = row;
  return entry.kind === 'snapshot' && row.index <= 1 ? snapshotEvents(entry.snapshot.state) : [];
}

/** Yields nothing for a state that cannot be read: it may be of another version, or of another program. */
function snapshotEvents(state: SessionState): object[] {
  try {
    const events: object[] = [{ type: 'session.updated', event_id: '', session: sessionObject(state) }];
    let previous: string | null = null;
    for (const item of items(state)) {
      const event = { event_id: '', previous_item_id: previous, item };
      events.push({ type: 'conversation.item.added', ...event });
      const isMade = 'status' in item && item.status === 'in_progress';
      if (!isMade) events.push({ type: 'conversation.item.done', ...event });
      previous = item.id ?? null;
    }
    return events;
  } catch {
    // The state is what a file says; a mirror begins anywhere, so nothing is lost but the past.
    return [];
  }
}
