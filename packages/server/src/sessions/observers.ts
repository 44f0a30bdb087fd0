// Observers of live sessions: connections that receive the lines of a recording as they are written and may not send. A session
// never waits for an observer. Handshake: `watch-upgrade.ts`.

import { setImmediate as turn } from 'node:timers/promises';
import type { RedactionLevel } from '@colloquy/protocol';
import { recordingHeader, recordingLine, type SnapshotLine, snapshotPieces } from '@colloquy/session';
import type { Limits } from '../limits.ts';
import { errorName, type Log } from '../log.ts';
import { frameBytes, type Transport } from '../transports/transport.ts';
import type { LineSink, SessionLine } from './line-sink.ts';
import type { SessionHandle } from './session-handle.ts';
import { createSpectator, SLOW_OBSERVER, type Spectator } from './spectator.ts';

/** The observers of one session. When it ends they receive the remaining lines, then close 1000. */
export interface Observers extends LineSink {
  /** Adds an observer: sends the header, the current state, then every line. */
  join(transport: Transport, level: RedactionLevel): void;
}

/** All observers of a server. */
export interface ObserverRegistry {
  /** Creates the observers of a new session. `engine` is the name of its engine. */
  observers(engine: string | undefined): Observers;
  /** Adds an observer to the next session, from its first line. */
  joinNext(transport: Transport, level: RedactionLevel): void;
  /** Counts a connection as an observer until it ends. `closeAll` closes it. */
  register(transport: Transport, spectator: Spectator): void;
  readonly count: number;
  /** Closes observers without a session, waits for all to end, and drops the rest after `timeoutMs`. */
  closeAll(timeoutMs: number): Promise<void>;
}

interface Observer {
  readonly level: RedactionLevel;
  /** No more is sent to it; its connection may still be closing. */
  readonly isClosed: boolean;
  readonly spectator: Spectator;
  /** Sends a session's header and state, then every line. Once. */
  attach(session: SessionHandle, engine: string | undefined): void;
  send(text: string): void;
  end(): void;
}

/** Milliseconds of encoding a snapshot after which it yields to the event loop. */
const SLICE_MS = 4;
const CLOSING = 'The server is shutting down.';

export function createObserverRegistry(limits: Limits, log: Log): ObserverRegistry {
  const open = new Map<Transport, Promise<void>>();
  /** Connections that the end of a session does not close. */
  const unboundSpectators = new Set<Spectator>();
  /** Observers of the next session. */
  const waitingObservers = new Set<Observer>();

  function track(transport: Transport, { closed }: Spectator, forget: () => void): void {
    open.set(
      transport,
      closed.then(() => {
        open.delete(transport);
        forget();
      }),
    );
  }

  function observersOf(engine: string | undefined): Observers {
    const observers = new Set<Observer>();
    let session: SessionHandle | undefined;
    return {
      begin(begun) {
        session = begun;
        for (const observer of waitingObservers) {
          observers.add(observer);
          unboundSpectators.delete(observer.spectator);
          observer.attach(begun, engine);
        }
        waitingObservers.clear();
      },
      write(line: SessionLine) {
        if (observers.size === 0) return;
        const texts = new Map<RedactionLevel, string>();
        for (const observer of observers) {
          const { level, isClosed } = observer;
          if (isClosed) {
            observers.delete(observer);
            continue;
          }
          const text = texts.get(level) ?? recordingLine(line, level);
          observer.send(text);
          texts.set(level, text);
        }
      },
      join(transport, level) {
        const observer = observe(transport, level, { limits, log });
        observers.add(observer);
        track(transport, observer.spectator, () => observers.delete(observer));
        if (session) observer.attach(session, engine);
      },
      end() {
        for (const observer of observers) observer.end();
      },
    };
  }

  function register(transport: Transport, spectator: Spectator): void {
    unboundSpectators.add(spectator);
    track(transport, spectator, () => unboundSpectators.delete(spectator));
  }

  return {
    observers: observersOf,
    joinNext(transport, level) {
      const observer = observe(transport, level, { limits, log });
      waitingObservers.add(observer);
      register(transport, observer.spectator);
      void observer.spectator.closed.then(() => waitingObservers.delete(observer));
    },
    register,
    get count() {
      return open.size;
    },
    async closeAll(timeoutMs) {
      for (const spectator of unboundSpectators) spectator.close(1001, CLOSING);
      const dropTimer = setTimeout(() => {
        for (const transport of open.keys()) transport.drop();
      }, timeoutMs);
      await Promise.all(open.values());
      clearTimeout(dropTimer);
    },
  };
}

interface ObserverContext {
  readonly limits: Limits;
  readonly log: Log;
}

function observe(transport: Transport, level: RedactionLevel, { limits, log }: ObserverContext): Observer {
  /** Lines written while the snapshot is encoded; `undefined` afterwards. */
  let queuedLines: string[] | undefined = [];
  let queuedBytes = 0;
  let hasEnded = false;
  const spectator = createSpectator(transport, limits, () => {
    queuedLines = undefined;
    log.debug({}, 'an observer is shown nothing more');
  });

  async function catchUp(session: SessionHandle, engine: string | undefined): Promise<void> {
    const { state } = session;
    spectator.send(recordingHeader(session.options, level, engine));
    const snapshot = isWhole(state) ? snapshotPieces({ at: state.at, from: 'snapshot', format: 1, state }, level) : [];
    const text = await joinPieces(snapshot, limits.snapshotLength, () => spectator.isClosed);
    if (text) spectator.send(text, { beyond: true });
    const missedLines = queuedLines ?? [];
    queuedLines = undefined;
    for (const line of missedLines) spectator.send(line);
    if (hasEnded) spectator.close(1000, ENDED);
  }

  return {
    level,
    get isClosed() {
      return spectator.isClosed;
    },
    spectator,
    attach(session, engine) {
      void catchUp(session, engine).catch((error) => {
        // A server fault closes only this observer.
        log.error({ session_id: session.id, error: errorName(error) }, 'an observer failed');
        spectator.close(1011, 'The server had an error.');
      });
    },
    send(text) {
      if (!queuedLines) return spectator.send(text);
      queuedBytes += frameBytes(text);
      if (queuedBytes > limits.watchBytes) return spectator.close(1013, SLOW_OBSERVER);
      queuedLines.push(text);
    },
    end() {
      hasEnded = true;
      if (!queuedLines) spectator.close(1000, ENDED);
    },
  };
}

const ENDED = 'The session has ended.';

/** Whether it is the state of a hosted session with a conversation, which a snapshot can contain. */
const isWhole = (state: SessionHandle['state']): state is SnapshotLine['state'] => 'items' in state;

/** Joins pieces and yields to the event loop; `undefined` if longer than `maxLength`, or when `isOver`. */
async function joinPieces(
  pieces: Iterable<string>,
  maxLength: number,
  isOver: () => boolean,
): Promise<string | undefined> {
  let text = '';
  let sliceEnds = performance.now() + SLICE_MS;
  for (const piece of pieces) {
    text += piece;
    if (text.length > maxLength) return undefined;
    if (performance.now() < sliceEnds) continue;
    await turn();
    if (isOver()) return undefined;
    sliceEnds = performance.now() + SLICE_MS;
  }
  return text;
}
