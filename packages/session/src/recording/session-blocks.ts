// Which session each frame of a log belongs to: a log may hold several, one after the other or over several sockets [MI15]. What is
// known of one session's conversation is `mirror.ts`.

import { createdSession } from '../mirror/mirror-sessions.ts';
import type { LoggedFrame } from './foreign-log.ts';

/** The frames of one session in a log. */
export interface SessionBlock {
  /** From 0, in the order in which the sessions begin. */
  readonly index: number;
  /** Of the session; `null` until a `session.created` names it. */
  readonly id: string | null;
}

export interface SessionBlocks {
  /** The block a frame belongs to. The same object for each frame of a session. Never throws. */
  of(frame: Pick<LoggedFrame, 'from' | 'event' | 'socket'>): SessionBlock;
}

type OpenBlock = { -readonly [K in keyof SessionBlock]: SessionBlock[K] };

/** So many sessions and sockets are remembered, the latest: an older one that comes again begins a new block. */
const MAX_REMEMBERED = 1000;

/**
 * Tells sessions apart: a `session.created` with an id that is not the socket's begins a block, or goes on with the one of that id.
 * Frames before a socket's first `session.created` belong to the session it names.
 */
export function createSessionBlocks(): SessionBlocks {
  const bySocket = new Map<string, OpenBlock>();
  const byId = new Map<string, OpenBlock>();
  let count = 0;

  function blockOf(socket: string): OpenBlock {
    // Loggers that know the session name it in place of a socket.
    const known = bySocket.get(socket) ?? byId.get(socket);
    const block = known ?? { index: count++, id: null };
    if (!known) remember(bySocket, socket, block);
    return block;
  }

  return {
    of({ from, event, socket = '' }) {
      const block = blockOf(socket);
      const id = from === 'server' ? createdSession(event)?.id : undefined;
      if (id === undefined || id === block.id) return block;
      const known = byId.get(id);
      if (known) {
        remember(bySocket, socket, known);
        return known;
      }
      if (block.id !== null) bySocket.delete(socket);
      const named = blockOf(socket);
      named.id = id;
      remember(byId, id, named);
      return named;
    },
  };
}

/** One of something for each session of a log, made when the first of its frames comes. */
export function perSession<T>(create: () => T): (frame: Pick<LoggedFrame, 'from' | 'event' | 'socket'>) => T {
  const blocks = createSessionBlocks();
  // A block that is forgotten takes what was made for it along.
  const made = new WeakMap<SessionBlock, { readonly one: T }>();
  return (frame) => {
    const block = blocks.of(frame);
    const known = made.get(block) ?? { one: create() };
    made.set(block, known);
    return known.one;
  };
}

function remember<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > MAX_REMEMBERED) for (const oldest of map.keys()) return void map.delete(oldest);
}
