// Assigns each event of a log to its session: a log may contain several, in sequence or on several sockets [MI15].
// Conversation of one session: `mirror.ts`.

import { createdSession } from '../mirror/mirror-sessions.ts';
import type { LoggedFrame } from './foreign-log.ts';

/** The events of one session in a log. */
export interface SessionBlock {
  /** From 0, in order of the sessions' beginning. */
  readonly index: number;
  /** Session id; `null` until a `session.created`. */
  readonly id: string | null;
}

export interface SessionBlocks {
  /** The block of an event. Returns the same object for each event of a session. Never throws. */
  of(frame: Pick<LoggedFrame, 'from' | 'event' | 'socket'>): SessionBlock;
}

type OpenBlock = { -readonly [K in keyof SessionBlock]: SessionBlock[K] };

/** Maximum stored sessions and sockets; an older one that returns begins a new block. */
const MAX_BLOCKS = 1000;

/**
 * Separates sessions: a `session.created` with another id than the socket's begins a block, or resumes the block of
 * that id. Events before a socket's first `session.created` belong to the session it names.
 */
export function createSessionBlocks(): SessionBlocks {
  const bySocket = new Map<string, OpenBlock>();
  const byId = new Map<string, OpenBlock>();
  let count = 0;

  function blockOf(socket: string): OpenBlock {
    // Some loggers write the session id in place of a socket.
    const known = bySocket.get(socket) ?? byId.get(socket);
    const block = known ?? { index: count++, id: null };
    if (!known) setBounded(bySocket, socket, block);
    return block;
  }

  return {
    of({ from, event, socket = '' }) {
      const block = blockOf(socket);
      const id = from === 'server' ? createdSession(event)?.id : undefined;
      if (id === undefined || id === block.id) return block;
      const known = byId.get(id);
      if (known) {
        setBounded(bySocket, socket, known);
        return known;
      }
      if (block.id !== null) bySocket.delete(socket);
      const newBlock = blockOf(socket);
      newBlock.id = id;
      setBounded(byId, id, newBlock);
      return newBlock;
    },
  };
}

/** One instance per session of a log, created at its first event. */
export function perSession<T>(create: () => T): (frame: Pick<LoggedFrame, 'from' | 'event' | 'socket'>) => T {
  const blocks = createSessionBlocks();
  // A WeakMap, so that an instance is freed with its block.
  const instances = new WeakMap<SessionBlock, { readonly one: T }>();
  return (frame) => {
    const block = blocks.of(frame);
    const known = instances.get(block) ?? { one: create() };
    instances.set(block, known);
    return known.one;
  };
}

function setBounded<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > MAX_BLOCKS) for (const oldest of map.keys()) return void map.delete(oldest);
}
