// Finding a live session of a server of ours, to watch it: `GET /api/sessions`, and the address of its lines (docs/console-api.md).

import { setTimeout as pause } from 'node:timers/promises';
import { ColloquyError, type RedactionLevel } from '@colloquy/protocol';
import { ask } from './ask.ts';
import { misused } from './command.ts';
import { type Connection, connect } from './connect.ts';
import type { Connecting } from './reach.ts';

export interface Watched {
  readonly id: string;
  readonly connection: Connection;
}

export interface Watching extends Connecting {
  readonly level: RedactionLevel;
  /** The session to watch. Absent: the newest, and if there is none the next one. */
  readonly session: string | undefined;
  /** Called once, when there is nothing to watch yet. */
  readonly onWait: () => void;
}

/** How often it is asked whether a session has begun, in milliseconds. */
const LOOK_MS = 500;
/** Longest line, in bytes: three for each character of the longest snapshot, and more. */
const LINE_BYTES = 64 * 1024 * 1024;

/** Throws `misused` for what cannot be the id of a session. */
function checkId(id: string): void {
  if (!/^[\w-]{1,64}$/.test(id)) throw misused('--session is the id of a session, sess_…');
}

/** The ids of the live sessions, in the order they began. */
async function liveSessions(server: URL, options: Connecting): Promise<string[]> {
  const { status, body, words } = await ask(new URL('/api/sessions', server), options);
  const { sessions } = (typeof body === 'object' && body !== null ? body : {}) as { sessions?: unknown };
  if (status === 200 && Array.isArray(sessions)) {
    return sessions.flatMap((each: { id?: unknown } | null) => (typeof each?.id === 'string' ? [each.id] : []));
  }
  const why =
    status === 401 || status === 403
      ? `refused with ${status}${words && `: ${words}`}`
      : 'its sessions cannot be watched; give ws:// or wss:// to open a session of your own';
  throw new ColloquyError('upstream_error', `${server.origin}: ${why}`);
}

function watch(server: URL, id: string, options: Watching): Promise<Connection> {
  const url = new URL(`/api/sessions/${id}/watch?level=${options.level}`, server);
  url.protocol = server.protocol === 'https:' ? 'wss:' : 'ws:';
  return connect(url, options, LINE_BYTES);
}

/**
 * Begins to watch a session; waits for one if need be. Rejects with `upstream_error`, in one line, when the server is not there, is
 * none of ours, or refuses, and with `misused` for an id that is none.
 */
export async function watchLive(server: URL, options: Watching): Promise<Watched> {
  const { session } = options;
  if (session !== undefined) {
    checkId(session);
    return { id: session, connection: await watch(server, session, options) };
  }
  for (let isToldOf = false; ; await pause(LOOK_MS)) {
    const id = (await liveSessions(server, options)).at(-1);
    if (id !== undefined) {
      try {
        checkId(id);
        return { id, connection: await watch(server, id, options) };
      } catch (error) {
        // It may have ended just now: then there is another one to wait for.
        if ((await liveSessions(server, options)).includes(id)) throw error;
      }
    }
    if (!isToldOf) options.onWait();
    isToldOf = true;
  }
}
