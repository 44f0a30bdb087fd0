// Relays one session: reads frames from both ends, passes them to `stepRelay` and performs its effects. Decisions: `relay-step.ts`.
// Shared with hosted sessions: `session-loop.ts`. Dialling: `upstream.ts`.

import { randomUUID } from 'node:crypto';
import type { ServerEvent } from '@colloquy/protocol';
import type { SessionOptions } from '@colloquy/session';
import type { CallAudio } from '../calls/call-audio.ts';
import { errorName } from '../log.ts';
import { createServices, type ServiceOptions, type Services } from '../services.ts';
import type { AttachedTransport } from '../sessions/attached-transport.ts';
import { createAudioText } from '../sessions/audio-text.ts';
import { CallPlayback } from '../sessions/call-playback.ts';
import type { Line, LineSink } from '../sessions/line-sink.ts';
import type { RelayedState, SessionHandle } from '../sessions/session-handle.ts';
import { SessionLoop, type SessionParts } from '../sessions/session-loop.ts';
import { prepareAudio } from '../speech/prepare-audio.ts';
import { type Backpressure, createBackpressure } from '../transports/backpressure.ts';
import { closeWithError } from '../transports/close-with-error.ts';
import { type Frame, frameBytes, type Transport } from '../transports/transport.ts';
import type { RelayEffect, RelayHostEvent, RelayInput } from './relay-input.ts';
import type { ResponseUsage } from './relay-responses.ts';
import { createRelayState, type RelayState, relayDeadline } from './relay-state.ts';
import { stepRelay } from './relay-step.ts';
import type { Upstream } from './upstream.ts';
import { dialClose, dialRefusal } from './upstream-refusal.ts';

/** A running relayed session. The upstream holds the conversation. */
export interface RelayedSession extends SessionHandle {
  readonly state: RelayedState;
}

export interface RelayOptions {
  /** The upstream connection, or a promise while it is dialled. Closed when the client's connection ends. */
  upstream: Upstream | Promise<Upstream>;
  /** Settings of the session. `session` is sent upstream before the client receives an event; its `locked` paths cannot change. */
  opening?: Partial<Pick<SessionOptions, 'kind' | 'model' | 'session' | 'locked' | 'started_at'>>;
  /** Models a client may name in later frames; `undefined` allows any [RL9]. */
  models?: readonly string[] | undefined;
  services?: ServiceOptions;
  /** The audio of a call, in place of audio in the client's events [RL16]. */
  callAudio?: CallAudio | undefined;
  /** Close code of a drain. @default 1001 */
  drainCode?: number;
  /** Receive every client event before it is forwarded and every event before it is sent. They begin with the upstream connection. */
  sinks?: readonly LineSink<Line, RelayedSession>[];
  /** Called with the usage of each response, once per response [RL10]. Must not throw. */
  onUsage?: (usage: ResponseUsage) => void;
}

/** Client events whose sender is tracked, to route the upstream's errors. */
const MAX_SENDERS = 256;
/** An upstream speaks faster than its audio is played; beyond that it is not read, to bound the memory of a call [RL16]. */
const MAX_UNPLAYED_MS = 300_000;
const randomId = (prefix: string) => `${prefix}_${randomUUID().replaceAll('-', '').slice(0, 21)}`;

/**
 * Relays a session until the client's connection ends, then closes the upstream. Begins at once, or when `upstream` resolves. If it
 * rejects, the client receives one `error` and a close: `upstream_error` and 1011, or those of the upstream's refusal [RL2, RL15].
 *
 * @see SPEC.md RL1 to RL17, ER23
 */
export function relaySession(transport: Transport, options: RelayOptions): RelayedSession {
  const relay = new RelayHost(transport, options, createServices(options.services));
  const { upstream } = options;
  // An open upstream is not awaited, so that the session is registered at once.
  return { ...relay.handle, ended: 'then' in upstream ? relay.dial(upstream) : relay.begin(upstream) };
}

class RelayHost implements SessionParts {
  readonly handle: RelayedSession;
  readonly #options: RelayOptions;
  readonly #services: Services;
  readonly #loop: SessionLoop<Line, RelayedSession>;
  readonly #id = randomId('sess');
  /** `event_id` of a client event → its sender, for errors of the upstream. The latest `MAX_SENDERS`. */
  readonly #senders = new Map<string, AttachedTransport>();
  readonly #playback: CallPlayback | undefined;
  readonly #audioText = createAudioText();
  /** Resolves when the audio of a call can be converted. */
  readonly #prepared: Promise<void>;
  /** Resolves when client events may be forwarded or the session is over. */
  readonly #accepted: Promise<void>;
  #accept = () => {};
  #upstream: Upstream | undefined;
  #upstreamBackpressure: Backpressure | undefined;
  #state: RelayState;

