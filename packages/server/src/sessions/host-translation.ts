// One translation session, hosted: frames in, `stepTranslation`, effects out. Sessions with a conversation are `host-session.ts`.

import { types } from 'node:util';
import {
  ColloquyError,
  decodeBase64,
  decodeClientEvent,
  encodeBase64,
  encodeEvent,
  FAILURES,
} from '@colloquy/protocol';
import {
  createTranslation,
  stepTranslation,
  TRANSLATION_FRAME_BYTES,
  type TranslationEffect,
  type TranslationInput,
  type TranslationLine,
  type TranslationOptions,
  type TranslationState,
  type TranslatorEvent,
  type TranslatorProgress,
  translationDeadline,
} from '@colloquy/session';
import { activeTime } from '../active-time.ts';
import { Inbox } from '../async-queue.ts';
import type { Translator, TranslatorOutput } from '../engines/translator.ts';
import { DEFAULT_LIMITS, type Limits } from '../limits.ts';
import { createLog, errorName, type Log } from '../log.ts';
import { readerWatch } from '../transports/backpressure.ts';
import { frameGate } from '../transports/frame-limits.ts';
import { type Frame, frameBytes, type Transport } from '../transports/transport.ts';
import { pull } from './consume-stream.ts';
import { randomSeed } from './random-seed.ts';

/** A running translation session, as seen from outside. */
export interface HostedTranslation {
  readonly id: string;
  /** Plain data, replaced at every step. */
  readonly state: TranslationState;
  /** Has what was heard translated to its end, then closes. */
  drain(): void;
  /** Ends it now. */
  close(code: number, reason: string): void;
}

export interface TranslationHostOptions {
  translator: Translator;
  /** What the session is. Absent: a session with a seed from the cryptographic generator, beginning now. */
  opening?: Partial<TranslationOptions>;
  limits?: Partial<Limits>;
  /** Milliseconds, monotonic. @default the time this process ran, so that a freeze is nobody's delay [LM16] */
  clock?: () => number;
  /** @default silent */
  log?: Log;
  /** What a drain closes with [ER46]. @default 1001 */
  drainCode?: number;
  /** Called once, before anything is sent. */
  onStart?: (session: HostedTranslation) => void;
  /** Hears every frame of the client before it takes effect, and every frame before it is sent. Must not throw. */
  onLine?: (line: TranslationLine) => void;
}

const SILENT = createLog('silent');
/** Longest delay a timer can have, in milliseconds. */
const LONGEST_DELAY = 2 ** 31 - 1;

const failed = (message: string): TranslatorProgress => ({
  type: 'failed',
  error: { code: 'internal_error', message },
});

/** The piece as the session takes it in. */
function toEvent(output: TranslatorOutput): TranslatorEvent | TranslatorProgress {
  if (output.type !== 'output_audio.delta') return output;
  if (!types.isUint8Array(output.audio)) return failed('The translator produced audio that is not valid.');
  return { ...output, audio: encodeBase64(output.audio) };
}

