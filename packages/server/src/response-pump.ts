// Drives one engine through one response: pulls its pieces, hands them on, and turns every way of failing into a `failed`
// piece. The only place where an engine's exception is caught.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { base64Length, ColloquyError } from '@colloquy/protocol';
import type { EngineEvent, ResponseRequest } from '@colloquy/session';
import type { Engine, EngineHost } from './engine.ts';
import { errorName, type Log } from './log.ts';

export interface PumpOptions {
  readonly engine: Engine;
  readonly host: EngineHost;
  readonly log: Log;
  /** Hears every piece, the last of which is `done` or `failed` unless the signal aborts first. */
  readonly hear: (event: EngineEvent) => void;
  /** Resolves when the client has taken enough of what it was sent [LM9]. */
  readonly room: (signal: AbortSignal) => Promise<void>;
}

/** Milliseconds of uninterrupted pieces after which others get a turn. */
const TURN_MS = 5;
const STOPPED = Symbol('stopped');

const failed = (message: string): EngineEvent => ({ type: 'failed', error: { code: 'internal_error', message } });

/** Resolves when the response has ended or `host.signal` has aborted, whether or not the engine takes notice. Never rejects. */
export async function pumpResponse(request: ResponseRequest, options: PumpOptions): Promise<void> {
  const { engine, host, log, hear, room } = options;
  const { signal } = host;
  let pieces: AsyncIterator<EngineEvent> | undefined;
  try {
    pieces = engine.respond(request, host)[Symbol.asyncIterator]();
    let turnBegan = performance.now();
    while (!signal.aborted) {
      const next = await unlessAborted(pieces.next(), signal);
      if (next === STOPPED || signal.aborted) return;
      const event = next.done ? failed('The engine ended without saying that it was done.') : checked(next.value);
      hear(event);
      if (event.type === 'done' || event.type === 'failed') return;
      await room(signal);
      if (performance.now() - turnBegan > TURN_MS) {
        await nextTurn();
        turnBegan = performance.now();
      }
    }
  } catch (error) {
    if (signal.aborted) return;
    log.error({ engine: engine.name, error: errorName(error) }, 'an engine failed');
    hear(
      ColloquyError.is(error)
        ? { type: 'failed', error: { code: error.code, message: error.message } }
        : failed('The engine failed.'),
    );
  } finally {
    // Not awaited: an engine that hangs would hang us. Rejections have nobody left to interest.
    void Promise.resolve(pieces?.return?.()).catch(() => {});
  }
}

/** What a promise comes to, or `STOPPED` once the signal aborts. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | typeof STOPPED> {
  return new Promise((resolve, reject) => {
    const stop = () => resolve(STOPPED);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

/** Audio that is no base64, or not as long as it says, would break clients and clocks: the response fails instead. */
function checked(event: EngineEvent): EngineEvent {
  if (event.type !== 'audio.delta' || base64Length(event.audio) === event.bytes) return event;
  return failed('The engine produced audio that is not valid.');
}
