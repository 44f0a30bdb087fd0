// Converts client events from beta to GA. Pure; the state that links requests and responses is passed in and returned.
// The other directions: `beta-server-events.ts` and `beta-upstream.ts`.

import type { Issue } from '../errors.ts';
import { literal, nullable, object, optional, type Schema } from '../schema/schema.ts';
import { type ClientEvent, eventId } from '../wire/realtime-client-events.ts';
import type { RealtimeResponseCreateParams } from '../wire/realtime-response.ts';
import type { BetaClientEventType } from './beta-event-types.ts';
import { isObject, nest } from './beta-fields.ts';
import { itemToGa, refuseGaItem } from './beta-items.ts';
import { BetaResponseConfig, RESPONSE_CREATE_FIELDS } from './beta-response.ts';
import { BetaSessionConfig, BetaTranscriptionSessionConfig, sessionToGa } from './beta-session.ts';
import { ask, type BetaState } from './beta-state.ts';

interface Base {
  event_id?: string | null;
}
export interface BetaSessionUpdateEvent extends Base {
  type: 'session.update';
  session: BetaSessionConfig;
}
export interface BetaTranscriptionSessionUpdateEvent extends Base {
  type: 'transcription_session.update';
  session: BetaTranscriptionSessionConfig;
}
export interface BetaResponseCreateEvent extends Base {
  type: 'response.create';
  response?: BetaResponseConfig | null;
}
/** As in GA, with assistant parts named `text` and `audio`. */
export interface BetaItemCreateEvent extends Base {
  type: 'conversation.item.create';
  previous_item_id?: string | null;
  item: { type: string; [key: string]: unknown };
}

/** Everything a beta client may say. What is not named here is said as in GA. */
export type BetaClientEvent =
  | BetaSessionUpdateEvent
  | BetaTranscriptionSessionUpdateEvent
  | BetaResponseCreateEvent
  | BetaItemCreateEvent
  | Extract<ClientEvent, { type: Exclude<BetaClientEventType, Reshaped> }>;

/** The events whose shape differs. All others pass from a beta client to a GA server as they stand. */
export type Reshaped =
  | 'session.update'
  | 'transcription_session.update'
  | 'response.create'
  | 'conversation.item.create';

const SHAPES: { readonly [T in Exclude<Reshaped, 'conversation.item.create'>]: Schema<unknown> } = {
  'session.update': object<BetaSessionUpdateEvent>({
    event_id: eventId,
    type: literal('session.update'),
    session: BetaSessionConfig,
  }) as Schema<unknown>,
  'transcription_session.update': object<BetaTranscriptionSessionUpdateEvent>({
    event_id: eventId,
    type: literal('transcription_session.update'),
    session: BetaTranscriptionSessionConfig,
  }) as Schema<unknown>,
  'response.create': object<BetaResponseCreateEvent>({
    event_id: eventId,
    type: literal('response.create'),
    response: optional(nullable(BetaResponseConfig)),
  }) as Schema<unknown>,
};

/** Whether events of this type have another shape in beta, so that a frame must be read before it can be passed on. */
export const isReshaped = (type: string): type is Reshaped =>
  type === 'conversation.item.create' || Object.hasOwn(SHAPES, type);

/** An event for the GA server, or why the client's own was refused. */
export type GaClientEvent =
  | {
      readonly ok: true;
      readonly state: BetaState;
      readonly event: ClientEvent;
      /** What the event asked for, which GA cannot say [BT7]. In force once the server has accepted the event: `temperatureOf`. */
      readonly temperature?: number;
    }
  | { readonly ok: false; readonly state: BetaState; readonly issue: Issue; readonly event_id: string | null };

/**
 * What a beta client's event becomes for a GA server.
 *
 * Judged here is only what the GA server cannot see: the shapes of `session.update`, `transcription_session.update` and
 * `response.create`, and item or part types that only GA has. Refused with the codes of ER10 to ER15 and beta paths:
 * `unknown_parameter` for a GA-only field [BT9], `decimal_below_min_value` and `decimal_above_max_value` for a temperature
 * outside 0.6 to 1.2 [BT7]. Everything else goes on as it stands, for the server to judge. Never throws.
 *
 * @see SPEC.md BT3, BT6 to BT10, BT12
 */
export function toGaClientEvent(state: BetaState, event: unknown): GaClientEvent {
  if (!isObject(event) || typeof event.type !== 'string' || !isReshaped(event.type)) return passed(state, event);
  const event_id = typeof event.event_id === 'string' ? event.event_id : null;
  const issue = judge(event as { type: Reshaped });
  if (issue) return { ok: false, state, issue, event_id };

  switch (event.type) {
    case 'session.update':
      return requestTemperature(state, 'session', event, event.session as BetaSessionConfig, {
        session: sessionToGa('realtime', event.session as object),
      });
    case 'transcription_session.update':
      return passed(state, {
        ...event,
        type: 'session.update',
        session: sessionToGa('transcription', event.session as object),
      });
    case 'response.create': {
      const config = (event.response ?? {}) as BetaResponseConfig;
      const response = nest(RESPONSE_CREATE_FIELDS, config) as RealtimeResponseCreateParams;
      return requestTemperature(state, 'response', event, config, isObject(event.response) ? { response } : {});
    }
    case 'conversation.item.create':
      return passed(state, { ...event, item: itemToGa(event.item) });
  }
}

function judge(event: { type: Reshaped; item?: unknown; response?: unknown }): Issue | undefined {
  if (event.type === 'conversation.item.create') return refuseGaItem(event.item, 'item');
  const issue = SHAPES[event.type].check(event, 'server');
  if (issue || !isObject(event.response) || !Array.isArray(event.response.input)) return issue;
  for (const [index, item] of event.response.input.entries()) {
    const issue = refuseGaItem(item, `response.input[${index}]`);
    if (issue) return issue;
  }
  return undefined;
}

const passed = (state: BetaState, event: unknown): GaClientEvent => ({ ok: true, state, event: event as ClientEvent });

/** The request is remembered with its temperature until the server accepts or refuses it. */
function requestTemperature(
  state: BetaState,
  what: 'session' | 'response',
  event: Record<string, unknown>,
  config: { temperature?: number },
  changed: object,
): GaClientEvent {
  const temperature = config.temperature == null ? {} : { temperature: config.temperature };
  const [next, event_id] = ask(state, what, event.event_id, temperature);
  return { ok: true, state: next, event: { ...event, event_id, ...changed } as unknown as ClientEvent, ...temperature };
}
