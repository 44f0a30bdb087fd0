// A running session as seen from outside, whatever runs it: a host, a relay, or a translation.

import type { SessionOptions, SessionState, TranslationState } from '@colloquy/session';
import type { Transport } from '../transports/transport.ts';

/** What a transport is to its session. The first one is the client. */
export type TransportRole = 'client' | 'sideband' | 'observer';

/** What is known of a session whose conversation another server holds. */
export type RelayedState = Pick<SessionState, 'kind' | 'model' | 'started_at'>;

/** What the header of a session's recording is made of: all options, or its id and its beginning (Unix milliseconds). */
export type RecordedOptions = SessionOptions | { readonly session: string; readonly started_at: number };

export interface SessionHandle {
  readonly id: string;
  readonly options: RecordedOptions;
  /** Plain data, replaced at every step. */
  readonly state: SessionState | TranslationState | RelayedState;
  /**
   * Adds a transport to the running session. It receives every event from now on, in the order all others receive them [OR19],
   * except errors that answer another transport's events [WR13]. A `sideband` may send client events; an `observer` that sends
   * anything is closed 1008. One that leaves too much unread is closed 1013. When it closes, the session goes on; when the session
   * ends, it is closed 1000 [WR14].
   */
  attach(transport: Transport, role: Exclude<TransportRole, 'client'>): void;
  /** Lets running work finish, then closes. */
  drain(): void;
  /** Ends the session now. A second time does nothing. */
  close(code: number, reason: string): void;
  /** Resolves when the client's transport has ended and everything made for the session was told to stop. Never rejects. */
  readonly ended: Promise<void>;
}
