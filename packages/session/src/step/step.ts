// The session: one pure function from a state and an input to a state and effects.

import { CLIENT_EVENT_TYPES, type ClientEvent } from '@colloquy/protocol';
import { createItem, deleteItem, retrieveItem } from './conversation.ts';
import { Draft, type InputIssue } from './draft.ts';
import type { Effect, HostEvent, Input, SpeechEvent } from './input.ts';
import { appendAudio, clearAudio, commitAudio } from './input-audio-buffer.ts';
import { abandonSession, drainSession, openSession, passTime, settle } from './lifetime.ts';
import { hearTools } from './mcp.ts';
import { cancelResponse, createResponse, hearEngine } from './response.ts';
import { updateSession } from './session-config.ts';
import type { SessionState } from './state.ts';
import { hearTranscription } from './transcription.ts';
import { truncateItem } from './truncation.ts';
import { startTurn, stopTurn } from './turn-detection.ts';

/** What came of one input. */
export interface Step {
  state: SessionState;
  /** To be performed in order. */
  effects: Effect[];
  /**
   * Why the client's event, or a frame that could not be decoded, was refused: the state is as it was, but for time, ids and the
   * count of refusals, unless that count ends the session. Null for every input that was accepted, even when an effect is an
   * `error` (a response that fails at once [RS33]), and for one outside the session's life, which has no effect.
   */
  refused: InputIssue | null;
}

/** Where each client event is handled. The compiler keeps this table complete. */
const onClientEvent: {
  readonly [T in ClientEvent['type']]: (draft: Draft, event: Extract<ClientEvent, { type: T }>) => void;
} = {
  'session.update': updateSession,
  'input_audio_buffer.append': appendAudio,
  'input_audio_buffer.commit': commitAudio,
  'input_audio_buffer.clear': clearAudio,
  'conversation.item.create': createItem,
  'conversation.item.retrieve': retrieveItem,
  'conversation.item.truncate': truncateItem,
  'conversation.item.delete': deleteItem,
  'response.create': createResponse,
  'response.cancel': cancelResponse,
  'output_audio_buffer.clear': refuseOutputClear,
};

/** Throws on an event that no codec lets through: of a recording that was tampered with. */
function hearClient(draft: Draft, event: ClientEvent): void {
  if (!Object.hasOwn(onClientEvent, event.type)) throw new TypeError('an event of an unknown type');
  (onClientEvent[event.type] as (draft: Draft, event: ClientEvent) => void)(draft, event);
}

/**
 * Advances a session by one input. Pure: the same arguments give the same step, the given state is never changed, and
 * performing the effects is the host's business. Nothing happens before the host's `open` and after the session has closed.
 *
 * @example
 * import { createSession, step } from '@colloquy/session';
 *
 * const session = createSession({ seed: [1, 2, 3, 4], model: 'gpt-realtime', started_at: Date.now() });
 * const { state, effects } = step(session, { from: 'host', at: 0, event: { type: 'open' } });
 * for (const effect of effects) if (effect.do === 'send') console.log(effect.event.type); // session.created
 * step(state, { from: 'client', at: 5, event: { type: 'response.create' } });
 */
export function step(state: SessionState, input: Input): Step {
  if (state.phase === 'closed' || (state.phase === 'new' && !(input.from === 'host' && input.event.type === 'open'))) {
    return { state, effects: [], refused: null };
  }
  const draft = draftFor(state, input);
  switch (input.from) {
    case 'host':
      hearHost(draft, input.event);
      break;
    case 'client':
      hearClient(draft, input.event);
      break;
    case 'wire':
      draft.refuse(input.issue.code, input.issue.param, input.issue.message);
      break;
    case 'speech':
      hearSpeech(draft, input.event);
      break;
    case 'tools':
      hearTools(draft, input.event);
      break;
    case 'engine':
      hearEngine(draft, input.response_id, input.event);
      break;
    case 'clock':
      passTime(draft);
      break;
  }
  settle(draft);
  return { state: draft.state, effects: draft.effects, refused: draft.refused };
}

function draftFor(state: SessionState, input: Input): Draft {
  switch (input.from) {
    case 'client':
      return new Draft(state, input.at, input.event.event_id, input.audio_bytes);
    case 'wire':
      return new Draft(state, input.at, input.event_id);
    default:
      return new Draft(state, input.at);
  }
}

function hearHost(draft: Draft, event: HostEvent): void {
  switch (event.type) {
    case 'open':
      return openSession(draft);
    case 'drain':
      return drainSession(draft);
    case 'close':
      return abandonSession(draft);
  }
}

function hearSpeech(draft: Draft, event: SpeechEvent): void {
  switch (event.type) {
    case 'started':
      return startTurn(draft, event.audio_ms);
    case 'stopped':
      return stopTurn(draft, event.audio_ms);
    default:
      return hearTranscription(draft, event);
  }
}

/** `output_audio_buffer.clear`: there is no output buffer on a WebSocket [WR9, ER25]. */
function refuseOutputClear(draft: Draft): void {
  const types = CLIENT_EVENT_TYPES.filter((type) => type !== 'output_audio_buffer.clear').map((type) => `'${type}'`);
  const message = `Invalid value: 'output_audio_buffer.clear'. Supported values are: ${types.join(', ')}.`;
  draft.refuse('invalid_value', 'type', message);
}
