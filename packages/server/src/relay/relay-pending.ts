// Tracks pending responses of an upstream and their two budgets: without progress, and in total [RL7]. Plain data and functions;
// times are milliseconds of one monotonic clock. Content of responses: `relay-responses.ts`.

import { SERVER_EVENT_TYPES, type ServerEvent } from '@colloquy/protocol';

/** Time limits of a response, in milliseconds. */
export interface ResponseBudgets {
  /** Time without progress. */
  readonly idleMs: number;
  /** From `response.created` to `response.done`; for a request, until its `response.created`. */
  readonly totalMs: number;
}

/** Requests and responses that exceeded a budget. */
export interface Overdue {
  readonly budget: 'idle' | 'total';
  /** `event_id`s of unanswered requests, `null` for a request without one. */
  readonly requests: readonly (string | null)[];
  /** Ids of running responses. */
  readonly responses: readonly string[];
}

interface Pending {
  readonly startedAt: number;
  readonly progressAt: number;
}

interface PendingRequest extends Pending {
  readonly event_id: string | null;
}

export interface PendingState {
  /** Client requests whose response has not begun, oldest first. */
  readonly requests: readonly PendingRequest[];
  readonly running: ReadonlyMap<string, Pending>;
}

export const NOTHING_PENDING: PendingState = { requests: [], running: new Map() };

/** Requests tracked at once. Older ones are dropped. */
const MAX_REQUESTS = 64;

/** Adds a `response.create` of the client. */
export function addRequest(state: PendingState, event_id: string | null, at: number): PendingState {
  const requests = [...state.requests, { event_id, startedAt: at, progressAt: at }].slice(-MAX_REQUESTS);
  return { ...state, requests };
}

/** Removes the request that the upstream refused. */
export function refuseRequest(state: PendingState, event_id: string | null): PendingState {
  const index = state.requests.findIndex((each) => each.event_id === event_id);
  return index < 0 ? state : { ...state, requests: state.requests.toSpliced(index, 1) };
}

/** Handles `response.created`: answers the oldest request. A repeated id is ignored and is not progress. */
export function beginResponse(state: PendingState, response_id: string | undefined, at: number): PendingState {
  if (response_id !== undefined && state.running.has(response_id)) return state;
  const requests = state.requests.slice(1).map((each) => ({ ...each, progressAt: at }));
  if (response_id === undefined) return { ...state, requests };
  return { requests, running: new Map(state.running).set(response_id, { startedAt: at, progressAt: at }) };
}

export function endResponse(state: PendingState, response_id: string): PendingState {
  if (!state.running.has(response_id)) return state;
  const running = new Map(state.running);
  running.delete(response_id);
  return { ...state, running };
}

/** Restarts the idle budget if the event is progress. An event without a response id counts for every running response. */
export function observeProgress(
  state: PendingState,
  event: ServerEvent,
  response_id: string | undefined,
  at: number,
): PendingState {
  if (!isProgress(event)) return state;
  const ids = response_id === undefined ? [...state.running.keys()] : [response_id];
  const runningIds = ids.filter((id) => state.running.has(id));
  if (runningIds.length === 0) return state;
  const running = new Map(state.running);
  for (const id of runningIds) running.set(id, { ...(running.get(id) as Pending), progressAt: at });
  // A queued request waits for the running response.
  return { requests: state.requests.map((each) => ({ ...each, progressAt: at })), running };
}

/** Whether a response is running or was requested. */
export const isPending = ({ requests, running }: PendingState): boolean => running.size > 0 || requests.length > 0;

/** When the first budget ends; `Infinity` if nothing is pending. */
export function pendingDueAt(state: PendingState, budgets: ResponseBudgets): number {
  let due = Number.POSITIVE_INFINITY;
  for (const each of state.requests) due = Math.min(due, dueAt(each, budgets));
  for (const each of state.running.values()) due = Math.min(due, dueAt(each, budgets));
  return due;
}

/** Removes requests over budget and returns them with the responses over budget; `undefined` if there are none. */
export function removeOverdue(
  state: PendingState,
  budgets: ResponseBudgets,
  at: number,
): { readonly state: PendingState; readonly overdue: Overdue } | undefined {
  const isOver = (each: Pending) => at >= dueAt(each, budgets);
  const overdue = [...state.requests, ...state.running.values()].filter(isOver);
  if (overdue.length === 0) return undefined;
  const requests = state.requests.filter(isOver).map(({ event_id }) => event_id);
  const responses = [...state.running].filter(([, each]) => isOver(each)).map(([id]) => id);
  const budget = overdue.some((each) => at >= idleDueAt(each, budgets)) ? 'idle' : 'total';
  return {
    state: { ...state, requests: state.requests.filter((each) => !isOver(each)) },
    overdue: { budget, requests, responses },
  };
}

/** Extends all budgets by `ms`, the time in which the relay did not read the upstream. */
export function excusePending(state: PendingState, ms: number): PendingState {
  const later = <T extends Pending>(each: T): T => ({
    ...each,
    startedAt: each.startedAt + ms,
    progressAt: each.progressAt + ms,
  });
  const running = [...state.running].map(([id, each]) => [id, later(each)] as const);
  return { requests: state.requests.map(later), running: new Map(running) };
}

const idleDueAt = ({ progressAt }: Pending, { idleMs }: ResponseBudgets) => progressAt + idleMs;
const totalDueAt = ({ startedAt }: Pending, { totalMs }: ResponseBudgets) => startedAt + totalMs;
const dueAt = (each: Pending, budgets: ResponseBudgets) =>
  Math.min(idleDueAt(each, budgets), totalDueAt(each, budgets));

const KNOWN: ReadonlySet<string> = new Set(SERVER_EVENT_TYPES);

/** Whether an event is progress: a known `response.*` event, other than `response.created` or an empty delta. */
function isProgress(event: ServerEvent): boolean {
  if (!event.type.startsWith('response.') || event.type === 'response.created' || !KNOWN.has(event.type)) return false;
  return !event.type.endsWith('.delta') || ('delta' in event && typeof event.delta === 'string' && event.delta !== '');
}
