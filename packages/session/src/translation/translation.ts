// The translation session: one pure function from a state and an input to a state and effects. No items, no responses, no turns:
// audio goes in, is cut into frames, and comes out translated. Its data is `translation-state.ts`.

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

/** The one format there is, in and out [TL4, TL8]. */
const PCM = { type: 'audio/pcm', rate: 24_000 } as const;
/** A frame of audio: what a translator takes at a time [TL4]. */
export const TRANSLATION_FRAME_MS = 200;
/** 200 ms of 24 kHz pcm16 mono. */
export const TRANSLATION_FRAME_BYTES = 9600;

/** How audio files begin, in base64: RIFF, Ogg, FLAC, ID3, EBML. Their bytes would pass for noise, so they are refused [TL10]. */
const CONTAINERS = /^(?:UklGR|T2dnU|ZkxhQ|SUQz|GkXfo)/;

/** What came of one input. */
export interface TranslationStep {
  state: TranslationState;
  /** To be performed in order. */
  effects: TranslationEffect[];
}

/** Where each client event is handled. The compiler keeps this table complete. */
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

/** Throws on an event that no codec lets through: of a recording that was tampered with. */
function hearClient(draft: Draft, event: TranslationClientEvent): void {
  if (!Object.hasOwn(onClientEvent, event.type)) throw new TypeError('an event of an unknown type');
  (onClientEvent[event.type] as (draft: Draft, event: TranslationClientEvent) => void)(draft, event);
}

/**
 * Advances a translation session by one input. Pure: the same arguments give the same step, the given state is never changed, and
 * performing the effects is the host's business. Nothing happens before the host's `open` and after the session has closed.
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
      hearHost(draft, input.event);
      break;
    case 'client':
      if (state.phase === 'closing') draft.refuse('invalid_value', 'type', 'The session is closing.');
      else hearClient(draft, input.event);
      break;
    case 'wire':
      draft.refuse(input.issue.code, input.issue.param, input.issue.message);
      break;
    case 'translator':
      hearTranslator(draft, input.event);
      break;
    case 'clock':
      passTime(draft);
      break;
  }
  if (draft.state.phase !== 'closed' && draft.state.refusals.length > draft.state.limits.refusals) {
    draft.end('rate_limit_exceeded', 1008, 'Too many events were refused.');
  }
  return { state: draft.state, effects: draft.effects };
}

/** When the session next wants to be told the time, in milliseconds since it began; `undefined` when it is not running. */
export function translationDeadline({ phase, limits, farewell }: TranslationState): number | undefined {
  if (phase === 'new' || phase === 'closed') return undefined;
  return Math.min(limits.max_duration_ms, farewell ? farewell.heard_at + limits.flush_ms : Number.POSITIVE_INFINITY);
}

type Unnumbered<E> = E extends TranslationServerEvent ? Omit<E, 'event_id'> : never;

/** Mutable inside one `stepTranslation`, never seen outside it. Only the top level of `state` may be assigned to. */
class Draft {
  readonly state: { -readonly [K in keyof TranslationState]: TranslationState[K] };
  readonly effects: TranslationEffect[] = [];
  readonly #input: TranslationInput;

  constructor(state: TranslationState, input: TranslationInput) {
    this.state = { ...state, at: Math.max(state.at, input.at) };
    this.#input = input;
  }

  /** Bytes the append being handled stands for. */
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

  /** Tells the client its event was refused. The session goes on. */
  refuse(code: FailureCode, param: string | null, message: string): void {
    const input = this.#input;
    const cause = input.from === 'client' ? input.event.event_id : input.from === 'wire' ? input.event_id : null;
    this.send({ type: 'error', error: toRealtimeError(code, { param, message }, cause ?? null) });
    const { limits, refusals, at } = this.state;
    this.state.refusals = [...refusals.filter((then) => then > at - limits.refusal_window_ms), at];
  }

  /** One `error` says why, then the connection is closed [ER51]. */
  end(code: FailureCode, close: number, message: string): void {
    this.send({ type: 'error', error: toRealtimeError(code, { param: null, message }) });
    this.state.phase = 'closed';
    this.do({ do: 'close', code: close, reason: message });
  }
}

