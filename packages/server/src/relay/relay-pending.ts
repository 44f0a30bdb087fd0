// Which responses of an upstream are pending, and how long they may be: each must make progress, and each must end [RL7]. What
// the responses contain is `relay-responses.ts`.

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
  /** Names of the requests that nothing has answered, `null` for one without a name. They are forgotten. */
  readonly requests: readonly (string | null)[];
  /** Ids of running responses. */
  readonly responses: readonly string[];
}

/** Times are milliseconds of one monotonic clock. */
export interface PendingResponses {
  /** The client requested a response, under this name. */
  request(event_id: string | null, at: number): void;
  /** The upstream refused the request of this name. */
  refuse(event_id: string | null): void;
  begin(response_id: string | undefined, at: number): void;
  /** Counts an event of the response as progress, if it is any; of every running response, when the event names none. */
  observe(event: ServerEvent, response_id: string | undefined, at: number): void;
  end(response_id: string): void;
  /** Whether a response is running or was requested. */
  readonly isPending: boolean;
  readonly running: readonly string[];
  /** When the first budget is used up; infinite when nothing is pending. */
  readonly dueAt: number;
  /** Takes what has used up a budget; `undefined` when nothing has. */
  overdue(at: number): Overdue | undefined;
  /** The upstream was not read for so long, which is not its fault. */
  excuse(ms: number): void;
}

/** Requests remembered at once; an upstream that answers none of so many answers no more. */
const MAX_REQUESTS = 64;

interface Pending {
  startedAt: number;
  progressAt: number;
}

export function pendingResponses({ idleMs, totalMs }: ResponseBudgets): PendingResponses {
  let requests: (Pending & { readonly event_id: string | null })[] = [];
  const running = new Map<string, Pending>();

  const idleDueAt = ({ progressAt }: Pending) => progressAt + idleMs;
  const totalDueAt = ({ startedAt }: Pending) => startedAt + totalMs;
  const dueAt = (each: Pending) => Math.min(idleDueAt(each), totalDueAt(each));

  function observe(event: ServerEvent, response_id: string | undefined, at: number): void {
    if (!isProgress(event)) return;
    const own = response_id === undefined ? [...running.values()] : [running.get(response_id)];
    let hasProgressed = false;
    for (const each of own) {
      if (!each) continue;
      each.progressAt = at;
      hasProgressed = true;
    }
    // A request waits for the response that is running.
    if (hasProgressed) for (const each of requests) each.progressAt = at;
  }

  function overdue(at: number): Overdue | undefined {
    const isOver = (each: Pending) => at >= dueAt(each);
    const late = [...requests, ...running.values()].filter(isOver);
    if (late.length === 0) return undefined;
    const unanswered = requests.filter(isOver).map(({ event_id }) => event_id);
    requests = requests.filter((each) => !isOver(each));
    const responses = [...running].filter(([, each]) => isOver(each)).map(([id]) => id);
    const budget = late.some((each) => at >= idleDueAt(each)) ? 'idle' : 'total';
    return { budget, requests: unanswered, responses };
  }

  return {
    request(event_id, at) {
      requests = [...requests, { event_id, startedAt: at, progressAt: at }].slice(-MAX_REQUESTS);
    },
    refuse(event_id) {
      const index = requests.findIndex((each) => each.event_id === event_id);
      if (index >= 0) requests.splice(index, 1);
    },
    begin(response_id, at) {
      if (response_id !== undefined && running.has(response_id)) return; // said again, which is no progress
      requests.shift();
      for (const each of requests) each.progressAt = at;
      if (response_id !== undefined) running.set(response_id, { startedAt: at, progressAt: at });
    },
    observe,
    end: (response_id) => void running.delete(response_id),
    get isPending() {
      return running.size > 0 || requests.length > 0;
    },
    get running() {
      return [...running.keys()];
    },
    get dueAt() {
      return Math.min(Number.POSITIVE_INFINITY, ...[...requests, ...running.values()].map(dueAt));
    },
    overdue,
    excuse(ms) {
      for (const each of [...requests, ...running.values()]) {
        each.startedAt += ms;
        each.progressAt += ms;
      }
    },
  };
}

const KNOWN: ReadonlySet<string> = new Set(SERVER_EVENT_TYPES);

/** Whether an event brings its response forward: an event that the protocol has for responses, and no empty delta. */
function isProgress(event: ServerEvent): boolean {
  if (!event.type.startsWith('response.') || event.type === 'response.created' || !KNOWN.has(event.type)) return false;
  return !event.type.endsWith('.delta') || ('delta' in event && typeof event.delta === 'string' && event.delta !== '');
}
