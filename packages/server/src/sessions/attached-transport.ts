// One transport of a session: its role, rate limits and backpressure. Which events it receives: `session-loop.ts`.

import type { Issue } from '@colloquy/protocol';
import type { Services } from '../services.ts';
import { type Backpressure, createBackpressure } from '../transports/backpressure.ts';
import { createFrameLimiter } from '../transports/frame-limits.ts';
import { type Frame, frameBytes, type SlicedFrame, type Transport } from '../transports/transport.ts';
import type { TransportRole } from './session-handle.ts';

export class AttachedTransport {
  readonly transport: Transport;
  readonly role: TransportRole;
  /** Returns why a frame is refused before it is decoded, or `undefined`. `at` in milliseconds, monotonic [ER17, LM6]. */
  readonly refusalOf: (frame: Frame, at: number) => Issue | undefined;
  readonly #backpressure: Backpressure;
  readonly #unreadBytes: number;
  /** Bytes of the latest frame that alone exceeds `#unreadBytes`, until it is sent. */
  #excessBytes = 0;
  readonly #onStall: () => void;

  /** Calls `onStall` if the peer stops reading, or, unless it is the client, if its unread bytes exceed `limits.watchBytes`. */
  constructor(transport: Transport, role: TransportRole, { limits }: Services, onStall: () => void) {
    this.transport = transport;
    this.role = role;
    this.refusalOf = createFrameLimiter(limits);
    this.#backpressure = createBackpressure(transport, limits, onStall);
    // Engines wait for the client, which bounds its unread bytes [LM9]. They do not wait for other transports.
    this.#unreadBytes = role === 'client' ? Number.POSITIVE_INFINITY : limits.watchBytes;
    this.#onStall = onStall;
  }

  get isOpen(): boolean {
    return this.transport.isOpen;
  }

  send(frame: Frame | SlicedFrame): void {
    if (!this.isOpen) return;
    const bytes = frameBytes(frame);
    const unread = this.transport.bufferedBytes;
    if (unread <= this.#unreadBytes) this.#excessBytes = 0;
    if (unread > this.#unreadBytes + this.#excessBytes) return this.#onStall();
    this.transport.send(frame);
    this.#backpressure.onSent(bytes);
    if (bytes > this.#unreadBytes) this.#excessBytes = bytes;
  }

  /** Resolves once at most `bytes` are unread, or the signal aborts. */
  async waitBelow(bytes: number, signal: AbortSignal): Promise<void> {
    if (this.transport.bufferedBytes > bytes) await this.#backpressure.waitBelow(bytes, signal);
  }

  close(code: number, reason: string): void {
    this.stop();
    this.transport.close(code, reason);
  }

  /** Stops the check for a stalled reader. */
  stop(): void {
    this.#backpressure.stop();
  }
}
