// What all sessions share, whatever runs them: the clock, the one timer, the transports with their limits, the sinks, and an
// orderly end. What is particular to one kind of session is its `SessionParts`: `host-session.ts`, `host-translation.ts`,
// `relay-session.ts`.

import { SERVER_FAULT } from '../http/refusals.ts';
import { errorName } from '../log.ts';
import type { Services } from '../services.ts';
import { closeWithError } from '../transports/close-with-error.ts';
import type { Frame, SlicedFrame, Transport } from '../transports/transport.ts';
import { AttachedTransport } from './attached-transport.ts';
import type { LineSink } from './line-sink.ts';
import type { SessionHandle, TransportRole } from './session-handle.ts';
import { type SessionTimer, sessionTimer } from './session-timer.ts';

/** What is particular to one kind of session. */
export interface SessionParts {
  /** The session begins. Called once, after the sinks know of it and before the first frame is read. */
  onOpen(): void;
  /** When the session next wants to be told the time, in milliseconds since it began. */
  deadline(): number | undefined;
  /** The deadline has come. */
  onDeadline(at: number): void;
  /** Handles a frame of the client or a sideband. Frames of all transports wait while a returned promise is pending. */
  onFrame(frame: Frame, from: AttachedTransport): void | Promise<void>;
  /** The session ends: stops whatever runs for it. Called once, before the transports are closed; lines may still be written. */
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
  /** Resolves when the client's transport has ended and the sinks know it. Never rejects. */
  readonly ended: Promise<void>;
  /** The transport the session was opened with. When it ends, so does the session. */
  readonly client: AttachedTransport;
  readonly #id: string;
  readonly #parts: SessionParts;
  readonly #services: Services;
  readonly #sinks: readonly LineSink<L, S>[];
  /** The client first, then the others in the order they came. */
  readonly #transports = new Set<AttachedTransport>();
  readonly #beganAt: number;
  readonly #timer: SessionTimer;
  readonly #over = new AbortController();
  /** The parts are told of the end, and nothing else after it. */
  #isEnding = false;
  /** A frame that is being handled; those after it wait. */
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

  /** Aborts when the session has ended: nothing is sent or handled from then on. */
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

  /** Tells the sinks, opens the session, and reads frames from now on. Once. */
  begin(session: S): void {
    for (const sink of this.#sinks) sink.begin?.(session);
    void this.#run();
  }

  /** Adds a transport, see `SessionHandle.attach`. */
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

  /** Gives a line to every sink. Before it takes effect, or is sent. */
  write(line: L): void {
    for (const sink of this.#sinks) sink.write(line);
  }

  /** Sends a frame to every transport, or to one alone: an error to the one it answers [WR13]. */
  send(frame: Frame | SlicedFrame, to?: AttachedTransport): void {
    if (to) return to.send(frame);
    for (const attached of this.#transports) attached.send(frame);
  }

  /** To be called after every change of state: looks at the deadline again, or ends a session whose client has gone. */
  finishStep(): void {
    if (this.isOver) return;
    if (this.client.isOpen) this.#timer.arm();
    else this.#end();
  }

  /** Runs `act` as the handling of a frame: not before what is being handled, and later frames wait for its promise. */
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
      // Frames of an ended session are taken without being read, so that the far end's close is reached.
      await this.handle(() => (from.isOpen && !this.isOver ? this.#parts.onFrame(frame, from) : this.finishStep()));
      if (!this.isOver) await from.waitBelow(limits.stopBytes, this.signal);
    }
  }

  #detach(attached: AttachedTransport, code: number, reason: string): void {
    this.#transports.delete(attached);
    attached.close(code, reason);
  }

  /** A fault of ours: one session pays for it, the others do not notice. */
  #fail(error: unknown): void {
    this.#services.log.error({ session_id: this.#id, error: errorName(error) }, 'a session failed');
    closeWithError(this.client.transport, SERVER_FAULT, 1011, SERVER_FAULT.message);
    try {
      this.#end();
    } catch {
      // The same fault again, in what is left of the session.
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
