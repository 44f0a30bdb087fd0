// The address of the lines of a live session of a Colloquy server (docs/console-api.md).

import { ColloquyError, type RedactionLevel } from '@colloquy/protocol';
import { ask } from './ask.ts';
import { misused } from './command.ts';
import { type Connection, connect } from './connect.ts';
import type { Connecting } from './reach.ts';

export interface Watching extends Connecting {
  readonly level: RedactionLevel;
  /** The session to watch. Absent: the newest, and if there is none the next one. */
  readonly session: string | undefined;
  /** Called once, when there is nothing to watch yet. */
  readonly onWait: () => void;
}

/** Longest line, in bytes: three for each character of the longest snapshot, and more. */
const LINE_BYTES = 64 * 1024 * 1024;

/** Throws `misused` for what cannot be the id of a session. */
function checkId(id: string): void {
  if (!/^[\w-]{1,64}$/.test(id)) throw misused('--session is the id of a session, sess_…');
}

/** Whether any session is live. Throws where the server does not say. */
async function isAnyLive(server: URL, options: Connecting): Promise<boolean> {
  const { status, body, refusal } = await ask(new URL('/api/sessions', server), options);
  const { sessions } = (typeof body === 'object' && body !== null ? body : {}) as { sessions?: unknown };
  if (status === 200 && Array.isArray(sessions)) return sessions.length > 0;
  const why =
    status === 401 || status === 403
      ? `refused with ${status}${refusal && `: ${refusal}`}`
      : 'its sessions cannot be observed; use ws:// or wss:// to open a session';
  throw new ColloquyError('upstream_error', `${server.origin}: ${why}`);
}

function watch(server: URL, id: string, options: Watching): Promise<Connection> {
  const url = new URL(`/api/sessions/${id}/watch?level=${options.level}`, server);
  url.protocol = server.protocol === 'https:' ? 'wss:' : 'ws:';
  return connect(url, options, LINE_BYTES);
}

/**
 * Begins to watch a session; without an id the newest, or the next, which the server chooses, so that none is missed however short.
 * Rejects with `upstream_error`, in one line, when the server is not there, is none of ours, or refuses, and with `misused` for an id
 * that is none.
 */
export async function watchLive(server: URL, options: Watching): Promise<Connection> {
  const { session } = options;
  if (session !== undefined) {
    checkId(session);
    return watch(server, session, options);
  }
  const isAny = await isAnyLive(server, options);
  const connection = await watch(server, 'newest', options);
  if (!isAny) options.onWait();
  return connection;
}
