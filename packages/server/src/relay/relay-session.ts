// Relays one session: reads the frames of both ends, gives them to `stepRelay` with the time, and performs its effects. What is
// decided is `relay-step.ts`; dialling is `upstream.ts`.

import { randomUUID } from 'node:crypto';
import { encodeEvent, toRealtimeError } from '@colloquy/protocol';
import type { SessionOptions } from '@colloquy/session';
import { activeTime } from '../active-time.ts';
import { DEFAULT_LIMITS, type Limits } from '../limits.ts';
import { createLog, errorName, type Log } from '../log.ts';
import type { HostedSession } from '../sessions/host-session.ts';
import type { Line } from '../sessions/line-sink.ts';
import { type SessionTimer, sessionTimer } from '../sessions/session-timer.ts';
import { type ReaderWatch, readerWatch } from '../transports/backpressure.ts';
import { frameGate } from '../transports/frame-limits.ts';
import { frameBytes, type Transport } from '../transports/transport.ts';
import type { RelayEffect, RelayHostEvent, RelayInput } from './relay-input.ts';
import type { ResponseUsage } from './relay-responses.ts';
import { createRelayState, type RelayState, relayDeadline } from './relay-state.ts';
import { stepRelay } from './relay-step.ts';
import type { Upstream } from './upstream.ts';
import { dialClose, dialRefusal } from './upstream-refusal.ts';

/** What a relay knows of its session. The conversation itself is the upstream's. */
export type RelayedSession = Pick<HostedSession, 'id' | 'drain' | 'close'> & {
  readonly state: { readonly kind: 'realtime' | 'transcription'; readonly model: string; readonly started_at: number };
};

export interface RelayOptions {
  /** The other end, or one being dialled. It is closed when the client's connection ends. */
  upstream: Upstream | Promise<Upstream>;
  /** What the session is. A `session` is set upstream before the client hears of anything; `locked` paths of it stay as they are. */
  opening?: Partial<Pick<SessionOptions, 'kind' | 'model' | 'session' | 'locked' | 'started_at'>>;
  /** Models a client may name in later frames; `undefined` for any [RL9]. */
  models?: readonly string[] | undefined;
  limits?: Partial<Limits>;
  /** Milliseconds, monotonic. @default the time this process ran, so that a freeze is nobody's delay [LM16] */
  clock?: () => number;
  /** @default silent */
  log?: Log;
  /** What a drain closes with. @default 1001 */
  drainCode?: number;
  /** Called once, when the upstream is there. */
  onStart?: (session: RelayedSession) => void;
  /** Hears every client event before it is forwarded, and every frame before the client gets it. Must not throw. */
  onLine?: (line: Line) => void;
  /** Hears what each response consumed, once per response [RL10]. Must not throw. */
  onUsage?: (usage: ResponseUsage) => void;
}

const SILENT = createLog('silent');
const randomId = (prefix: string) => `${prefix}_${randomUUID().replaceAll('-', '').slice(0, 21)}`;

/**
 * Relays a session until the client's connection ends; resolves then, with the upstream closed. Never rejects. An upstream that
 * could not be dialled is told by one `error`, `upstream_error` and close 1011, or what it refused [RL2, RL15].
 *
 * @see SPEC.md RL1 to RL15, ER23
 */
export async function relaySession(transport: Transport, options: RelayOptions): Promise<void> {
  const { log = SILENT } = options;
  let upstream: Upstream;
  try {
    // Not awaited when it is there already, so that the session counts at once.
    upstream = 'then' in options.upstream ? await options.upstream : options.upstream;
  } catch (error) {
    log.warn({ error: errorName(error) }, 'an upstream cannot be reached');
    const { refusal } = dialRefusal(error);
    const { code, reason } = dialClose(refusal);
    const event = {
      type: 'error',
      event_id: randomId('event'),
      error: toRealtimeError(refusal.code, refusal),
    } as const;
    transport.send(encodeEvent(event));
    return transport.close(code, reason);
  }
  await new RelayDriver(transport, upstream, options).run();
}

/** Both ends of a relay, its clock, and its state. */
class RelayDriver {
  readonly #client: Transport;
  readonly #upstream: Upstream;
  readonly #options: RelayOptions;
  readonly #limits: Limits;
  readonly #log: Log;
  readonly #id = randomId('sess');
  readonly #now: () => number;
  readonly #timer: SessionTimer;
  readonly #clientWatch: ReaderWatch;
  readonly #upstreamWatch: ReaderWatch;
  readonly #over = new AbortController();
  readonly #accepted: Promise<void>;
  #accept = () => {};
  #state: RelayState;

