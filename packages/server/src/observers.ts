// Who watches live sessions: connections that are shown the lines of a recording as they happen, and say nothing. A session waits
// for none of them and does next to nothing while nobody watches. How they get here is `watch-upgrade.ts`.

import { setImmediate as turn } from 'node:timers/promises';
import type { RedactionLevel } from '@colloquy/protocol';
import {
  recordingHeader,
  recordingLine,
  type SessionOptions,
  type SnapshotLine,
  snapshotPieces,
  type TranslationLine,
} from '@colloquy/session';
import type { Line } from './host-session.ts';
import type { LiveSession } from './hub.ts';
import type { Limits } from './limits.ts';
import { errorName, type Log } from './log.ts';
import { readerWatch } from './reader-watch.ts';
import { frameBytes, type Transport } from './transport.ts';

/** The observers of one session. */
export interface Observers {
  /** Shows them a line. Never throws, never waits. */
  hear(line: Line | TranslationLine): void;
  /** Lets a connection watch from now on: the header first, the state as it is, then every further line. */
  join(transport: Transport, level: RedactionLevel): void;
  /** The session is over: they are shown the rest, then closed 1000. */
  end(): void;
}

/** All observers of a server. */
export interface Watching {
  /** Of a session, and what answers it. */
  of(session: LiveSession['session'], engine: string | undefined): Observers;
  /** Observers at this moment. */
  readonly count: number;
  /** Resolves when none is left, or after `timeoutMs`, with those that are left dropped. */
  settle(timeoutMs: number): Promise<void>;
}

interface Observer {
  readonly level: RedactionLevel;
  /** Nothing more is shown to it; its connection may still be closing. */
  readonly isClosed: boolean;
  /** Resolves when its connection has ended. */
  readonly over: Promise<void>;
  show(text: string): void;
  end(): void;
}

/** A snapshot is made in slices of so many milliseconds, between which sessions get their turn. */
const SLICE_MS = 4;
const SLOW = 'The observer does not take what it is shown.';

export function createWatching(limits: Limits, log: Log): Watching {
  const open = new Map<Transport, Promise<void>>();

  function of(session: LiveSession['session'], engine: string | undefined): Observers {
    const observers = new Set<Observer>();
    return {
      hear(line) {
        if (observers.size === 0) return;
        const texts = new Map<RedactionLevel, string>();
        for (const observer of observers) {
          const { level, isClosed } = observer;
          if (isClosed) {
            observers.delete(observer);
            continue;
          }
          const text = texts.get(level) ?? recordingLine(line, level);
          observer.show(text);
          texts.set(level, text);
        }
      },
      join(transport, level) {
        const observer = observe(transport, session, level, { engine, limits, log });
        observers.add(observer);
        const over = observer.over.then(() => {
          observers.delete(observer);
          open.delete(transport);
        });
        open.set(transport, over);
      },
      end() {
        for (const observer of observers) observer.end();
      },
    };
  }

  return {
    of,
    get count() {
      return open.size;
    },
    async settle(timeoutMs) {
      const late = setTimeout(() => {
        for (const transport of open.keys()) transport.drop();
      }, timeoutMs);
      await Promise.all(open.values());
      clearTimeout(late);
    },
  };
}

interface Surroundings {
  readonly engine: string | undefined;
  readonly limits: Limits;
  readonly log: Log;
}

function observe(
  transport: Transport,
  session: LiveSession['session'],
  level: RedactionLevel,
  { engine, limits, log }: Surroundings,
): Observer {
  const { id } = session;
  const watch = readerWatch(transport, limits, () => close(1013, SLOW));
  /** What happened while the snapshot was made. */
  let waiting: string[] | undefined = [];
  let waitingBytes = 0;
  /** What the snapshot takes of the bytes that may be unsent, until it is sent. */
  let snapshotBytes = 0;
  let hasEnded = false;
  let isClosed = false;

  function close(code: number, reason: string): void {
    if (isClosed) return;
    isClosed = true;
    waiting = undefined;
    watch.stop();
    transport.close(code, reason);
  }

  function send(text: string): void {
    if (isClosed || !transport.isOpen) return;
    if (transport.bufferedBytes <= limits.watchBytes) snapshotBytes = 0;
    if (transport.bufferedBytes > limits.watchBytes + snapshotBytes) return close(1013, SLOW);
    transport.send(text);
    watch.sent(frameBytes(text));
  }

  async function catchUp(): Promise<void> {
    const { state } = session;
    send(headerOf(session, level, engine));
    const snapshot = isWhole(state) ? snapshotPieces({ at: state.at, from: 'snapshot', format: 1, state }, level) : [];
    const text = await gather(snapshot, limits.snapshotLength, () => isClosed || !transport.isOpen);
    if (text) {
      send(text);
      snapshotBytes = frameBytes(text);
    }
    const missed = waiting ?? [];
    waiting = undefined;
    for (const line of missed) send(line);
    if (hasEnded) close(1000, 'The session has ended.');
  }

  async function listen(): Promise<void> {
    for await (const _ of transport.frames) close(1008, 'An observer has nothing to say.');
    close(1000, '');
  }

  void catchUp().catch((error) => {
    // A fault of ours: this observer pays for it, the session does not notice.
    log.error({ session_id: id, error: errorName(error) }, 'an observer failed');
    close(1011, 'The server had an error.');
  });
  return {
    level,
    get isClosed() {
      return isClosed || !transport.isOpen;
    },
    over: listen(),
    show(text) {
      if (!waiting) return send(text);
      waitingBytes += frameBytes(text);
      if (waitingBytes > limits.watchBytes) return close(1013, SLOW);
      waiting.push(text);
    },
    end() {
      hasEnded = true;
      if (!waiting) close(1000, 'The session has ended.');
    },
  };
}

type State = LiveSession['session']['state'];

/** Whether it is the state of a session hosted here, and no translation: then it can be shown, and run again. */
const isWhole = (state: State): state is SnapshotLine['state'] => 'items' in state;

function headerOf(session: LiveSession['session'], level: RedactionLevel, engine: string | undefined): string {
  const { id, state } = session;
  const options: SessionOptions | { session: string; started_at: number } =
    'options' in session ? session.options : { session: id, started_at: state.started_at };
  return recordingHeader(options, level, engine);
}

/** Joins pieces, with breaks for others; `undefined` when they grow too long, or when nobody wants them any more. */
async function gather(pieces: Iterable<string>, longest: number, isOver: () => boolean): Promise<string | undefined> {
  let text = '';
  let sliceEnds = performance.now() + SLICE_MS;
  for (const piece of pieces) {
    text += piece;
    if (text.length > longest) return undefined;
    if (performance.now() < sliceEnds) continue;
    await turn();
    if (isOver()) return undefined;
    sliceEnds = performance.now() + SLICE_MS;
  }
  return text;
}
