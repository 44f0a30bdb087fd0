// Which responses of an upstream are pending, and how long they may be: each must make progress, and each must end [RL7]. Plain
// data and functions over it. What the responses contain is `relay-responses.ts`. Times are milliseconds of one monotonic clock.

import { SERVER_EVENT_TYPES, type ServerEvent } from '@colloquy/protocol';

/** How long an upstream may take over a response, in milliseconds. */
export interface ResponseBudgets {
  /** Without progress. */
  readonly idleMs: number;
  /** From `response.created` to `response.done`; for a request, until it is answered. */
  readonly totalMs: number;
}

/** What has used up a budget. */
export interface Overdue {
  readonly budget: 'idle' | 'total';
  /** Names of the requests that nothing has answered, `null` for one without a name. */
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
  /** Requests of the client that no response has begun for, oldest first. */
  readonly requests: readonly PendingRequest[];
  readonly running: ReadonlyMap<string, Pending>;
}

export const NOTHING_PENDING: PendingState = { requests: [], running: new Map() };

/** Requests remembered at once; an upstream that answers none of so many answers no more. */
const MAX_REQUESTS = 64;

/** The client requested a response, under this name. */
export function addRequest(state: PendingState, event_id: string | null, at: number): PendingState {
  const requests = [...state.requests, { event_id, startedAt: at, progressAt: at }].slice(-MAX_REQUESTS);
  return { ...state, requests };
}

/** The upstream refused the request of this name. */
export function refuseRequest(state: PendingState, event_id: string | null): PendingState {
  const index = state.requests.findIndex((each) => each.event_id === event_id);
  return index < 0 ? state : { ...state, requests: state.requests.toSpliced(index, 1) };
}

/** A response began, which answers the oldest request. An id that runs already is said again, and is no progress. */
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

/** Counts an event of the response as progress, if it is any; of every running response, when the event names none. */
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
  // A request waits for the response that is running.
  return { requests: state.requests.map((each) => ({ ...each, progressAt: at })), running };
}

/** Whether a response is running or was requested. */
export const isPending = ({ requests, running }: PendingState): boolean => running.size > 0 || requests.length > 0;

/** When the first budget is used up; infinite when nothing is pending. */
export function pendingDueAt(state: PendingState, budgets: ResponseBudgets): number {
  let due = Number.POSITIVE_INFINITY;
  for (const each of state.requests) due = Math.min(due, dueAt(each, budgets));
  for (const each of state.running.values()) due = Math.min(due, dueAt(each, budgets));
  return due;
}

/** Forgets the requests that have used up a budget, and says what else has; `undefined` when nothing has. */
export function removeOverdue(
  state: PendingState,
  budgets: ResponseBudgets,
  at: number,
): { readonly state: PendingState; readonly overdue: Overdue } | undefined {
  const isOver = (each: Pending) => at >= dueAt(each, budgets);
  const late = [...state.requests, ...state.running.values()].filter(isOver);
  if (late.length === 0) return undefined;
  const requests = state.requests.filter(isOver).map(({ event_id }) => event_id);
  const responses = [...state.running].filter(([, each]) => isOver(each)).map(([id]) => id);
  const budget = late.some((each) => at >= idleDueAt(each, budgets)) ? 'idle' : 'total';
  return {
    state: { ...state, requests: state.requests.filter((each) => !isOver(each)) },
    overdue: { budget, requests, responses },
  };
}

/** The upstream was not read for so many milliseconds, which is not its fault. */
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

/** Whether an event brings its response forward: an event that the protocol has for responses, and no empty delta. */
function isProgress(event: ServerEvent): boolean {
  if (!event.type.startsWith('response.') || event.type === 'response.created' || !KNOWN.has(event.type)) return false;
  return !event.type.endsWith('.delta') || ('delta' in event && typeof event.delta === 'string' && event.delta !== '');
}
