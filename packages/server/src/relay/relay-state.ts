// The state of one relayed session: setup, running responses, what went wrong, and when to look at the clock again. How inputs
// change it is `relay-step.ts`. The conversation itself is the upstream's.

import { fullBucket, type Rate, type TokenBucket } from '../token-bucket.ts';
import { type MalformedState, NO_MALFORMED } from './relay-malformed.ts';
import { pendingDueAt, type ResponseBudgets } from './relay-pending.ts';
import { NO_RESPONSES, type ResponsesState } from './relay-responses.ts';
import type { RelayRules } from './relay-rules.ts';
import { beginSetup, type SetupState } from './relay-setup.ts';

/** What does not change during a session. */
export interface RelayConfig {
  readonly rules: RelayRules;
  readonly budgets: ResponseBudgets;
  /** Longest session, in milliseconds [LM8]. */
  readonly sessionMs: number;
  /** What a drain closes with. */
  readonly drainCode: number;
  /** Makes the ids of our own events; the same again from the same seed. */
  readonly idSeed: string;
}

export interface RelayState {
  readonly config: RelayConfig;
  readonly setup: SetupState;
  readonly responses: ResponsesState;
  readonly malformed: MalformedState;
  /** Refused events of the client [LM10]. */
  readonly refusals: TokenBucket;
  /** `event_id`s of our own requests, whose refusals are not the client's business. */
  readonly ownRequests: ReadonlySet<string>;
  /** Ids made so far. */
  readonly idCount: number;
  /** When the upstream last sent an `error` that the client received. */
  readonly lastErrorAt: number;
  /** Since when the upstream is not read; `null` when it is. */
  readonly pausedAt: number | null;
  readonly isDraining: boolean;
  /** Both ends are closed: no input has an effect any more. */
  readonly isOver: boolean;
}

/** How many events of a client may be refused: ten a second, a hundred at once. */
export const REFUSAL_RATE: Rate = { perSecond: 10, burst: 100 };

export const createRelayState = (config: RelayConfig): RelayState => ({
  config,
  setup: beginSetup(config.rules.config, 0),
  responses: NO_RESPONSES,
  malformed: NO_MALFORMED,
  refusals: fullBucket(REFUSAL_RATE),
  ownRequests: new Set(),
  idCount: 0,
  lastErrorAt: Number.NEGATIVE_INFINITY,
  pausedAt: null,
  isDraining: false,
  isOver: false,
});

/** When the upstream has used up a budget; infinite while nothing is expected of it. */
export function upstreamDueAt({ config, setup, responses, pausedAt }: RelayState): number {
  if (pausedAt !== null) return Number.POSITIVE_INFINITY;
  const setupDueAt = setup.isDone ? Number.POSITIVE_INFINITY : setup.waitsSince + config.budgets.idleMs;
  return Math.min(setupDueAt, pendingDueAt(responses.pending, config.budgets));
}

/** When the next input from the clock is due, in milliseconds since the session began; infinite once it is over. */
export function relayDeadline(state: RelayState): number {
  if (state.isOver) return Number.POSITIVE_INFINITY;
  return Math.min(upstreamDueAt(state), state.malformed.reportAt, state.config.sessionMs);
}