function hearHost(draft: Draft, event: HostEvent): void {
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
 * `session.update`. Answered by one `session.updated`. What has been translated stays as it is.
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
 * `session.input_audio_buffer.append`. Has no answer; whole frames leave for the translator, the rest waits for more.
 *
 * It may end inside a sample: the next append brings the rest. Refuses with `invalid_value` what cannot be raw pcm16, and with `limit_exceeded` what the translator will not get to.
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
  const held = state.waiting * TRANSLATION_FRAME_BYTES + state.remainder + bytes;
  if (bytesToMs(held, PCM) > state.limits.buffer_ms) {
    return draft.refuse('limit_exceeded', 'audio', 'The input audio buffer is full.');
  }
  state.has_begun = true;
  draft.do({ do: 'append_audio', audio });
  const all = state.remainder + bytes;
  state.remainder = all % TRANSLATION_FRAME_BYTES;
  handOver(draft, (all - state.remainder) / TRANSLATION_FRAME_BYTES);
}

function handOver(draft: Draft, frames: number, { drop, pad } = { drop: 0, pad: 0 }): void {
  if (frames === 0) return;
  draft.state.waiting += frames;
  draft.do({ do: 'translate', frames, pad, ...(drop > 0 && { drop }) });
}

/** Nothing more goes in; what is left of a frame is filled up with silence, so that no whole sample is lost [TL9]. */
function finish(draft: Draft, code: number, reason: string): void {
  const { state } = draft;
  if (state.phase !== 'open') return;
  state.phase = 'closing';
  state.farewell = { code, reason, drain: code === 1001, heard_at: state.at };
  const drop = state.remainder % BYTES_PER_SAMPLE[PCM.type];
  const rest = state.remainder - drop;
  state.remainder = 0;
  if (rest > 0) handOver(draft, 1, { drop, pad: TRANSLATION_FRAME_BYTES - rest });
  draft.do({ do: 'finish' });
}

function hearTranslator(draft: Draft, event: TranslatorEvent | TranslatorProgress): void {
  const { state } = draft;
  if (state.farewell) state.farewell = { ...state.farewell, heard_at: state.at };
  switch (event.type) {
    case 'taken':
      state.waiting = Math.max(0, state.waiting - 1);
      return;
    case 'input_transcript.delta':
      if (state.config.audio.input.transcription === null || event.delta === '') return;
      return draft.send({ type: 'session.input_transcript.delta', delta: event.delta, elapsed_ms: elapsed(event) });
    case 'output_transcript.delta':
      if (event.delta === '') return;
      return draft.send({ type: 'session.output_transcript.delta', delta: event.delta, elapsed_ms: elapsed(event) });
    case 'output_audio.delta':
      return hearAudio(draft, event);
    case 'done':
      return state.farewell ? sayGoodbye(draft, state.farewell) : fail(draft, 'The translator ended before its audio.');
    case 'failed':
      return draft.end(event.error.code, 1011, event.error.message);
  }
}

/** A chunk goes on as it comes, whatever its length; what is no audio would break clients [TL8]. */
function hearAudio(draft: Draft, event: Extract<TranslatorEvent, { type: 'output_audio.delta' }>): void {
  const bytes = base64Length(event.audio);
  if (bytes === undefined || bytes % 2 !== 0) return fail(draft, 'The translator produced audio that is not valid.');
  if (bytes === 0) return;
  draft.send({
    type: 'session.output_audio.delta',
    delta: event.audio,
    sample_rate: PCM.rate,
    channels: 1,
    format: 'pcm16',
    elapsed_ms: elapsed(event),
  });
}

/** Whole frames of the audio clock, or `null` where a translator cannot tell [TL6]. */
function elapsed({ elapsed_ms }: TranslatorEvent): number | null {
  if (typeof elapsed_ms !== 'number' || !(elapsed_ms >= 0) || elapsed_ms > Number.MAX_SAFE_INTEGER) return null;
  return Math.floor(elapsed_ms / TRANSLATION_FRAME_MS) * TRANSLATION_FRAME_MS;
}

const fail = (draft: Draft, message: string): void => draft.end('internal_error', 1011, message);

/** Everything is said [TL9]. */
function sayGoodbye(draft: Draft, { code, reason, drain }: NonNullable<TranslationState['farewell']>): void {
  draft.send({ type: 'session.closed' });
  draft.state.phase = 'closed';
  draft.do({ do: 'close', code, reason, ...(drain && { drain }) });
}

function passTime(draft: Draft): void {
  const { at, limits, farewell } = draft.state;
  if (at >= limits.max_duration_ms) {
    const minutes = Math.round(limits.max_duration_ms / 60_000);
    return draft.end('session_expired', 1001, `Your session hit the maximum duration of ${minutes} minutes.`);
  }
  if (farewell && at >= farewell.heard_at + limits.flush_ms) {
    draft.end('upstream_timeout', 1011, 'The translation made no progress in time.');
  }
}
