// The live sessions of the server from the WebSocket `/api/sessions/watch` (docs/console-api.md).

import { readFrame } from '@colloquy/protocol';
import type { SessionListEvent, SessionSummary } from '@colloquy/session';
import { socketOrigin } from './open-log.ts';
import type { Answer, ServerApi } from './server-api.ts';

type Sessions = Answer<readonly SessionSummary[]>;

/** How long is waited before a stream that broke is opened again, in milliseconds. */
const AGAIN_MS = 2000;

/**
 * Calls `onList` with the list, and again whenever it changes, until `signal` aborts. A stream that breaks is opened again, and why there
 * is none is told in place of the list. `onLost` is called when the stream broke.
 */
export async function followSessions(
  api: ServerApi,
  onList: (list: Sessions) => void,
  onLost: () => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    // Pages cannot see why a handshake failed; an answer to a request says it.
    const list = await api.sessions();
    if (signal.aborted) return;
    onList(list);
    if (list.ok) await followOnce(api, onList, signal);
    if (signal.aborted) return;
    if (list.ok) onLost();
    await pause(AGAIN_MS, signal);
  }
}

async function followOnce(api: ServerApi, onList: (list: Sessions) => void, signal: AbortSignal): Promise<void> {
  const protocols = await api.protocols('watch');
  if (!protocols.ok || signal.aborted) return;
  const socket = new WebSocket(`${socketOrigin()}/api/sessions/watch`, protocols.value);
  const sessions = new Map<string, SessionSummary>();
  // A browser warns of a socket that is closed before it is open.
  const leave = () => {
    if (socket.readyState === WebSocket.CONNECTING) socket.addEventListener('open', () => socket.close(1000));
    else socket.close(1000);
  };
  signal.addEventListener('abort', leave);
  socket.addEventListener('message', ({ data }) => {
    const event = readEvent(data);
    if (!event || signal.aborted) return;
    apply(sessions, event);
    onList({ ok: true, value: [...sessions.values()] });
  });
  await new Promise<void>((resolve) => socket.addEventListener('close', () => resolve()));
  signal.removeEventListener('abort', leave);
}

/** Our own server sends JSON; what is none is left out. */
function readEvent(data: unknown): SessionListEvent | undefined {
  const read = typeof data === 'string' ? readFrame(data, false) : undefined;
  return read?.ok ? (read.value as SessionListEvent) : undefined;
}

function apply(sessions: Map<string, SessionSummary>, event: SessionListEvent): void {
  if (event.type === 'sessions') for (const each of event.sessions) sessions.set(each.id, each);
  else if (event.type === 'session.ended') sessions.delete(event.session.id);
  else if (event.type === 'session.began' || event.type === 'session.changed')
    sessions.set(event.session.id, event.session);
}

const pause = (ms: number, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
