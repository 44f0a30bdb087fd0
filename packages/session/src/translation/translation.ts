// The translation session as one pure function: state and input in, state and effects out. It has no items, responses
// or turns: audio is split into frames and translated. Data: `translation-state.ts`.

import {
  BYTES_PER_SAMPLE,
  base64Length,
  bytesToMs,
  type FailureCode,
  type TranslationAppendEvent,
  type TranslationClientEvent,
  type TranslationServerEvent,
  type TranslationSessionUpdateEvent,
  toRealtimeError,
} from '@colloquy/protocol';
import { mintId } from '../step/ids.ts';
import type { HostEvent } from '../step/input.ts';
import { lockedField } from '../step/session-config.ts';
import {
  mergeSettings,
  type TranslationEffect,
  type TranslationInput,
  type TranslationState,
  type TranslatorEvent,
  type TranslatorProgress,
  translationObject,
} from './translation-state.ts';

/** The only audio format, input and output [TL4, TL8]. */
const PCM = { type: 'audio/pcm', rate: 24_000 } as const;
/** Duration of a frame, the unit in which a translator receives audio [TL4]. */
export const TRANSLATION_FRAME_MS = 200;
/** 200 ms of 24 kHz pcm16 mono. */
export const TRANSLATION_FRAME_BYTES = 9600;

/**
 * Base64 beginnings of audio files: RIFF, Ogg, FLAC, ID3, EBML. As raw audio they would be noise, so they are refused
 * [TL10].
 */
const CONTAINERS = /^(?:UklGR|T2dnU|ZkxhQ|SUQz|GkXfo)/;

/** Result of one input. */
export interface TranslationStep {
  state: TranslationState;
  /** Perform them in order. */
  effects: TranslationEffect[];
}

/** Handler of each client event. The compiler keeps this table complete. */
const onClientEvent: {
  readonly [T in TranslationClientEvent['type']]: (
    draft: Draft,
    event: Extract<TranslationClientEvent, { type: T }>,
  ) => void;
} = {
  'session.update': updateSettings,
  'session.input_audio_buffer.append': appendAudio,
  'session.close': (draft) => finish(draft, 1000, 'The session is closed.'),
};

/** Throws on an event that no codec lets through, as in a recording that was tampered with. */
function dispatchClientEvent(draft: Draft, event: TranslationClientEvent): void {
  if (!Object.hasOwn(onClientEvent, event.type)) throw new TypeError('an event of an unknown type');
  (onClientEvent[event.type] as (draft: Draft, event: TranslationClientEvent) => void)(draft, event);
}

/**
 * Advances a translation session by one input. Pure: the same arguments give the same result, and the given state does
 * not change. The host performs the effects. Inputs before the host's `open` and after the end have no effect.
 *
 * @see SPEC.md family TL
 */
export function stepTranslation(state: TranslationState, input: TranslationInput): TranslationStep {
  if (state.phase === 'closed' || (state.phase === 'new' && !(input.from === 'host' && input.event.type === 'open'))) {
    return { state, effects: [] };
  }
  const draft = new Draft(state, input);
  switch (input.from) {
    case 'host':
      handleHostEvent(draft, input.event);
      break;
    case 'client':
      if (state.phase === 'closing') draft.refuse('invalid_value', 'type', 'The session is closing.');
      else dispatchClientEvent(draft, input.event);
      break;
    case 'wire':
      draft.refuse(input.issue.code, input.issue.param, input.issue.message);
      break;
    case 'translator':
      handleTranslatorEvent(draft, input.event);
      break;
    case 'clock':
      handleClock(draft);
      break;
  }
  if (draft.state.phase !== 'closed' && draft.state.refusals.length > draft.state.limits.refusals) {
    draft.end('rate_limit_exceeded', 1008, 'Too many events were refused.');
  }
  return { state: draft.state, effects: draft.effects };
}

/** When the session next needs a `clock` input, in milliseconds since it began; `undefined` if it is not open. */
export function translationDeadline({ phase, limits, farewell }: TranslationState): number | undefined {
  if (phase === 'new' || phase === 'closed') return undefined;
  return Math.min(limits.max_duration_ms, farewell ? farewell.heard_at + limits.flush_ms : Number.POSITIVE_INFINITY);
}

