// Drives one engine through one response: pulls its pieces, hands them on, and turns every way of failing into a `failed`
// piece. The only place where an engine's exception is caught.

import { base64Length, ColloquyError } from '@colloquy/protocol';
import type { EngineEvent, ResponseRequest } from '@colloquy/session';
import type { Engine, EngineHost } from './engine.ts';
import { errorName, type Log } from './log.ts';
import { pull } from './pull.ts';

export interface PumpOptions {
  readonly engine: Engine;
  readonly host: EngineHost;
  readonly log: Log;
  /** Hears every piece, the last of which is `done` or `failed` unless the signal aborts first. */
  readonly hear: (event: EngineEvent) => void;
  /** Resolves when the client has taken enough of what it was sent [LM9]. */
  readonly room: (signal: AbortSignal) => Promise<void>;
}

const failed = (message: string): EngineEvent => ({ type: 'failed', error: { code: 'internal_error', message } });

/** Resolves when the response has ended or `host.signal` has aborted, whether or not the engine takes notice. Never rejects. */
export async function pumpResponse(request: ResponseRequest, options: PumpOptions): Promise<void> {
  const { engine, host, log, hear, room } = options;
  const { signal } = host;
  function goesOn(piece: EngineEvent): boolean {
    const event = checked(piece);
    hear(event);
    return event.type !== 'done' && event.type !== 'failed';
  }
  try {
    const end = await pull(() => engine.respond(request, host), { signal, room, hear: goesOn });
    if (end === 'ended') hear(failed('The engine ended without saying that it was done.'));
  } catch (error) {
    if (signal.aborted) return;
    log.error({ engine: engine.name, error: errorName(error) }, 'an engine failed');
    hear(
      ColloquyError.is(error)
        ? { type: 'failed', error: { code: error.code, message: error.message } }
        : failed('The engine failed.'),
    );
  }
}

/** Audio that is no base64, or not as long as it says, would break clients and clocks: the response fails instead. */
function checked(event: EngineEvent): EngineEvent {
  if (event.type !== 'audio.delta' || base64Length(event.audio) === event.bytes) return event;
  return failed('The engine produced audio that is not valid.');
}
