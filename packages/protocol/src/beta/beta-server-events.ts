// Converts server events from GA to beta: zero, one or two events each. Pure.

import { toRealtimeError } from '../errors.ts';
import type { RealtimeConversationItem } from '../wire/realtime-conversation.ts';
import type { ServerEvent } from '../wire/realtime-server-events.ts';
import { BETA_NAMES, type BetaServerEventType } from './beta-event-types.ts';
import { betaPath } from './beta-fields.ts';
import { itemToBeta } from './beta-items.ts';
import { RESPONSE_CREATE_FIELDS, responseToBeta } from './beta-response.ts';
import { SESSION_FIELDS, sessionToBeta } from './beta-session.ts';
import { accept, type BetaState, refuse, shownBefore, shownIndex, temperatureOf } from './beta-state.ts';

/** An event as a beta client reads it. The fields of each are those of openai-node's beta module. */
export interface BetaServerEvent {
  type: BetaServerEventType;
  event_id?: string;
  [field: string]: unknown;
}

type Told = readonly [BetaState, ...BetaServerEvent[]];
type Mapped = {
  [T in keyof typeof BETA_NAMES]: (typeof BETA_NAMES)[T] extends 'mapped' ? T : never;
}[keyof typeof BETA_NAMES];
type Event<T extends ServerEvent['type']> = Extract<ServerEvent, { type: T }>;

/**
 * What a GA server's event becomes for a beta client, in order.
 *
 * Events, items and parts beta does not have are left out, unknown ones among them; `previous_item_id` and `content_index`
 * then speak of what is left. The event must be a decoded one (`decodeServerEvent`): of a known type it has its fields.
 *
 * @see SPEC.md BT3 to BT9, BT11
 */
export function toBetaServerEvents(
  state: BetaState,
  event: ServerEvent,
): { readonly state: BetaState; readonly events: readonly BetaServerEvent[] } {
  const name = Object.hasOwn(BETA_NAMES, event.type) ? BETA_NAMES[event.type] : 'none';
  if (name === 'none') return { state: hide(state, event), events: [] };
  if (name !== 'mapped')
    return { state, events: [(name === event.type ? event : { ...event, type: name }) as BetaServerEvent] };
  const [next, ...events] = (maps[event.type as Mapped] as (state: BetaState, event: ServerEvent) => Told)(
    state,
    event,
  );
  return { state: next, events };
}

const maps: { readonly [T in Mapped]: (state: BetaState, event: Event<T>) => Told } = {
  error: toldError,
  'session.created': (state, event) => {
    const created = toldSession(state, event, 'session.created');
    if (state.conversation_id === null) return [state, created];
    const conversation = { id: state.conversation_id, object: 'realtime.conversation' };
    return [
      { ...state, conversation_id: null },
      created,
      { type: 'conversation.created', event_id: `${event.event_id}_conversation`, conversation },
    ];
  },
  'session.updated': (state, event) => {
    if (event.session.type === 'transcription')
      return [state, toldSession(state, event, 'transcription_session.updated')];
    const [next, temperature] = accept(state, 'session');
    const changed = temperature === undefined ? next : { ...next, temperature };
    return [changed, toldSession(changed, event, 'session.updated')];
  },
  'conversation.item.added': toldItem,
  'conversation.item.created': toldItem,
  'conversation.item.retrieved': (state, event) => withItem(state, event),
  'conversation.item.deleted': (state, event) => {
    const others = ({ id }: { id: string }) => id !== event.item_id;
    const hidden = state.hidden.filter(others);
    const next = { ...state, hidden, thinned: state.thinned.filter(others) };
    return hidden.length < state.hidden.length ? [next] : [next, event as BetaServerEvent & typeof event];
  },
  'conversation.item.input_audio_transcription.delta': toldPart,
  'conversation.item.input_audio_transcription.completed': toldPart,
  'conversation.item.input_audio_transcription.failed': toldPart,
  'input_audio_buffer.committed': (state, event) => [
    state,
    { ...event, previous_item_id: shownBefore(state, event.previous_item_id) },
  ],
  'response.created': (state, event) => {
    const [next, own] = accept(state, 'response');
    const temperature = own ?? state.temperature;
    const id = event.response.id ?? '';
    const responses = [...next.responses.filter((each) => each.id !== id), { id, temperature }];
    return [
      { ...next, responses },
      { ...event, response: responseToBeta(event.response, temperature) },
    ];
  },
  'response.done': (state, event) => {
    const id = event.response.id ?? '';
    const betaEvent = { ...event, response: responseToBeta(event.response, temperatureOf(state, id)) };
    return [{ ...state, responses: state.responses.filter((each) => each.id !== id) }, betaEvent];
  },
  'response.output_item.added': withItem,
  'response.output_item.done': withItem,
  'response.content_part.added': toldContentPart,
  'response.content_part.done': toldContentPart,
  'response.function_call_arguments.done': (state, { name: _, ...event }) => [state, event],
};