type Unnumbered<E> = E extends TranslationServerEvent ? Omit<E, 'event_id'> : never;

/** Mutable during one `stepTranslation`, never visible outside. Assign only to the top level of `state`. */
class Draft {
  readonly state: { -readonly [K in keyof TranslationState]: TranslationState[K] };
  readonly effects: TranslationEffect[] = [];
  readonly #input: TranslationInput;

  constructor(state: TranslationState, input: TranslationInput) {
    this.state = { ...state, at: Math.max(state.at, input.at) };
    this.#input = input;
  }

  /** Decoded bytes of the current append. */
  get audioBytes(): number | undefined {
    return this.#input.from === 'client' ? this.#input.audio_bytes?.[0] : undefined;
  }

  do(effect: TranslationEffect): void {
    this.effects.push(effect);
  }

  send(event: Unnumbered<TranslationServerEvent>): void {
    const [event_id, ids] = mintId(this.state.ids, 'event');
    this.state.ids = ids;
    this.do({ do: 'send', event: { event_id, ...event } as TranslationServerEvent });
  }

  /** Refuses the client's event. The session continues. */
  refuse(code: FailureCode, param: string | null, message: string): void {
    const input = this.#input;
    const cause = input.from === 'client' ? input.event.event_id : input.from === 'wire' ? input.event_id : null;
    this.send({ type: 'error', error: toRealtimeError(code, { param, message }, cause ?? null) });
    const { limits, refusals, at } = this.state;
    this.state.refusals = [...refusals.filter((then) => then > at - limits.refusal_window_ms), at];
  }

  /** Sends one `error`, then closes the connection [ER51]. */
  end(code: FailureCode, close: number, message: string): void {
    this.send({ type: 'error', error: toRealtimeError(code, { param: null, message }) });
    this.state.phase = 'closed';
    this.do({ do: 'close', code: close, reason: message });
  }
}

function handleHostEvent(draft: Draft, event: HostEvent): void {
  const { state } = draft;
  switch (event.type) {
    case 'open':
      if (state.phase !== 'new') return;
      state.phase = 'open';
      return draft.send({ type: 'session.created', session: translationObject(state) });
    case 'drain':
      return finish(draft, 1001, 'The server is shutting down.');
    case 'close':
      state.phase = 'closed';
  }
}

/**
 * `session.update`. Answered by one `session.updated`. Earlier translations do not change.
 *
 * Refuses with `session_locked` for a locked setting.
 *
 * @see SPEC.md TL3
 */
function updateSettings(draft: Draft, { session }: TranslationSessionUpdateEvent): void {
  const { state } = draft;
  const issue = lockedField(state, session);
  if (issue) return draft.refuse(issue.code, issue.param, issue.message);
  state.config = { audio: mergeSettings(state.config.audio, session.audio) };
  draft.send({ type: 'session.updated', session: translationObject(state) });
}

/**
 * `session.input_audio_buffer.append`. Sends no event; whole frames go to the translator, the rest waits for more
 * audio.
 *
 * An append may end inside a sample: the next append completes it. Refuses with `invalid_value` for audio that cannot
 * be raw pcm16, and with `limit_exceeded` if too much audio waits for the translator.
 *
 * @see SPEC.md TL4, TL5, TL10
 */
function appendAudio(draft: Draft, { audio }: TranslationAppendEvent): void {
  const { state } = draft;
  const bytes = draft.audioBytes ?? base64Length(audio);
  if (bytes === undefined || (!state.has_begun && CONTAINERS.test(audio))) {
    return draft.refuse('invalid_value', 'audio', 'The audio must be raw 16 bit PCM, 24 kHz, mono.');
  }
  if (bytes === 0) return;
  const bufferedBytes = state.waiting * TRANSLATION_FRAME_BYTES + state.remainder + bytes;
  if (bytesToMs(bufferedBytes, PCM) > state.limits.buffer_ms) {
    return draft.refuse('limit_exceeded', 'audio', 'The input audio buffer is full.');
  }
  state.has_begun = true;
  draft.do({ do: 'append_audio', audio });
  const total = state.remainder + bytes;
  state.remainder = total % TRANSLATION_FRAME_BYTES;
  translateFrames(draft, (total - state.remainder) / TRANSLATION_FRAME_BYTES);
}

