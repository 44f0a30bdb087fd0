// Hosts one translation session: passes inputs to `stepTranslation` and performs its effects. Shared with other kinds of sessions:
// `session-loop.ts`. Sessions with a conversation: `host-session.ts`.

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
import { AsyncQueue } from '../async-queue.ts';
import type { Translator, TranslatorOutput } from '../engines/translator.ts';
import { errorName } from '../log.ts';
import { createServices, type ServiceOptions, type Services } from '../services.ts';
import type { Frame, Transport } from '../transports/transport.ts';
import type { AttachedTransport } from './attached-transport.ts';
import { consumeStream } from './consume-stream.ts';
import type { LineSink } from './line-sink.ts';
import { randomSeed } from './random-seed.ts';
import type { SessionHandle } from './session-handle.ts';
import { SessionLoop, type SessionParts } from './session-loop.ts';

/** A running translation session. A drain translates all received audio before it closes. */
export interface HostedTranslation extends SessionHandle {
  readonly state: TranslationState;
}

export interface TranslationHostOptions {
  translator: Translator;
  /** Options of the session. @default a session with a cryptographically random seed, starting now */
  opening?: Partial<TranslationOptions>;
  services?: ServiceOptions;
  /** Close code of a drain [ER46]. @default 1001 */
  drainCode?: number;
  /** Receive every input of the client before it is applied and every event before it is sent. */
  sinks?: readonly LineSink<TranslationLine, HostedTranslation>[];
}

const failure = (message: string): TranslatorProgress => ({
  type: 'failed',
  error: { code: 'internal_error', message },
});

/** Converts a translator's output to an event of the session. */
function toEvent(output: TranslatorOutput): TranslatorEvent | TranslatorProgress {
  if (output.type !== 'output_audio.delta') return output;
  if (!types.isUint8Array(output.audio)) return failure('The translator produced audio that is not valid.');
  return { ...output, audio: encodeBase64(output.audio) };
}

/** Hosts a translation session until its client's transport ends, then aborts the translator. Begins at once. */
export function hostTranslation(transport: Transport, options: TranslationHostOptions): HostedTranslation {
  return new TranslationHost(transport, options, createServices(options.services)).begin();
}

class TranslationHost implements SessionParts {
  readonly #options: TranslationHostOptions;
  readonly #services: Services;
  readonly #loop: SessionLoop<TranslationLine, HostedTranslation>;
  /** Frames that the translator has not read yet. */
  readonly #frameQueue = new AsyncQueue<Uint8Array>();
  #state: TranslationState;
  /** Audio of an incomplete frame. */
  #partialFrame = Buffer.alloc(0);

