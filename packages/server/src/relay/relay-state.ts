// State of one relayed session: setup, running responses, malformed frames and deadlines. Transitions: `relay-step.ts`. The
// upstream holds the conversation.

import { fullBucket, type Rate, type TokenBucket } from '../token-bucket.ts';
import { type MalformedState, NO_MALFORMED } from './relay-malformed.ts';
import { pendingDueAt, type ResponseBudgets } from './relay-pending.ts';
import { NO_PLAYBACK, type RelayPlaybackState } from './relay-playback-state.ts';
import { NO_RESPONSES, type ResponsesState } from './relay-responses.ts';
import type { RelayRules } from './relay-rules.ts';
import { beginSetup, type SetupState } from './relay-setup.ts';

/** Constant during a session. */
export interface RelayConfig {
  readonly rules: RelayRules;
  readonly budgets: ResponseBudgets;
  /** Longest session, in milliseconds [LM8]. */
  readonly sessionMs: number;
  /** Close code of a drain. */
  readonly drainCode: number;
  /** Seed of the relay's event ids. The same seed gives the same ids. */
  readonly idSeed: string;
  /** Whether the client's audio is that of a call [RL16]. @default false */
  readonly isCall?: boolean;
}

export interface RelayState {
  readonly config: RelayConfig;
  readonly setup: SetupState;
  readonly responses: ResponsesState;
  readonly malformed: MalformedState;
  /** The output audio of a call; `null` in other sessions. */
  readonly playback: RelayPlaybackState | null;
  /** Rate of refused client events [LM10]. */
  readonly refusals: TokenBucket;
  /** `event_id`s of the relay's own requests. Errors that answer them are not forwarded. */
  readonly ownRequests: ReadonlySet<string>;
  /** Event ids generated so far. */
  readonly idCount: number;
  /** Time of the last upstream `error` that was forwarded. */
  readonly lastErrorAt: number;
  /** When the relay stopped reading the upstream; `null` while it reads. */
  readonly pausedAt: number | null;
  readonly isDraining: boolean;
  /** Both ends are closed; inputs have no effect. */
  readonly isOver: boolean;
}

/** Client events that may be refused: 10 per second, 100 at once. */
export const REFUSAL_RATE: Rate = { perSecond: 10, burst: 100 };

export const createRelayState = (config: RelayConfig): RelayState => ({
  config,
  setup: beginSetup(config.rules.config, 0),
  responses: NO_RESPONSES,
  malformed: NO_MALFORMED,
  playback: config.isCall ? NO_PLAYBACK : null,
  refusals: fullBucket(REFUSAL_RATE),
  ownRequests: new Set(),
  idCount: 0,
  lastErrorAt: Number.NEGATIVE_INFINITY,
  pausedAt: null,
  isDraining: false,
  isOver: false,
});

/** When the upstream exceeds a budget; `Infinity` while nothing is pending. */
export function upstreamDueAt({ config, setup, responses, pausedAt }: RelayState): number {
  if (pausedAt !== null) return Number.POSITIVE_INFINITY;
  const setupDueAt = setup.isDone ? Number.POSITIVE_INFINITY : setup.waitsSince + config.budgets.idleMs;
  return Math.min(setupDueAt, pendingDueAt(responses.pending, config.budgets));
}

/** When the next `clock` input is due, in milliseconds since the session began; `Infinity` once it is over. */
export function relayDeadline(state: RelayState): number {
  if (state.isOver) return Number.POSITIVE_INFINITY;
  return Math.min(upstreamDueAt(state), state.malformed.reportAt, state.config.sessionMs);
}