function translateFrames(draft: Draft, frames: number, { drop, pad } = { drop: 0, pad: 0 }): void {
  if (frames === 0) return;
  draft.state.waiting += frames;
  draft.do({ do: 'translate', frames, pad, ...(drop > 0 && { drop }) });
}

/** Ends the input. Pads an incomplete frame with silence, so that no whole sample is lost [TL9]. */
function finish(draft: Draft, code: number, reason: string): void {
  const { state } = draft;
  if (state.phase !== 'open') return;
  state.phase = 'closing';
  state.farewell = { code, reason, drain: code === 1001, heard_at: state.at };
  const drop = state.remainder % BYTES_PER_SAMPLE[PCM.type];
  const rest = state.remainder - drop;
  state.remainder = 0;
  if (rest > 0) translateFrames(draft, 1, { drop, pad: TRANSLATION_FRAME_BYTES - rest });
  draft.do({ do: 'finish' });
}

function handleTranslatorEvent(draft: Draft, event: TranslatorEvent | TranslatorProgress): void {
  const { state } = draft;
  if (state.farewell) state.farewell = { ...state.farewell, heard_at: state.at };
  switch (event.type) {
    case 'taken':
      state.waiting = Math.max(0, state.waiting - 1);
      return;
    case 'input_transcript.delta':
      if (state.config.audio.input.transcription === null || event.delta === '') return;
      return draft.send({ type: 'session.input_transcript.delta', delta: event.delta, elapsed_ms: wholeFrames(event) });
    case 'output_transcript.delta':
      if (event.delta === '') return;
      return draft.send({
        type: 'session.output_transcript.delta',
        delta: event.delta,
        elapsed_ms: wholeFrames(event),
      });
    case 'output_audio.delta':
      return sendAudio(draft, event);
    case 'done':
      return state.farewell
        ? closeSession(draft, state.farewell)
        : fail(draft, 'The translator ended before its audio.');
    case 'failed':
      return draft.end(event.error.code, 1011, event.error.message);
  }
}

/** Forwards a chunk of any length; invalid audio would break clients [TL8]. */
function sendAudio(draft: Draft, event: Extract<TranslatorEvent, { type: 'output_audio.delta' }>): void {
  const bytes = base64Length(event.audio);
  if (bytes === undefined || bytes % 2 !== 0) return fail(draft, 'The translator produced audio that is not valid.');
  if (bytes === 0) return;
  draft.send({
    type: 'session.output_audio.delta',
    delta: event.audio,
    sample_rate: PCM.rate,
    channels: 1,
    format: 'pcm16',
    elapsed_ms: wholeFrames(event),
  });
}

/** The position in whole frames of the audio clock, or `null` if the translator does not know it [TL6]. */
function wholeFrames({ elapsed_ms }: TranslatorEvent): number | null {
  if (typeof elapsed_ms !== 'number' || !(elapsed_ms >= 0) || elapsed_ms > Number.MAX_SAFE_INTEGER) return null;
  return Math.floor(elapsed_ms / TRANSLATION_FRAME_MS) * TRANSLATION_FRAME_MS;
}

const fail = (draft: Draft, message: string): void => draft.end('internal_error', 1011, message);

/** The translator is done: closes the session [TL9]. */
function closeSession(draft: Draft, { code, reason, drain }: NonNullable<TranslationState['farewell']>): void {
  draft.send({ type: 'session.closed' });
  draft.state.phase = 'closed';
  draft.do({ do: 'close', code, reason, ...(drain && { drain }) });
}

function handleClock(draft: Draft): void {
  const { at, limits, farewell } = draft.state;
  if (at >= limits.max_duration_ms) {
    const minutes = Math.round(limits.max_duration_ms / 60_000);
    return draft.end('session_expired', 1001, `Your session hit the maximum duration of ${minutes} minutes.`);
  }
  if (farewell && at >= farewell.heard_at + limits.flush_ms) {
    draft.end('upstream_timeout', 1011, 'The translation made no progress in time.');
  }
}
