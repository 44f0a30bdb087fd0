// The session as one pure function: state and input in, state and effects out. Dispatches each input to its handler.

import type { ClientEvent } from '@colloquy/protocol';
import { createItem, deleteItem, retrieveItem } from './conversation.ts';
import { Draft, type InputIssue } from './draft.ts';
import type { Effect, HostEvent, Input, SpeechEvent } from './input.ts';
import { appendAudio, appendMedia, clearAudio, commitAudio } from './input-audio-buffer.ts';
import { abandonSession, drainSession, finishStep, handleClock, openSession } from './lifetime.ts';
import { handleToolsEvent } from './mcp.ts';
import { clearOutputAudio, handlePlayback } from './output-audio-buffer.ts';
import { cancelResponse, createResponse, handleEngineEvent } from './response.ts';
import { updateSession } from './session-config.ts';
import type { SessionState } from './state.ts';
import { handleTranscription } from './transcription.ts';
import { truncateItem } from './truncation.ts';
import { startTurn, stopTurn } from './turn-detection.ts';

/** Result of one input. */
export interface Step {
  state: SessionState;
  /** Perform them in order. */
  effects: Effect[];
  /**
   * Why the client's event, or a frame that could not be decoded, was refused. The state is then unchanged except for
   * time, ids and the count of refusals, unless that count ends the session. Null for every accepted input, even if an
   * effect is an `error` (a response that fails at once [RS33]), and for an input before `open` or after the end, which
   * has no effect.
   */
  refused: InputIssue | null;
}

/** Handler of each client event. The compiler keeps this table complete. */
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
  'output_audio_buffer.clear': clearOutputAudio,
};

/** Throws on an event that no codec lets through, as in a recording that was tampered with. */
function dispatchClientEvent(draft: Draft, event: ClientEvent): void {
  if (!Object.hasOwn(onClientEvent, event.type)) throw new TypeError('an event of an unknown type');
  (onClientEvent[event.type] as (draft: Draft, event: ClientEvent) => void)(draft, event);
}

/**
 * Advances a session by one input. Pure: the same arguments give the same result, and the given state does not change.
 * The host performs the effects. Inputs before the host's `open` and after the end have no effect.
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
  const draft = createDraft(state, input);
  switch (input.from) {
    case 'host':
      handleHostEvent(draft, input.event);
      break;
    case 'client':
      dispatchClientEvent(draft, input.event);
      break;
    case 'wire':
      draft.refuse(input.issue.code, input.issue.param, input.issue.message);
      break;
    case 'speech':
      handleSpeechEvent(draft, input.event);
      break;
    case 'tools':
      handleToolsEvent(draft, input.event);
      break;
    case 'media':
      appendMedia(draft, input.event);
      break;
    case 'playback':
      handlePlayback(draft, input.event);
      break;
    case 'engine':
      handleEngineEvent(draft, input.response_id, input.event);
      break;
    case 'clock':
      handleClock(draft);
      break;
  }
  finishStep(draft);
  return { state: draft.state, effects: draft.effects, refused: draft.refused };
}

function createDraft(state: SessionState, input: Input): Draft {
  switch (input.from) {
    case 'client':
      return new Draft(state, input.at, input.event.event_id, input.audio_bytes);
    case 'wire':
      return new Draft(state, input.at, input.event_id);
    default:
      return new Draft(state, input.at);
  }
}

function handleHostEvent(draft: Draft, event: HostEvent): void {
  switch (event.type) {
    case 'open':
      return openSession(draft);
    case 'drain':
      return drainSession(draft);
    case 'close':
      return abandonSession(draft);
  }
}

function handleSpeechEvent(draft: Draft, event: SpeechEvent): void {
  switch (event.type) {
    case 'started':
      return startTurn(draft, event.audio_ms);
    case 'stopped':
      return stopTurn(draft, event.audio_ms);
    default:
      return handleTranscription(draft, event);
  }
}