  constructor(client: Transport, options: RelayOptions, services: Services) {
    this.#options = options;
    this.#services = services;
    this.#playback = options.callAudio && new CallPlayback(options.callAudio);
    this.#prepared = prepareAudio(undefined, this.#playback !== undefined);
    this.#state = createRelayState(this.#configure());
    this.#loop = new SessionLoop(client, { id: this.#id, parts: this, services, sinks: options.sinks ?? [] });
    this.handle = this.#createHandle();
    this.#accepted = new Promise((resolve) => {
      this.#accept = resolve;
    });
  }

  #configure() {
    const { opening = {}, models, drainCode = 1001 } = this.#options;
    const { upstreamIdleMs: idleMs, upstreamResponseMs: totalMs, sessionMs } = this.#services.limits;
    const rules = { models, locked: opening.locked ?? [], config: opening.session };
    return {
      rules,
      budgets: { idleMs, totalMs },
      sessionMs,
      drainCode,
      idSeed: randomUUID(),
      isCall: this.#options.callAudio !== undefined,
    };
  }

  #createHandle(): RelayedSession {
    const { kind = 'realtime', model = '', started_at = this.#services.wallClock() } = this.#options.opening ?? {};
    return {
      id: this.#id,
      options: { session: this.#id, started_at },
      state: { kind, model, started_at },
      ended: this.#loop.ended,
      attach: (transport, role) => this.#loop.attach(transport, role),
      drain: () => this.#dispatch({ type: 'drain' }),
      close: (code, reason) => this.#dispatch({ type: 'close', code, reason }),
    };
  }

  /** Resolves when the session has ended or the client has been told that the dial failed. */
  async dial(dialling: Promise<Upstream>): Promise<void> {
    try {
      const upstream = await dialling;
      if (!this.#state.isOver) return await this.begin(upstream);
      upstream.transport.close(1000, '');
    } catch (error) {
      this.#services.log.warn({ error: errorName(error) }, 'an upstream cannot be reached');
      const { refusal } = dialRefusal(error);
      const { code, reason } = dialClose(refusal);
      closeWithError(this.#loop.client.transport, refusal, code, reason);
    }
  }

  /** Resolves when the session has ended. */
  begin(upstream: Upstream): Promise<void> {
    this.#upstream = upstream;
    this.#upstreamBackpressure = createBackpressure(upstream.transport, this.#services.limits, () =>
      this.#dispatch({ type: 'upstream_stalled' }),
    );
    this.#loop.begin(this.handle);
    return this.#loop.ended;
  }

  onOpen(): void {
    this.#dispatch({ type: 'open' });
    if (this.#upstream) void this.#readUpstream(this.#upstream);
    this.#playback?.begin({
      onReport: (event) => this.#apply({ from: 'playback', event }),
      onInput: (pcm, playback) => this.#append(pcm, playback),
    });
  }

  deadline(): number {
    return relayDeadline(this.#state);
  }

  onDeadline(): void {
    this.#apply({ from: 'clock' });
  }

  async onFrame(frame: Frame, from: AttachedTransport): Promise<void> {
    await this.#accepted;
    if (this.#loop.isOver || !from.isOpen) return this.#loop.finishStep();
    const issue = from.refusalOf(frame, this.#loop.now());
    this.#apply({ from: 'client', frame, issue, played: this.#options.callAudio?.played() }, from);
    await this.#waitForUpstream();
  }

  async #append(pcm: Uint8Array, playback: CallPlayback): Promise<void> {
    await Promise.all([this.#accepted, this.#prepared]);
    const { formats } = this.#state.playback ?? {};
    if (this.#loop.isOver || !formats) return;
    this.#apply({ from: 'media', audio: playback.toSession(pcm, formats.input) });
    await this.#waitForUpstream();
  }

  async #waitForUpstream(): Promise<void> {
    const { stopBytes } = this.#services.limits;
    const unread = this.#upstream?.transport.bufferedBytes ?? 0;
    if (unread > stopBytes) await this.#upstreamBackpressure?.waitBelow(stopBytes, this.#loop.signal);
  }

  onEnd(): void {
    this.#dispatch({ type: 'client_closed' });
    this.#accept();
    this.#upstreamBackpressure?.stop();
    this.#upstream?.transport.close(1000, '');
    this.#playback?.close();
  }

  #dispatch(event: RelayHostEvent): void {
    this.#apply({ from: 'host', event });
  }

  /** `sender` is the transport of a client's frame; only it receives errors that answer the frame [WR13]. */
  #apply(input: DistributiveOmit<RelayInput, 'at'>, sender?: AttachedTransport): void {
    const { state, effects } = stepRelay(this.#state, { ...input, at: this.#loop.now() } as RelayInput);
    this.#state = state;
    for (const effect of effects) this.#perform(effect, sender);
    this.#loop.finishStep();
  }

  #perform(effect: RelayEffect, sender: AttachedTransport | undefined): void {
    switch (effect.do) {
      case 'accept':
        return this.#accept();
      case 'send':
        return this.#send(effect, sender);
      case 'forward': {
        const { event, text, audio_bytes } = effect;
        if (event.event_id && sender) this.#rememberSender(event.event_id, sender);
        const at = this.#loop.now();
        this.#loop.write({ at, from: 'client', event, ...(audio_bytes && { audio_bytes: [...audio_bytes] }) });
        return this.#forward(text);
      }
      case 'request':
        return this.#forward(effect.text);
      case 'record':
        return this.#loop.write(lineOf(effect, this.#loop.now()));
      case 'play_audio':
      case 'end_playback':
      case 'clear_playback':
        return this.#playback?.perform(effect, this.#audioText);
      case 'report_usage':
        return this.#options.onUsage?.(effect.usage);
      case 'warn':
        return this.#services.log.warn({ session_id: this.#id, ...effect.fields }, effect.message);
      case 'close':
        return this.#loop.close(effect.code, effect.reason);
    }
  }

  #send({ event, text }: RelayEffect & { do: 'send' }, sender: AttachedTransport | undefined): void {
    if (!this.#loop.client.isOpen) return;
    const frame = this.#hide(text);
    this.#loop.write({ at: this.#loop.now(), from: 'server', event });
    this.#loop.send(frame, event.type === 'error' ? (sender ?? this.#senderOf(event)) : undefined);
  }

  #rememberSender(event_id: string, sender: AttachedTransport): void {
    this.#senders.delete(event_id);
    this.#senders.set(event_id, sender);
    const [oldest] = this.#senders.keys();
    if (this.#senders.size > MAX_SENDERS && oldest !== undefined) this.#senders.delete(oldest);
  }

  #senderOf({ error }: ServerEvent & { type: 'error' }): AttachedTransport | undefined {
    return this.#senders.get(error?.event_id ?? '');
  }

  #forward(text: string): void {
    const transport = this.#upstream?.transport;
    if (!transport?.isOpen) return;
    transport.send(text);
    this.#upstreamBackpressure?.onSent(frameBytes(text));
  }

  #hide(text: string): string {
    return this.#upstream?.hide?.(text) ?? text;
  }

  async #readUpstream({ transport, closed }: Upstream): Promise<void> {
    const { client, signal } = this.#loop;
    const { pauseBytes } = this.#services.limits;
    try {
      if (this.#playback) await this.#prepared;
      for await (const frame of transport.frames) {
        if (this.#loop.isOver || !client.isOpen) continue;
        this.#apply({ from: 'upstream', frame, played: this.#options.callAudio?.played() });
        if (client.transport.bufferedBytes <= pauseBytes && !this.#playback?.isAhead(MAX_UNPLAYED_MS)) continue;
        this.#dispatch({ type: 'pause' });
        await client.waitBelow(pauseBytes, signal);
        await this.#playback?.waitForRoom(signal, MAX_UNPLAYED_MS);
        this.#dispatch({ type: 'resume' });
      }
      const { code, reason } = await closed;
      this.#dispatch({ type: 'upstream_closed', code, reason: this.#hide(reason) });
    } catch (error) {
      // A server fault ends only this session.
      this.#services.log.error({ session_id: this.#id, error: errorName(error) }, 'a relayed session failed');
      this.#dispatch({ type: 'fault' });
    }
  }
}

const lineOf = ({ from, event }: RelayEffect & { do: 'record' }, at: number): Line =>
  from === 'server' ? { at, from, event } : { at, from, event };

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
