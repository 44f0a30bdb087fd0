// Who watches live sessions: connections that are shown the lines of a recording as they happen, and say nothing. A session waits
// for none of them and does next to nothing while nobody watches. How they get here is `watch-upgrade.ts`.

import { setImmediate as turn } from 'node:timers/promises';
import type { RedactionLevel } from '@colloquy/protocol';
import { recordingHeader, recordingLine, type SnapshotLine, snapshotPieces } from '@colloquy/session';
import type { Limits } from '../limits.ts';
import { errorName, type Log } from '../log.ts';
import { frameBytes, type Transport } from '../transports/transport.ts';
import type { LineSink, SessionLine } from './line-sink.ts';
import type { SessionHandle } from './session-handle.ts';
import { createSpectator, SLOW_OBSERVER, type Spectator } from './spectator.ts';

/** The observers of one session. When it ends they are shown the rest, then closed 1000. */
export interface Observers extends LineSink {
  /** Lets a connection watch from now on: the header first, the state as it is, then every further line. */
  join(transport: Transport, level: RedactionLevel): void;
}

/** All observers of a server. */
export interface ObserverRegistry {
  /** Observers of a session to be, and what answers it. */
  observers(engine: string | undefined): Observers;
  /** Lets a connection watch the next session that begins, from its very beginning. */
  joinNext(transport: Transport, level: RedactionLevel): void;
  /** Counts a connection among the observers until it has ended. It is closed when the server closes. */
  register(transport: Transport, spectator: Spectator): void;
  /** Observers at this moment. */
  readonly count: number;
  /** Closes those that wait or follow, and resolves when none is left, or after `timeoutMs`, with those that are left dropped. */
  closeAll(timeoutMs: number): Promise<void>;
}

interface Observer {
  readonly level: RedactionLevel;
  /** Nothing more is shown to it; its connection may still be closing. */
  readonly isClosed: boolean;
  readonly spectator: Spectator;
  /** Begins to show a session: the header, its state, then every line. Once. */
  attach(session: SessionHandle, engine: string | undefined): void;
  send(text: string): void;
  end(): void;
}

/** A snapshot is made in slices of so many milliseconds, between which sessions get their turn. */
const SLICE_MS = 4;
const CLOSING = 'The server is shutting down.';

export function createObserverRegistry(limits: Limits, log: Log): ObserverRegistry {
  const open = new Map<Transport, Promise<void>>();
  /** Connections that no session ends. */
  const unboundSpectators = new Set<Spectator>();
  /** Observers of the next session that begins. */
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
      const late = setTimeout(() => {
        for (const transport of open.keys()) transport.drop();
      }, timeoutMs);
      await Promise.all(open.values());
      clearTimeout(late);
    },
  };
}

interface ObserverContext {
  readonly limits: Limits;
  readonly log: Log;
}

function observe(transport: Transport, level: RedactionLevel, { limits, log }: ObserverContext): Observer {
  /** What happened while the snapshot was made. */
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
    const missed = queuedLines ?? [];
    queuedLines = undefined;
    for (const line of missed) spectator.send(line);
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
        // A fault of ours: this observer pays for it, the session does not notice.
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

/** Whether it is the state of a session hosted here, and no translation: then it can be shown, and run again. */
const isWhole = (state: SessionHandle['state']): state is SnapshotLine['state'] => 'items' in state;

/** Joins pieces, with breaks for others; `undefined` when they grow too long, or when nobody wants them any more. */
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