  constructor(client: Transport, upstream: Upstream, options: RelayOptions) {
    const { log = SILENT, clock = activeTime.now } = options;
    const began = clock();
    this.#client = client;
    this.#upstream = upstream;
    this.#options = options;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#log = log;
    this.#now = () => Math.max(0, Math.floor(clock() - began));
    this.#state = createRelayState(this.#configure());
    this.#timer = sessionTimer(
      () => relayDeadline(this.#state),
      this.#now,
      () => this.#apply({ from: 'clock' }),
    );
    this.#clientWatch = readerWatch(client, this.#limits, () =>
      this.#tell({ type: 'close', code: 1013, reason: 'The client does not take what it is sent.' }),
    );
    this.#upstreamWatch = readerWatch(upstream.transport, this.#limits, () => this.#tell({ type: 'upstream_stalled' }));
    this.#accepted = new Promise((resolve) => {
      this.#accept = resolve;
    });
  }

  #configure() {
    const { opening = {}, models, drainCode = 1001 } = this.#options;
    const { upstreamIdleMs: idleMs, upstreamResponseMs: totalMs, sessionMs } = this.#limits;
    const rules = { models, locked: opening.locked ?? [], config: opening.session };
    return { rules, budgets: { idleMs, totalMs }, sessionMs, drainCode, idSeed: randomUUID() };
  }

  /** Resolves when the client's connection has ended. */
  async run(): Promise<void> {
    this.#options.onStart?.(this.#session());
    this.#tell({ type: 'open' });
    void this.#readUpstream();
    try {
      await this.#readClient();
    } finally {
      this.#tell({ type: 'client_closed' });
      this.#clientWatch.stop();
      this.#upstreamWatch.stop();
      this.#timer.stop();
    }
  }

  #session(): RelayedSession {
    const { kind = 'realtime', model = '', started_at = Date.now() } = this.#options.opening ?? {};
    return {
      id: this.#id,
      state: { kind, model, started_at },
      drain: () => this.#tell({ type: 'drain' }),
      close: (code, reason) => this.#tell({ type: 'close', code, reason }),
    };
  }

  #tell(event: RelayHostEvent): void {
    this.#apply({ from: 'host', event });
  }

  #apply(input: DistributiveOmit<RelayInput, 'at'>): void {
    const { state, effects } = stepRelay(this.#state, { ...input, at: this.#now() } as RelayInput);
    this.#state = state;
    for (const effect of effects) this.#perform(effect);
    if (!state.isOver) this.#timer.arm();
  }

  #perform(effect: RelayEffect): void {
    const { onLine, onUsage } = this.#options;
    switch (effect.do) {
      case 'accept':
        return this.#accept();
      case 'send':
        return this.#send(effect);
      case 'forward': {
        const { event, text, audio_bytes } = effect;
        onLine?.({ at: this.#now(), from: 'client', event, ...(audio_bytes && { audio_bytes: [...audio_bytes] }) });
        return this.#forward(text);
      }
      case 'request':
        return this.#forward(effect.text);
      case 'report_usage':
        return onUsage?.(effect.usage);
      case 'warn':
        return this.#log.warn({ session_id: this.#id, ...effect.fields }, effect.message);
      case 'close':
        this.#over.abort();
        this.#accept(); // its frames are read on until the close is reached
        this.#client.close(effect.code, effect.reason);
        this.#upstream.transport.close(1000, '');
    }
  }

  #send({ event, text }: RelayEffect & { do: 'send' }): void {
    if (!this.#client.isOpen) return;
    const frame = this.#hide(text);
    this.#options.onLine?.({ at: this.#now(), from: 'server', event });
    this.#client.send(frame);
    this.#clientWatch.sent(frameBytes(frame));
  }

  #forward(text: string): void {
    const { transport } = this.#upstream;
    if (!transport.isOpen) return;
    transport.send(text);
    this.#upstreamWatch.sent(frameBytes(text));
  }

  #hide(text: string): string {
    return this.#upstream.hide?.(text) ?? text;
  }

  async #readClient(): Promise<void> {
    const { stopBytes } = this.#limits;
    const issueOf = frameGate(this.#limits);
    await this.#accepted;
    for await (const frame of this.#client.frames) {
      // Frames of a session that is over are taken unread, so that the far end's close is reached.
      if (this.#over.signal.aborted || !this.#client.isOpen) continue;
      this.#apply({ from: 'client', frame, issue: issueOf(frame, this.#now()) });
      await this.#room(this.#upstream.transport, this.#upstreamWatch, stopBytes);
      await this.#room(this.#client, this.#clientWatch, stopBytes);
    }
  }

  async #readUpstream(): Promise<void> {
    try {
      for await (const frame of this.#upstream.transport.frames) {
        if (this.#over.signal.aborted || !this.#client.isOpen) continue;
        this.#apply({ from: 'upstream', frame });
        if (this.#client.bufferedBytes <= this.#limits.pauseBytes) continue;
        this.#tell({ type: 'pause' });
        await this.#room(this.#client, this.#clientWatch, this.#limits.pauseBytes);
        this.#tell({ type: 'resume' });
      }
      const { code, reason } = await this.#upstream.closed;
      this.#tell({ type: 'upstream_closed', code, reason: this.#hide(reason) });
    } catch (error) {
      // A fault of ours: one connection pays for it.
      this.#log.error({ session_id: this.#id, error: errorName(error) }, 'a relayed session failed');
      this.#tell({ type: 'fault' });
    }
  }

  /** Resolves once the reader has left at most `bytes` unread, or the session is over. */
  async #room(of: Transport, watch: ReaderWatch, bytes: number): Promise<void> {
    if (of.bufferedBytes > bytes) await watch.room(bytes, this.#over.signal);
  }
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