/** Hosts a translation session until its connection ends. Resolves then, with the translator told to stop. */
export async function hostTranslation(transport: Transport, options: TranslationHostOptions): Promise<void> {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const { translator, log = SILENT, clock = activeTime.now, onLine } = options;
  const began = clock();
  const now = () => Math.max(0, Math.floor(clock() - began));
  const opening = { model: 'gpt-realtime-translate', started_at: Date.now(), seed: randomSeed(), ...options.opening };
  let state = createTranslation(opening);
  const refusal = frameGate(limits);
  const watch = readerWatch(transport, limits, () => close(1013, 'The client does not take what it is sent.'));
  const gone = new AbortController();
  /** Audio that is no whole frame yet. */
  let pending = Buffer.alloc(0);
  /** What the translator has not taken yet. */
  const frames = new Inbox<Uint8Array>();
  let timer: NodeJS.Timeout | undefined;

  function take(input: TranslationInput): void {
    if (gone.signal.aborted) return;
    apply(input);
    if (gone.signal.aborted) return;
    if (transport.isOpen) arm();
    else abandon();
  }

  function apply(input: TranslationInput): void {
    if (input.from === 'client' || input.from === 'wire') onLine?.(input);
    const next = stepTranslation(state, input);
    state = next.state;
    for (const effect of next.effects) perform(effect);
  }

  function perform(effect: TranslationEffect): void {
    switch (effect.do) {
      case 'send': {
        onLine?.({ at: state.at, from: 'server', event: effect.event });
        if (!transport.isOpen) return;
        const frame = encodeEvent(effect.event);
        transport.send(frame);
        return watch.sent(frameBytes(frame));
      }
      case 'append_audio':
        pending = Buffer.concat([pending, decodeBase64(effect.audio) ?? new Uint8Array()]);
        return;
      case 'translate':
        pending = Buffer.concat([pending.subarray(0, pending.length - (effect.drop ?? 0)), Buffer.alloc(effect.pad)]);
        for (let i = 0; i < effect.frames; i += 1) {
          const start = i * TRANSLATION_FRAME_BYTES;
          frames.push(new Uint8Array(pending.subarray(start, start + TRANSLATION_FRAME_BYTES)));
        }
        pending = pending.subarray(effect.frames * TRANSLATION_FRAME_BYTES);
        return;
      case 'finish':
        return frames.end();
      case 'close':
        return close(effect.drain ? (options.drainCode ?? effect.code) : effect.code, effect.reason);
    }
  }

  function arm(): void {
    clearTimeout(timer);
    const due = translationDeadline(state);
    if (due === undefined) return;
    timer = setTimeout(() => take({ at: now(), from: 'clock' }), Math.min(LONGEST_DELAY, Math.max(1, due - now())));
  }

  function hear(frame: Frame): void {
    const at = now();
    const early = refusal(frame, at);
    if (early) return take({ at, from: 'wire', issue: early, event_id: null });
    const decoded = decodeClientEvent(frame, { profile: 'server', translation: true });
    if (!decoded.ok) return take({ at, from: 'wire', issue: decoded.issues[0], event_id: decoded.event_id });
    const { value: event, audio_bytes } = decoded;
    take({ at, from: 'client', event, ...(audio_bytes && { audio_bytes }) });
  }

  const hearTranslator = (event: TranslatorEvent | TranslatorProgress) =>
    take({ at: now(), from: 'translator', event });

  /** The only place where a translator's exception is caught. */
  async function translate(): Promise<void> {
    const { signal } = gone;
    const host = {
      signal,
      get audio() {
        return state.config.audio;
      },
    };
    frames.onTake(() => hearTranslator({ type: 'taken' }));
    try {
      const end = await pull(() => translator.translate(frames, host), {
        signal,
        room: (until) => watch.room(limits.pauseBytes, until),
        hear(output) {
          hearTranslator(toEvent(output));
          return true;
        },
      });
      if (end === 'ended') hearTranslator({ type: 'done' });
    } catch (error) {
      if (signal.aborted) return;
      log.error({ engine: translator.name, error: errorName(error) }, 'a translator failed');
      hearTranslator(
        ColloquyError.is(error) && Object.hasOwn(FAILURES, error.code)
          ? { type: 'failed', error: { code: error.code, message: error.message } }
          : failed('The translator failed.'),
      );
    }
  }

  function close(code: number, reason: string): void {
    take({ at: now(), from: 'host', event: { type: 'close' } });
    gone.abort();
    transport.close(code, reason);
  }

  /** The client has gone: nothing is made for it any more. */
  function abandon(): void {
    if (!gone.signal.aborted) apply({ at: now(), from: 'host', event: { type: 'close' } });
    gone.abort();
    frames.end();
  }

  options.onStart?.({
    id: state.id,
    get state() {
      return state;
    },
    drain: () => take({ at: now(), from: 'host', event: { type: 'drain' } }),
    close,
  });
  try {
    take({ at: 0, from: 'host', event: { type: 'open' } });
    void translate();
    for await (const frame of transport.frames) {
      if (gone.signal.aborted || !transport.isOpen) break;
      hear(frame);
      if (transport.bufferedBytes > limits.stopBytes) await watch.room(limits.stopBytes, gone.signal);
      if (gone.signal.aborted) break;
    }
  } finally {
    abandon();
    watch.stop();
    clearTimeout(timer);
  }
}
