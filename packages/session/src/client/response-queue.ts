// Queues response requests, because servers refuse a second response in the default conversation [RS5]. Bookkeeping for
// voice clients; conversation: `mirror.ts`.

import type { ResponseCancelEvent } from '@colloquy/protocol';
import { isObject } from '../is-object.ts';

/** The response of the default conversation that was requested or is in progress. */
export interface CurrentResponse {
  /**
   * `event_id` of our `response.create`; null if it was not requested here, as after a turn that the server detected.
   */
  readonly event_id: string | null;
  /** Null until `response.created`. */
  readonly response_id: string | null;
  readonly isCancelled: boolean;
}

export interface ResponseQueue<R> {
  readonly current: CurrentResponse | null;
  /** Returns the request if it is to be sent now; it is then the current response. Otherwise it waits for `next`. */
  ask(request: R): R | undefined;
  /** The request to send now, if any. Call it when `observe` reports the end of a response. */
  next(): R | undefined;
  /** Drops the waiting requests. */
  clear(): void;
  /** The event that cancels the current response; `undefined` if there is none, or it is already cancelled. */
  cancel(): ResponseCancelEvent | undefined;
  /** Observes a server event of any shape. Returns how the current response ended, null while it continues. */
  observe(event: { readonly type: string }): 'done' | 'refused' | null;
}

/** `event_id` is that of the request's `response.create`; a refusal names it. */
export function createResponseQueue<R extends { readonly event_id: string }>(): ResponseQueue<R> {
  const waiting: R[] = [];
  let current: CurrentResponse | null = null;

  function begin(request: R): R {
    current = { event_id: request.event_id, response_id: null, isCancelled: false };
    return request;
  }

  function handleCreated({ id, conversation_id }: Fields): void {
    // An out-of-band response runs beside the current one, and nothing waits for it.
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
      if (type === 'response.created' && isObject(response)) handleCreated(response);
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

/**
 * Refused before it began; a response that began ends with its `response.done`. If there is nothing to cancel, no
 * response is running.
 */
function isRefused(error: Fields, { event_id, response_id, isCancelled }: CurrentResponse): boolean {
  if (isCancelled && error.code === 'response_cancel_not_active') return true;
  return response_id === null && error.event_id === event_id;
}
