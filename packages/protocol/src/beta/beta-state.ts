// State of one beta bridge as plain data: temperatures, and the items and parts that beta does not have.
// Pure functions over it; the events are in `beta-client-events.ts` and `beta-server-events.ts`.

import type { Issue } from '../errors.ts';
import { DEFAULT_TEMPERATURE } from './beta-session.ts';

/** A request of the client that the server has neither accepted nor refused yet. */
interface PendingRequest {
  /** `refusal`: the bridge refuses it, and lets the server say so, which counts refusals and keeps answers in order. */
  readonly what: 'session' | 'response' | 'refusal';
  /** The `event_id` the GA server sees. */
  readonly event_id: string;
  readonly temperature?: number;
  /** What the server's refusal is to say instead. */
  readonly issue?: Issue;
}

/** The memory of one bridged connection. Grows with what is under way, and with the items beta does not have, never with the conversation. */
export interface BetaState {
  /** The session's temperature [BT7]. */
  readonly temperature: number;
  readonly pending: readonly PendingRequest[];
  /** Responses under way. */
  readonly responses: readonly { readonly id: string; readonly temperature: number }[];
  /** Items left out of the stream, each with the item before it, so that the next one can name that instead [BT9]. */
  readonly hidden: readonly { readonly id: string; readonly previous: string | null }[];
  /** Items that lost parts (images), with the indexes those parts had. */
  readonly thinned: readonly { readonly id: string; readonly leftOut: readonly number[] }[];
  /** Ids made so far for requests without one. */
  readonly made: number;
  /** To be announced by `conversation.created` after `session.created`; `null` announces nothing [BT5]. */
  readonly conversation_id: string | null;
}

/** Requests remembered at once. A server that answers none of so many will not answer at all. */
const MAX_ASKED = 64;

/**
 * The state of a connection nothing has passed yet. `temperature` is the session's until the client changes it.
 *
 * With a `conversation_id`, `conversation.created` follows `session.created`. By default it does not: clients that count two
 * events by then break on it [BT5].
 */
export const createBetaState = (
  options: { conversation_id?: string; temperature?: number | undefined } = {},
): BetaState => ({
  temperature: options.temperature ?? DEFAULT_TEMPERATURE,
  pending: [],
  responses: [],
  hidden: [],
  thinned: [],
  made: 0,
  conversation_id: options.conversation_id ?? null,
});

/** The temperature a response runs with: its own, or the session's when it asked for none or is not known. */
export const temperatureOf = (state: BetaState, response_id: string): number =>
  state.responses.find(({ id }) => id === response_id)?.temperature ?? state.temperature;

/** Begins the names the bridge gives to requests without one. */
const MADE = 'colloquy_beta_';

/** Longest `event_id` a server takes; a longer one is not passed on. */
const MAX_EVENT_ID = 512;

/** Remembers a request, and names it if the client did not, so that its refusal can be told from others. */
export function ask(
  state: BetaState,
  what: PendingRequest['what'],
  name: unknown,
  more: { temperature?: number; issue?: Issue } = {},
): [BetaState, event_id: string] {
  const clientEventId = typeof name === 'string' && name !== '' && name.length <= MAX_EVENT_ID ? name : undefined;
  const made = clientEventId === undefined ? state.made + 1 : state.made;
  const event_id = clientEventId ?? `${MADE}${made}`;
  return [{ ...state, made, pending: [...state.pending, { what, event_id, ...more }].slice(-MAX_ASKED) }, event_id];
}

/** The oldest request of a kind has been accepted: requests are answered in order. */
export function accept(state: BetaState, what: PendingRequest['what']): [BetaState, temperature: number | undefined] {
  const index = state.pending.findIndex((each) => each.what === what);
  if (index < 0) return [state, undefined];
  return [{ ...state, pending: state.pending.toSpliced(index, 1) }, state.pending[index]?.temperature];
}

/** What a refusal is to say of the request it answers. */
export interface Refusal {
  /** The client's name for it, `null` where it gave none. */
  readonly event_id: string | null;
  readonly issue?: Issue;
}

/** A request has been refused, or something it led to has failed: then it was accepted before. */
export function refuse(state: BetaState, event_id: string | null): [BetaState, Refusal] {
  const clientEventId = event_id?.startsWith(MADE) ? null : event_id;
  const index = state.pending.findIndex((each) => each.event_id === event_id);
  const request = state.pending[index];
  if (!request) return [state, { event_id: clientEventId }];
  return [
    { ...state, pending: state.pending.toSpliced(index, 1) },
    { event_id: clientEventId, ...(request.issue && { issue: request.issue }) },
  ];
}

/** The nearest item before that the client has been told of. */
export function shownBefore(state: BetaState, previous: string | null | undefined): string | null | undefined {
  let at = previous;
  // Each hidden item is passed at most once: a server that announced them in a circle must not hold us.
  for (let left = state.hidden.length; left > 0 && at; left--) {
    const hidden = state.hidden.find(({ id }) => id === at);
    if (!hidden) break;
    at = hidden.previous;
  }
  return at;
}

/** Where a part stands among those the client has been told of; `undefined` when it is one that was left out. */
export function shownIndex(state: BetaState, item_id: string, content_index: number): number | undefined {
  const leftOut = state.thinned.find(({ id }) => id === item_id)?.leftOut ?? [];
  if (leftOut.includes(content_index)) return undefined;
  return content_index - leftOut.filter((index) => index < content_index).length;
}
