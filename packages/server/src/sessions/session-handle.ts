// Interface of a running session, for hosted, translation and relayed sessions alike. Implementations: `host-session.ts`,
// `host-translation.ts`, `relay/relay-session.ts`.

import type { HistoryItem, SessionOptions, SessionState, TranslationState } from '@colloquy/session';
import type { Transport } from '../transports/transport.ts';

/** The role of a transport. The transport that opened the session is the client. */
export type TransportRole = 'client' | 'sideband' | 'observer';

/** The known state of a relayed session; the upstream holds the conversation. */
export type RelayedState = Pick<SessionState, 'kind' | 'model' | 'started_at'>;

/** Content of the recording's header: all options, or the session's id and start (Unix milliseconds). */
export type RecordedOptions = SessionOptions | { readonly session: string; readonly started_at: number };

/** The present state of a conversation, for a session that goes on from it. */
export interface SessionForkPoint {
  readonly state: SessionState;
  readonly history: readonly HistoryItem[];
}

export interface SessionHandle {
  readonly id: string;
  readonly options: RecordedOptions;
  /** Plain data. Every step replaces it. */
  readonly state: SessionState | TranslationState | RelayedState;
  /**
   * Adds a transport to the running session. It receives every event from now on, in the same order as all transports [OR19], except
   * errors that answer another transport's events [WR13]. A `sideband` may send client events; an `observer` that sends is closed
   * 1008. If its unread bytes exceed the limit, it is closed 1013. The session goes on when it closes; it is closed 1000 when the
   * session ends [WR14].
   */
  attach(transport: Transport, role: Exclude<TransportRole, 'client'>): void;
  /** Absent if the state is not here: relayed sessions and translations. `withMedia`: with audio and images. */
  forkPoint?(options: { withMedia: boolean }): SessionForkPoint;
  /** Finishes running work, then closes. */
  drain(): void;
  /** Ends the session now. Idempotent. */
  close(code: number, reason: string): void;
  /** Resolves when the client's transport has ended and all work of the session was aborted. Never rejects. */
  readonly ended: Promise<void>;
}
