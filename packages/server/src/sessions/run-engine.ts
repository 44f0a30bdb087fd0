// Runs an engine for one response: checks and emits its output, and turns every failure into a `failed` event. Iteration:
// `consume-stream.ts`.

import { types } from 'node:util';
import { ColloquyError, RealtimeUsage } from '@colloquy/protocol';
import type { EngineEvent, ResponseRequest } from '@colloquy/session';
import type { Engine, EngineHost, EngineOutput } from '../engines/engine.ts';
import { errorName, type Log } from '../log.ts';
import type { AudioText } from './audio-text.ts';
import { consumeStream } from './consume-stream.ts';

export interface RunEngineOptions {
  readonly engine: Engine;
  readonly host: EngineHost;
  readonly log: Log;
  /** Encodes the audio as base64. */
  readonly audioText: AudioText;
  /** Called with every event. The last one is `done` or `failed`, unless the signal aborts first. */
  readonly emit: (event: EngineEvent) => void;
  /** Resolves when the client's unread bytes are below the limit [LM9]. */
  readonly waitForDrain: (signal: AbortSignal) => Promise<void>;
}

const failure = (message: string) =>
  ({ type: 'failed', error: { code: 'internal_error', message } }) satisfies EngineEvent;

/** Resolves when the response has ended or `host.signal` has aborted, even if the engine ignores the signal. Never rejects. */
export async function runEngine(request: ResponseRequest, options: RunEngineOptions): Promise<void> {
  const { engine, host, log, audioText, emit, waitForDrain } = options;
  const { signal } = host;
  function handleOutput(output: EngineOutput): boolean {
    const event = toEvent(checkOutput(output), audioText);
    emit(event);
    audioText.forget();
    return event.type !== 'done' && event.type !== 'failed';
  }
  try {
    const end = await consumeStream(() => engine.respond(request, host), {
      signal,
      waitForDrain,
      onItem: handleOutput,
    });
    if (end === 'ended') emit(failure('The engine ended without saying that it was done.'));
  } catch (error) {
    if (signal.aborted) return;
    log.error({ engine: engine.name, error: errorName(error) }, 'an engine failed');
    emit(
      ColloquyError.is(error)
        ? { type: 'failed', error: { code: error.code, message: error.message } }
        : failure('The engine failed.'),
    );
  }
}

/** Validates the output of an engine, which may be third-party code. Invalid output fails the response. */
function checkOutput(event: EngineOutput): EngineOutput {
  const type = (event as { type?: unknown } | null | undefined)?.type;
  const isValid = CHECK_BY_TYPE.get(type) as ((event: EngineOutput) => boolean) | undefined;
  if (isValid?.(event)) return event;
  return failure(
    type === 'audio.delta'
      ? 'The engine produced audio that is not valid.'
      : 'The engine produced something that is not valid.',
  );
}

/** Converts an engine's output to the event of sessions and recordings. */
function toEvent(output: EngineOutput, audioText: AudioText): EngineEvent {
  if (output.type !== 'audio.delta') return output;
  const { type, audio } = output;
  return { type, audio: audioText.encode(audio), bytes: audio.byteLength };
}

type Checks = { [T in EngineOutput['type']]: (event: Extract<EngineOutput, { type: T }>) => boolean };

const isText = (value: unknown): value is string => typeof value === 'string';
const isTextIfThere = (value: unknown) => value === undefined || typeof value === 'string';
const ENDS: ReadonlySet<unknown> = new Set([undefined, 'max_output_tokens', 'content_filter']);

const CHECKS: Checks = {
  message: ({ phase }) => isTextIfThere(phase),
  'text.delta': ({ delta }) => isText(delta),
  'transcript.delta': ({ delta }) => isText(delta),
  'audio.delta': ({ audio }) => types.isUint8Array(audio),
  call: ({ name, call_id, server_label }) => isText(name) && isTextIfThere(call_id) && isTextIfThere(server_label),
  'arguments.delta': ({ delta, call_id }) => isText(delta) && isTextIfThere(call_id),
  usage: ({ usage }) => RealtimeUsage.check(usage) === undefined,
  done: ({ reason }) => ENDS.has(reason),
  failed: ({ error }) => isText(error?.code) && isText(error?.message),
};
const CHECK_BY_TYPE: ReadonlyMap<unknown, unknown> = new Map(Object.entries(CHECKS));