  constructor(transport: Transport, options: TranslationHostOptions, services: Services) {
    this.#options = options;
    this.#services = services;
    this.#state = createTranslation({
      ...{ model: 'gpt-realtime-translate', started_at: services.wallClock(), seed: randomSeed() },
      ...options.opening,
    });
    const { id } = this.#state;
    this.#loop = new SessionLoop(transport, { id, parts: this, services, sinks: options.sinks ?? [] });
  }

  begin(): HostedTranslation {
    const host = this;
    const loop = this.#loop;
    const { id, started_at } = this.#state;
    const handle: HostedTranslation = {
      id,
      options: { session: id, started_at },
      get state() {
        return host.#state;
      },
      ended: loop.ended,
      attach: (transport, role) => loop.attach(transport, role),
      drain: () => host.#dispatch({ at: loop.now(), from: 'host', event: { type: 'drain' } }),
      close: (code, reason) => loop.close(code, reason),
    };
    loop.begin(handle);
    return handle;
  }

  onOpen(): void {
    this.#dispatch({ at: 0, from: 'host', event: { type: 'open' } });
    void this.#translate();
  }

  deadline(): number | undefined {
    return translationDeadline(this.#state);
  }

  onDeadline(at: number): void {
    this.#dispatch({ at, from: 'clock' });
  }

  onFrame(frame: Frame, from: AttachedTransport): void {
    const at = this.#loop.now();
    const issue = from.refusalOf(frame, at);
    if (issue) return this.#dispatch({ at, from: 'wire', issue: issue, event_id: null }, from);
    const decoded = decodeClientEvent(frame, { profile: 'server', translation: true });
    if (!decoded.ok) {
      return this.#dispatch({ at, from: 'wire', issue: decoded.issues[0], event_id: decoded.event_id }, from);
    }
    const { value: event, audio_bytes } = decoded;
    this.#dispatch({ at, from: 'client', event, ...(audio_bytes && { audio_bytes }) }, from);
  }

  onEnd(): void {
    this.#apply({ at: this.#loop.now(), from: 'host', event: { type: 'close' } });
    this.#frameQueue.end();
  }

  /** Handles one input. `sender` is the transport it came from; only it receives errors that answer the input [WR13]. */
  #dispatch(input: TranslationInput, sender?: AttachedTransport): void {
    if (this.#loop.isOver) return;
    this.#apply(input, sender);
    this.#loop.finishStep();
  }

  #apply(input: TranslationInput, sender?: AttachedTransport): void {
    if (input.from === 'client' || input.from === 'wire') this.#loop.write(input);
    const next = stepTranslation(this.#state, input);
    this.#state = next.state;
    for (const effect of next.effects) this.#perform(effect, sender);
  }

  #perform(effect: TranslationEffect, sender: AttachedTransport | undefined): void {
    switch (effect.do) {
      case 'send': {
        const { event } = effect;
        this.#loop.write({ at: this.#state.at, from: 'server', event });
        if (!this.#loop.client.isOpen) return;
        return this.#loop.send(encodeEvent(event), event.type === 'error' ? sender : undefined);
      }
      case 'append_audio':
        this.#partialFrame = Buffer.concat([this.#partialFrame, decodeBase64(effect.audio) ?? new Uint8Array()]);
        return;
      case 'translate':
        return this.#cutFrames(effect);
      case 'finish':
        return this.#frameQueue.end();
      case 'close':
        return this.#loop.close(effect.drain ? (this.#options.drainCode ?? effect.code) : effect.code, effect.reason);
    }
  }

  #cutFrames({ frames, drop = 0, pad }: Extract<TranslationEffect, { do: 'translate' }>): void {
    const partial = this.#partialFrame;
    const whole = Buffer.concat([partial.subarray(0, partial.length - drop), Buffer.alloc(pad)]);
    for (let i = 0; i < frames; i += 1) {
      const start = i * TRANSLATION_FRAME_BYTES;
      this.#frameQueue.push(new Uint8Array(whole.subarray(start, start + TRANSLATION_FRAME_BYTES)));
    }
    this.#partialFrame = whole.subarray(frames * TRANSLATION_FRAME_BYTES);
  }

  #dispatchTranslator(event: TranslatorEvent | TranslatorProgress): void {
    this.#dispatch({ at: this.#loop.now(), from: 'translator', event });
  }

  /** Runs the translator and catches its exceptions. */
  async #translate(): Promise<void> {
    const host = this;
    const { translator } = this.#options;
    const { signal } = this.#loop;
    this.#frameQueue.onShift(() => this.#dispatchTranslator({ type: 'taken' }));
    const translatorHost = {
      signal,
      get audio() {
        return host.#state.config.audio;
      },
    };
    try {
      const end = await consumeStream(() => translator.translate(this.#frameQueue, translatorHost), {
        signal,
        waitForDrain: (until) => this.#loop.client.waitBelow(this.#services.limits.pauseBytes, until),
        onItem(output) {
          host.#dispatchTranslator(toEvent(output));
          return true;
        },
      });
      if (end === 'ended') this.#dispatchTranslator({ type: 'done' });
    } catch (error) {
      if (signal.aborted) return;
      this.#services.log.error({ engine: translator.name, error: errorName(error) }, 'a translator failed');
      this.#dispatchTranslator(
        ColloquyError.is(error) && Object.hasOwn(FAILURES, error.code)
          ? { type: 'failed', error: { code: error.code, message: error.message } }
          : failure('The translator failed.'),
      );
    }
  }
}