const toldSession = (
  state: BetaState,
  event: Event<'session.created' | 'session.updated'>,
  type: BetaServerEventType,
): BetaServerEvent => ({ ...event, type, session: sessionToBeta(event.session, state.temperature) });

/** Said once per item, when it takes its place [BT4]. */
function toldItem(before: BetaState, event: Event<'conversation.item.added' | 'conversation.item.created'>): Told {
  const mapped = itemToBeta(event.item);
  if (!mapped) return [hide(before, event)];
  const id = event.item.id;
  const state =
    mapped.leftOut.length > 0 && id !== undefined
      ? { ...before, thinned: [...before.thinned.filter((each) => each.id !== id), { id, leftOut: mapped.leftOut }] }
      : before;
  const previous_item_id = shownBefore(state, event.previous_item_id);
  return [
    state,
    {
      ...event,
      type: 'conversation.item.created',
      ...(previous_item_id === undefined ? {} : { previous_item_id }),
      item: mapped.item,
    },
  ];
}

function withItem(
  state: BetaState,
  event: Event<'conversation.item.retrieved' | 'response.output_item.added' | 'response.output_item.done'>,
): Told {
  const mapped = itemToBeta(event.item);
  return mapped ? [state, { ...event, item: mapped.item }] : [state];
}

/** Remembers an item beta does not have, by the item before it. */
function hide(state: BetaState, event: ServerEvent): BetaState {
  if (event.type !== 'conversation.item.added' && event.type !== 'conversation.item.created') return state;
  const { id } = event.item as RealtimeConversationItem;
  if (id === undefined || state.hidden.some((each) => each.id === id)) return state;
  return { ...state, hidden: [...state.hidden, { id, previous: event.previous_item_id ?? null }] };
}

function toldPart(
  state: BetaState,
  event: Event<
    | 'conversation.item.input_audio_transcription.delta'
    | 'conversation.item.input_audio_transcription.completed'
    | 'conversation.item.input_audio_transcription.failed'
  >,
): Told {
  if (event.content_index === undefined) return [state, { ...event }];
  const content_index = shownIndex(state, event.item_id, event.content_index);
  return content_index === undefined ? [state] : [state, { ...event, content_index }];
}

function toldContentPart(
  state: BetaState,
  event: Event<'response.content_part.added' | 'response.content_part.done'>,
): Told {
  const type = event.part.type?.replace(/^output_/, '');
  return [state, type === event.part.type ? { ...event } : { ...event, part: { ...event.part, type } }];
}

/** The same refusal, in the client's own paths and without a name the client did not give; or the bridge's own refusal. */
function toldError(before: BetaState, event: Event<'error'>): Told {
  const { error } = event;
  const [state, { event_id, issue }] = refuse(before, error.event_id ?? null);
  if (issue) return [state, { ...event, error: toRealtimeError(issue.code, issue, event_id) }];
  if (typeof error.param !== 'string') return [state, { ...event, error: { ...error, event_id } }];
  const param = errorPath(error.param);
  const message = error.message.replaceAll(`'${error.param}'`, `'${param}'`);
  return [state, { ...event, error: { ...error, message, param, event_id } }];
}

/** In beta the kind of a session is in the event's name. */
const errorPath = (param: string): string =>
  param === 'session.type'
    ? 'type'
    : betaPath(RESPONSE_CREATE_FIELDS, 'response', betaPath(SESSION_FIELDS, 'session', param));
