// The reverse bridge: client events from GA to beta, server events from beta to GA, for servers without GA. Pure.

import type { ClientEvent } from '../wire/realtime-client-events.ts';
import type { ServerEvent } from '../wire/realtime-server-events.ts';
import type { BetaClientEvent } from './beta-client-events.ts';
import { BETA_NAMES } from './beta-event-types.ts';
import { flatten, gaPath, isObject, nest } from './beta-fields.ts';
import { itemToBeta, itemToGa } from './beta-items.ts';
import { RESPONSE_CREATE_FIELDS, RESPONSE_FIELDS } from './beta-response.ts';
import type { BetaServerEvent } from './beta-server-events.ts';
import { configToBeta, SESSION_FIELDS, sessionFromBeta } from './beta-session.ts';

/**
 * What a GA client's event becomes for a beta server. Fields, parts and tools beta does not have are left out; `undefined`
 * when nothing is left to say, as for an MCP item.
 *
 * @see SPEC.md BT3, BT6
 */
export function toBetaClientEvent(event: ClientEvent): BetaClientEvent | undefined {
  switch (event.type) {
    case 'session.update': {
      const type = event.session.type === 'transcription' ? 'transcription_session.update' : 'session.update';
      return { ...event, type, session: configToBeta(event.session) } as BetaClientEvent;
    }
    case 'response.create':
      if (!isObject(event.response)) return { ...event, type: 'response.create' } as BetaClientEvent;
      return { ...event, response: flatten(RESPONSE_CREATE_FIELDS, event.response) } as BetaClientEvent;
    case 'conversation.item.create': {
      const mapped = itemToBeta(event.item);
      return mapped && ({ ...event, item: mapped.item } as BetaClientEvent);
    }
    default:
      return event;
  }
}

/** An item a response is making: GA says when it is done, beta says it of the response only. */
interface OpenItem {
  readonly id: string;
  readonly name?: string;
  /** The item before it; `undefined` until it has a place in the conversation. */
  readonly previous?: string | null;
}

/** The memory of one connection to a beta server, as plain data. Grows with what is under way only. */
export interface BetaUpstreamState {
  readonly open: readonly OpenItem[];
}
export const createBetaUpstreamState = (): BetaUpstreamState => ({ open: [] });

const GA_NAMES = new Map<string, ServerEvent['type']>(
  Object.entries(BETA_NAMES).flatMap(([ga, beta]) =>
    beta === 'mapped' || beta === 'none' ? [] : [[beta, ga as ServerEvent['type']] as const],
  ),
);

/**
 * What a beta server's event becomes for a GA client, in order. `conversation.item.done` is said as GA says it: at once for an
 * item that came whole, before `response.output_item.done` for one a response made. Events of unknown type go on as they stand.
 *
 * @see SPEC.md BT3, BT4, BT6
 */
export function toGaServerEvents(
  state: BetaUpstreamState,
  event: BetaServerEvent,
): { readonly state: BetaUpstreamState; readonly events: readonly ServerEvent[] } {
  const [next, events] = translate(state, event);
  return { state: next, events: events as unknown as ServerEvent[] };
}

function translate(state: BetaUpstreamState, event: BetaServerEvent): [BetaUpstreamState, object[]] {
  const id = isObject(event.item) && typeof event.item.id === 'string' ? event.item.id : '';
  const open = state.open.find((each) => each.id === id);
  const others = state.open.filter((each) => each.id !== id);
  switch (event.type) {
    case 'conversation.created':
      return [state, []];
    case 'session.created':
    case 'session.updated': {
      const kind = isTranscription(event.session) ? 'transcription' : 'realtime';
      return [state, [{ ...event, session: sessionFromBeta(kind, event.session as object) }]];
    }
    case 'transcription_session.updated':
      return [
        state,
        [{ ...event, type: 'session.updated', session: sessionFromBeta('transcription', event.session as object) }],
      ];
    case 'response.created':
    case 'response.done':
      return [state, [{ ...event, response: nest(RESPONSE_FIELDS, event.response as object) }]];
    case 'response.output_item.added': {
      const name = isObject(event.item) && typeof event.item.name === 'string' ? { name: event.item.name } : {};
      return [{ open: [...others, { id, ...name }] }, [{ ...event, item: itemToGa(event.item) }]];
    }
    case 'conversation.item.created': {
      const previous = typeof event.previous_item_id === 'string' ? event.previous_item_id : null;
      const gaEvent = { ...event, previous_item_id: previous, item: itemToGa(event.item) };
      const added = { ...gaEvent, type: 'conversation.item.added' };
      if (open) return [{ open: [...others, { ...open, previous }] }, [added]];
      return [state, [added, { ...gaEvent, type: 'conversation.item.done', event_id: `${event.event_id}_done` }]];
    }
    case 'response.output_item.done': {
      const item = itemToGa(event.item);
      const done = { ...event, item };
      if (open?.previous === undefined) return [{ open: others }, [done]];
      const { previous: previous_item_id } = open;
      const event_id = `${event.event_id}_done`;
      return [{ open: others }, [{ type: 'conversation.item.done', event_id, previous_item_id, item }, done]];
    }
    case 'conversation.item.retrieved':
      return [state, [{ ...event, item: itemToGa(event.item) }]];
    case 'response.function_call_arguments.done': {
      const name = state.open.find((each) => each.id === event.item_id)?.name ?? '';
      return [state, [{ ...event, name }]];
    }
    case 'error':
      return [state, [{ ...event, error: gaError(event.error) }]];
    default:
      return [state, [{ ...event, type: GA_NAMES.get(event.type) ?? event.type }]];
  }
}

const isTranscription = (session: unknown): boolean =>
  isObject(session) && session.object === 'realtime.transcription_session';

function gaError(error: unknown): unknown {
  if (!isObject(error) || typeof error.param !== 'string') return error;
  const { param } = error;
  const path = gaPath(RESPONSE_CREATE_FIELDS, 'response', gaPath(SESSION_FIELDS, 'session', param));
  const message = typeof error.message === 'string' ? error.message.replaceAll(`'${param}'`, `'${path}'`) : '';
  return { ...error, param: path, message };
}
