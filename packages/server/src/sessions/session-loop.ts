// Shared by all kinds of sessions: clock, timer, transports with their limits, sinks and shutdown. Each kind implements
// `SessionParts`: `host-session.ts`, `host-translation.ts`, `relay-session.ts`.

import { SERVER_FAULT } from '../http/refusals.ts';
import { errorName } from '../log.ts';
import type { Services } from '../services.ts';
import { closeWithError } from '../transports/close-with-error.ts';
import type { Frame, SlicedFrame, Transport } from '../transports/transport.ts';
import { AttachedTransport } from './attached-transport.ts';
import type { LineSink } from './line-sink.ts';
import type { SessionHandle, TransportRole } from './session-handle.ts';
import { type SessionTimer, sessionTimer } from './session-timer.ts';

/** The behaviour of one kind of session. */
export interface SessionParts {
  /** Called once, after the sinks have begun and before the first frame is read. */
  onOpen(): void;
  /** Time of the next `onDeadline`, in milliseconds since the session began; `undefined` for none. */
  deadline(): number | undefined;
  /** The deadline has passed. */
  onDeadline(at: number): void;
  /** Handles a frame of the client or a sideband. Until a returned promise settles, frames of all transports wait. */
  onFrame(frame: Frame, from: AttachedTransport): void | Promise<void>;
  /** Stops all work of the session. Called once, before the transports are closed; may still write lines. */
  onEnd(): void;
}

export interface SessionLoopOptions<L, S> {
  /** The session's id, for the log. */
  readonly id: string;
  readonly parts: SessionParts;
  readonly services: Services;
  readonly sinks: readonly LineSink<L, S>[];
}

const SLOW_CLIENT = 'The client does not take what it is sent.';
const SLOW_OTHER = 'The connection does not read what it is sent.';
const ENDED = 'The session has ended.';
const MUTE_OBSERVER = 'An observer has nothing to say.';

export class SessionLoop<L, S extends SessionHandle = SessionHandle> {
  /** Resolves when the client's transport and the sinks have ended. Never rejects. */
  readonly ended: Promise<void>;
  /** The transport that opened the session. Its end is the end of the session. */
  readonly client: AttachedTransport;
  readonly #id: string;
  readonly #parts: SessionParts;
  readonly #services: Services;
  readonly #sinks: readonly LineSink<L, S>[];
  /** The client first, then the others in the order they were attached. */
  readonly #transports = new Set<AttachedTransport>();
  readonly #beganAt: number;
  readonly #timer: SessionTimer;
  readonly #over = new AbortController();
  /** Set before `onEnd`; no other method of the parts is called afterwards. */
  #isEnding = false;
  /** Handling of the current frame; later frames wait for it. */
  #handling: Promise<void> | undefined;
  #resolveEnded = () => {};

  constructor(client: Transport, { id, parts, services, sinks }: SessionLoopOptions<L, S>) {
    this.#id = id;
    this.#parts = parts;
    this.#services = services;
    this.#sinks = sinks;
    this.#beganAt = services.clock();
    this.#timer = sessionTimer(
      () => parts.deadline(),
      () => this.now(),
      (at) => parts.onDeadline(at),
    );
    this.client = new AttachedTransport(client, 'client', services, () => this.close(1013, SLOW_CLIENT));
    this.#transports.add(this.client);
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
  }

  /** Aborts when the session ends. Nothing is sent or handled afterwards. */
  get signal(): AbortSignal {
    return this.#over.signal;
  }

  get isOver(): boolean {
    return this.#over.signal.aborted;
  }

  /** Whole milliseconds since the session began. */
  now(): number {
    return Math.max(0, Math.floor(this.#services.clock() - this.#beganAt));
  }

  /** Begins the sinks, opens the session and reads frames. Once. */
  begin(session: S): void {
    for (const sink of this.#sinks) sink.begin?.(session);
    void this.#run();
  }

  /** See `SessionHandle.attach`. */
  attach(transport: Transport, role: Exclude<TransportRole, 'client'>): void {
    const attached = new AttachedTransport(transport, role, this.#services, () =>
      this.#detach(attached, 1013, SLOW_OTHER),
    );
    if (this.isOver) return attached.close(1000, ENDED);
    this.#transports.add(attached);
    this.#read(attached).then(
      () => this.#detach(attached, 1000, ''),
      (error) => this.#fail(error),
    );
  }

  /** Writes a line to every sink. Call it before the input is applied or the event is sent. */
  write(line: L): void {
    for (const sink of this.#sinks) sink.write(line);
  }

  /** Sends a frame to every transport, or only to `to`, for an error that answers its event [WR13]. */
  send(frame: Frame | SlicedFrame, to?: AttachedTransport): void {
    if (to) return to.send(frame);
    for (const attached of this.#transports) attached.send(frame);
  }

  /** Call after every change of state: sets the timer, or ends the session if its client has left. */
  finishStep(): void {
    if (this.isOver) return;
    if (this.client.isOpen) this.#timer.arm();
    else this.#end();
  }

  /** Runs `act` like the handling of a frame: after the current frame, and later frames wait for its promise. */
  async handle(act: () => void | Promise<void>): Promise<void> {
    while (this.#handling) await this.#handling;
    const handling = act();
    if (!handling) return;
    this.#handling = handling;
    try {
      await handling;
    } finally {
      this.#handling = undefined;
    }
  }

  /** Ends the session: the client is closed with this code and reason, the others with 1000. */
  close(code: number, reason: string): void {
    if (this.#isEnding) return;
    try {
      this.#end();
    } finally {
      this.client.close(code, reason);
    }
  }

  async #run(): Promise<void> {
    try {
      this.#parts.onOpen();
      await this.#read(this.client);
      this.#end();
    } catch (error) {
      this.#fail(error);
    }
    for (const sink of this.#sinks) sink.end?.();
    this.#resolveEnded();
  }

  async #read(from: AttachedTransport): Promise<void> {
    const { limits } = this.#services;
    for await (const frame of from.transport.frames) {
      if (from.role === 'observer') this.#detach(from, 1008, MUTE_OBSERVER);
      // Frames of an ended session are discarded, so that the loop reaches the peer's close.
      await this.handle(() => (from.isOpen && !this.isOver ? this.#parts.onFrame(frame, from) : this.finishStep()));
      if (!this.isOver) await from.waitBelow(limits.stopBytes, this.signal);
    }
  }

  #detach(attached: AttachedTransport, code: number, reason: string): void {
    this.#transports.delete(attached);
    attached.close(code, reason);
  }

  /** A server fault ends only this session. */
  #fail(error: unknown): void {
    this.#services.log.error({ session_id: this.#id, error: errorName(error) }, 'a session failed');
    closeWithError(this.client.transport, SERVER_FAULT, 1011, SERVER_FAULT.message);
    try {
      this.#end();
    } catch {
      // `onEnd` may throw because of the same fault.
    }
  }

  #end(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    try {
      this.#parts.onEnd();
    } finally {
      this.#over.abort();
      this.#timer.stop();
      this.client.stop();
      for (const attached of this.#transports) if (attached !== this.client) this.#detach(attached, 1000, ENDED);
    }
  }
}
