// Asks for one response at a time, as servers refuse a second one in the default conversation [RS5]: what is asked for meanwhile
// waits. Pure bookkeeping for a client that talks; the conversation itself is the mirror.

import type { ResponseCancelEvent } from '@colloquy/protocol';
import { isObject } from '../is-object.ts';

/** The response of the default conversation that was asked for or is running. */
export interface CurrentResponse {
  /** The `event_id` of our `response.create`; null when it was not asked for here, as after a turn that the server detected. */
  readonly event_id: string | null;
  /** Null until `response.created`. */
  readonly response_id: string | null;
  readonly isCancelled: boolean;
}

export interface ResponseQueue<R> {
  readonly current: CurrentResponse | null;
  /** Answers the request when it is to be sent now; it counts as the current response then. Otherwise it waits for `next`. */
  ask(request: R): R | undefined;
  /** The request that is to be sent now, if there is one: to be called when `observe` says that a response is over. */
  next(): R | undefined;
  /** Drops the requests that wait. */
  clear(): void;
  /** The event that cancels the current response; `undefined` when there is none, or it has been cancelled already. */
  cancel(): ResponseCancelEvent | undefined;
  /** Takes in an event of the server, of any shape. Answers how the current response ended, when it has: null while it goes on. */
  observe(event: { readonly type: string }): 'done' | 'refused' | null;
}

/** `event_id` is what a request's `response.create` is sent with: a refusal names it. */
export function createResponseQueue<R extends { readonly event_id: string }>(): ResponseQueue<R> {
  const waiting: R[] = [];
  let current: CurrentResponse | null = null;

  function begin(request: R): R {
    current = { event_id: request.event_id, response_id: null, isCancelled: false };
    return request;
  }

  function created({ id, conversation_id }: Fields): void {
    // Out of band: runs beside the current one, and nothing waits for it.
    if (typeof id !== 'string' || conversation_id === null) return;
    if (current === null) current = { event_id: null, response_id: id, isCancelled: false };
    else if (current.response_id === null) current = { ...current, response_id: id };
  }

  return {
    get current() {
      return current;
    },
    ask(request) {
      if (current === null && waiting.length === 0) return begin(request);
      waiting.push(request);
      return undefined;
    },
    next() {
      const request = current === null ? waiting.shift() : undefined;
      return request && begin(request);
    },
    clear() {
      waiting.length = 0;
    },
    cancel() {
      if (current === null || current.isCancelled) return undefined;
      const { response_id } = current;
      current = { ...current, isCancelled: true };
      return { type: 'response.cancel', ...(response_id !== null && { response_id }) };
    },
    observe(event) {
      const { type, response, error } = event as Fields & { type: string };
      if (type === 'response.created' && isObject(response)) created(response);
      if (current === null) return null;
      if (type === 'error' && isObject(error) && isRefused(error, current)) {
        current = null;
        return 'refused';
      }
      const isDone = isObject(response) && (response.id === undefined || response.id === current.response_id);
      if (type !== 'response.done' || !isDone) return null;
      current = null;
      return 'done';
    },
  };
}

type Fields = Readonly<Record<string, unknown>>;

/** Refused before it began: one that has begun ends with its `response.done`. Where nothing can be cancelled, nothing is running. */
function isRefused(error: Fields, { event_id, response_id, isCancelled }: CurrentResponse): boolean {
  if (isCancelled && error.code === 'response_cancel_not_active') return true;
  return response_id === null && error.event_id === event_id;
}
