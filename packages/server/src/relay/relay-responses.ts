// Tracks the responses of an upstream: which are running, with their content so far, so that the relay can end them [RL6, RL7];
// and the usage of each, counted once [RL10]. Budgets: `relay-pending.ts`. Events that end a response: `relay-close-out.ts`.

import type { RealtimeResponse, RealtimeResponseStatus, RealtimeUsage, ServerEvent } from '@colloquy/protocol';
import { createMirror, type Mirror } from '@colloquy/session';
import { closeOutResponse, isOpenItem, type RelayFault, type Unnumbered } from './relay-close-out.ts';
import {
  addRequest,
  beginResponse,
  endResponse,
  NOTHING_PENDING,
  observeProgress,
  type PendingState,
  refuseRequest,
} from './relay-pending.ts';

/** Usage of one response as the upstream reports it. */
export interface ResponseUsage {
  readonly response_id: string;
  readonly status: RealtimeResponseStatus | undefined;
  readonly usage: RealtimeUsage;
}

export interface ResponsesState {
  /** Content of the running responses. Forked before a change, so that earlier states stay valid. */
  readonly mirror: Mirror;
  readonly pending: PendingState;
  /** Responses ended by the relay; later events of theirs are dropped. */
  readonly endedIds: ReadonlySet<string>;
  /** Items ended by the relay; their `conversation.item.done` was sent. */
  readonly closedItems: ReadonlySet<string>;
  /** Responses whose usage was counted. */
  readonly countedIds: ReadonlySet<string>;
  /** Id of each open conversation item → id of the previous item. */
  readonly openItems: ReadonlyMap<string, string | null>;
}

export interface ResponsesResult {
  readonly responses: ResponsesState;
  /** False if the event belongs to a response or item that the relay has ended. */
  readonly isForwarded: boolean;
  readonly usage?: ResponseUsage;
}

/** Ids kept per set; the oldest are dropped, because upstreams repeat an id soon or never. */
const MAX_REMEMBERED = 10_000;

export const NO_RESPONSES: ResponsesState = {
  mirror: createMirror(),
  pending: NOTHING_PENDING,
  endedIds: new Set(),
  closedItems: new Set(),
  countedIds: new Set(),
  openItems: new Map(),
};

/** Adds a `response.create` of the client. */
export const requestResponse = (state: ResponsesState, event_id: string | null, at: number): ResponsesState => ({
  ...state,
  pending: addRequest(state.pending, event_id, at),
});

/** Applies an event of the upstream. */
export function applyToResponses(state: ResponsesState, event: ServerEvent, at: number): ResponsesResult {
  const id = responseIdOf(event);
  const usage = event.type === 'response.done' && id !== undefined ? usageOf(state, event.response, id) : undefined;
  let responses = usage ? { ...state, countedIds: remember(state.countedIds, usage.response_id) } : state;
  if (event.type === 'response.done' && id !== undefined) {
    responses = { ...responses, pending: endResponse(responses.pending, id) };
  }
  const result = (next: ResponsesState, isForwarded: boolean) => ({
    responses: next,
    isForwarded,
    ...(usage && { usage }),
  });
  if (id !== undefined && responses.endedIds.has(id)) return result(responses, false);
  responses = { ...responses, pending: observeProgress(responses.pending, event, id, at) };
  if (event.type === 'error') {
    if (!event.error) return result(responses, true);
    return result({ ...responses, pending: refuseRequest(responses.pending, event.error.event_id || null) }, true);
  }
  if (event.type === 'conversation.item.added') return result(openItem(responses, event), true);
  if (event.type === 'conversation.item.done') {
    if (!event.item?.id) return result(responses, true);
    return result(closeItem(responses, event.item.id), !responses.closedItems.has(event.item.id));
  }
  if (event.type === 'response.created') {
    responses = { ...responses, pending: beginResponse(responses.pending, id, at) };
  }
  return result(event.type.startsWith('response.') ? mirrorEvent(responses, event) : responses, true);
}

/** Ends running responses: open parts, open items, then `response.done` [OR7, OR8]. @default all of them */
export function failResponses(
  state: ResponsesState,
  fault: RelayFault,
  response_ids: readonly string[] = [...state.pending.running.keys()],
): { readonly responses: ResponsesState; readonly events: readonly Unnumbered[] } {
  let { pending, endedIds, closedItems } = state;
  const openItems = new Map(state.openItems);
  const events: Unnumbered[] = [];
  for (const response_id of response_ids) {
    const closeOut = closeOutResponse(state.mirror, response_id, openItems, fault);
    events.push(...closeOut.events);
    for (const id of closeOut.closedItems) {
      openItems.delete(id);
      closedItems = remember(closedItems, id);
    }
    endedIds = remember(endedIds, response_id);
    pending = endResponse(pending, response_id);
  }
  return { responses: forgetFinished({ ...state, pending, endedIds, closedItems, openItems }), events };
}

function usageOf(state: ResponsesState, response: RealtimeResponse | undefined, response_id: string) {
  const { usage, status } = response ?? {};
  return usage && !state.countedIds.has(response_id) ? { response_id, status, usage } : undefined;
}

function openItem(state: ResponsesState, event: ServerEvent & { type: 'conversation.item.added' }): ResponsesState {
  const { item, previous_item_id = null } = event;
  if (!item?.id || item.type === undefined || !isOpenItem(item)) return state;
  return { ...state, openItems: new Map(state.openItems).set(item.id, previous_item_id) };
}

/** Removes an item that the upstream finished. */
function closeItem(state: ResponsesState, id: string): ResponsesState {
  if (!state.openItems.has(id) && !state.closedItems.has(id)) return state;
  const openItems = new Map(state.openItems);
  const closedItems = new Set(state.closedItems);
  openItems.delete(id);
  closedItems.delete(id);
  return { ...state, openItems, closedItems };
}

function mirrorEvent(state: ResponsesState, event: ServerEvent): ResponsesState {
  const mirror = state.mirror.fork();
  mirror.apply(event);
  const responses = { ...state, mirror };
  return event.type === 'response.done' ? forgetFinished(responses) : responses;
}

/** Drops the mirror if no response is running. */
const forgetFinished = (state: ResponsesState): ResponsesState =>
  state.pending.running.size === 0 ? { ...state, mirror: createMirror() } : state;

/** The id of the event's response, if it has one. */
function responseIdOf(event: ServerEvent): string | undefined {
  const { response_id, response } = event as { response_id?: unknown; response?: { id?: unknown } | null };
  const id = response_id ?? response?.id;
  return typeof id === 'string' && id !== '' ? id : undefined;
}

/** Adds to a set of at most `MAX_REMEMBERED` ids. */
function remember(set: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const larger = new Set(set).add(id);
  if (larger.size > MAX_REMEMBERED) larger.delete(larger.values().next().value as string);
  return larger;
}
