// How long things took and what they consumed, read off the frames of any log: for reports, tables and plots. What tokens cost is
// not known here.

import type { LoggedFrame } from '../recording/foreign-log.ts';
import { perSession } from '../recording/session-blocks.ts';

/** One response, or one transcription of a user's speech. Times are milliseconds; `null` where the log does not say. */
export interface Timing {
  readonly kind: 'response' | 'transcription';
  /** Of the response, or of the item. */
  readonly id: string;
  /** Of the frame that ended it, or began what did not end; from 1. */
  readonly line: number;
  /** Of the session, or of its transcription. */
  readonly model: string | null;
  /** `completed`, `cancelled`, `incomplete`, `failed`; `in_progress` of one whose end the log does not hold. */
  readonly status: string;
  /** Why, where it was not completed. */
  readonly reason: string | null;
  /** When it was asked for, by the log's time: `response.create`, or the end of the user's speech, else `response.created`. */
  readonly asked_at: number | null;
  /** From being asked for to the first text, transcript, arguments or audio. */
  readonly first_output_ms: number | null;
  /** From being asked for to the first audio. */
  readonly first_audio_ms: number | null;
  /** From being asked for to the end. */
  readonly total_ms: number | null;
  readonly usage: TokenCounts;
}

/** Tokens by kind; `seconds` of audio where usage is told as a duration. Cached ones are not counted among the others. */
export interface TokenCounts {
  readonly input_text: number;
  readonly input_audio: number;
  readonly input_image: number;
  readonly cached_text: number;
  readonly cached_audio: number;
  readonly cached_image: number;
  readonly output_text: number;
  readonly output_audio: number;
  readonly seconds: number;
}

export interface Stopwatch {
  /** Takes the next frame, and answers what it ended. Never throws. */
  take(frame: LoggedFrame): Timing | undefined;
  /** What is known so far of the response that this frame is a piece of; `undefined` where it is of none that is under way. */
  soFar(frame: LoggedFrame): Timing | undefined;
  /** The responses that have begun and not ended, in the order they began: what a log that was cut off has of them. */
  unfinished(): Timing[];
}

interface Running {
  readonly line: number;
  readonly asked_at: number | null;
  first_output: number | null;
  first_audio: number | null;
}

type Json = Readonly<Record<string, unknown>>;

/** Asks that may wait for their response, and responses and transcriptions that may be under way; what is more, is forgotten. */
const MOST_WAITING = 1000;

/** Makes a stopwatch for a log, which times each session by itself. */
export function createStopwatch(): Stopwatch {
  /** In the order the sessions began, as far as something is under way in them. */
  const running = new Set<Stopwatch>();
  const watchOf = perSession(() => new SessionStopwatch());
  return {
    take(frame) {
      const watch = watchOf(frame);
      const timing = watch.take(frame);
      if (frame.event.type === 'response.created') running.add(watch);
      else if (timing && watch.unfinished().length === 0) running.delete(watch);
      return timing;
    },
    soFar: (frame) => watchOf(frame).soFar(frame),
    unfinished: () => Array.from(running, (watch) => watch.unfinished()).flat(),
  };
}

class SessionStopwatch implements Stopwatch {
  readonly #asks: { id: string | undefined; time: number | null }[] = [];

  readonly #running = new Map<string, Running>();

  /** Item id → when its speech ended. */
  readonly #spoken = new Map<string, number | null>();

  #lastSpeech: number | null = null;

  #model: string | null = null;

  #transcriber: string | null = null;

  take(frame: LoggedFrame): Timing | undefined {
    const { event, time } = frame;
    switch (event.type) {
      case 'response.create':
        if (this.#asks.length < MOST_WAITING) this.#asks.push({ id: text(event.event_id), time });
        return undefined;
      case 'session.created':
      case 'session.updated': {
        const session = object(event.session);
        this.#model = text(session.model) ?? this.#model;
        this.#transcriber = text(object(object(object(session.audio).input).transcription).model) ?? this.#transcriber;
        return undefined;
      }
      case 'input_audio_buffer.speech_stopped':
        this.#lastSpeech = time;
        return undefined;
      case 'input_audio_buffer.committed':
        keep(this.#spoken, text(event.item_id) ?? '', this.#lastSpeech ?? time);
        return undefined;
      case 'error':
        this.#refused(object(event.error));
        return undefined;
      case 'response.created':
        this.#begin(frame);
        return undefined;
      case 'response.done':
        return this.#end(frame);
      case 'conversation.item.input_audio_transcription.completed':
      case 'conversation.item.input_audio_transcription.failed':
        return this.#transcribed(frame);
      default:
        this.#output(frame);
        return undefined;
    }
  }

  soFar({ event }: LoggedFrame): Timing | undefined {
    const id = text(event.response_id) ?? '';
    const run = this.#running.get(id);
    return run && this.#timed(id, run, null);
  }

  unfinished(): Timing[] {
    return Array.from(this.#running, ([id, run]) => this.#timed(id, run, null));
  }

  #begin({ event, time, line }: LoggedFrame): void {
    const id = text(object(event.response).id);
    const asked = this.#asks.length > 0 ? this.#asks.shift()?.time : this.#lastSpeech;
    this.#lastSpeech = null;
    if (id) keep(this.#running, id, { line, asked_at: asked ?? time, first_output: null, first_audio: null });
  }

  /** A `response.create` that was refused is answered by nothing else. */
  #refused({ code, event_id }: Json): void {
    const named = typeof event_id === 'string' ? this.#asks.findIndex(({ id }) => id === event_id) : -1;
    if (named >= 0) this.#asks.splice(named, 1);
    else if (code === 'conversation_already_has_active_response') this.#asks.pop();
  }

  #output({ event, time }: LoggedFrame): void {
    const run = this.#running.get(text(event.response_id) ?? '');
    if (!run || !/\.delta$/.test(event.type)) return;
    run.first_output ??= time;
    if (AUDIO.has(event.type)) run.first_audio ??= time;
  }

  #end({ event, time, line }: LoggedFrame): Timing {
    const response = object(event.response);
    const id = text(response.id) ?? '';
    const run = this.#running.get(id) ?? { line, asked_at: null, first_output: null, first_audio: null };
    this.#running.delete(id);
    const details = object(response.status_details);
    return {
      ...this.#timed(id, run, time),
      line,
      status: text(response.status) ?? 'unknown',
      reason: text(object(details.error).code) ?? text(details.reason) ?? null,
      usage: responseTokens(object(response.usage)),
    };
  }

  #timed(id: string, { line, asked_at, ...first }: Running, ended: number | null): Timing {
    const since = (at: number | null) => (at === null || asked_at === null ? null : at - asked_at);
    return {
      kind: 'response',
      id,
      line,
      model: this.#model,
      status: 'in_progress',
      reason: null,
      asked_at,
      first_output_ms: since(first.first_output),
      first_audio_ms: since(first.first_audio),
      total_ms: since(ended),
      usage: responseTokens({}),
    };
  }

  #transcribed({ event, time, line }: LoggedFrame): Timing {
    const id = text(event.item_id) ?? '';
    const asked_at = this.#spoken.get(id) ?? null;
    this.#spoken.delete(id);
    const hasFailed = event.type.endsWith('.failed');
    return {
      kind: 'transcription',
      id,
      line,
      model: this.#transcriber,
      status: hasFailed ? 'failed' : 'completed',
      reason: hasFailed ? (text(object(event.error).code) ?? null) : null,
      asked_at,
      first_output_ms: null,
      first_audio_ms: null,
      total_ms: asked_at === null || time === null ? null : time - asked_at,
      usage: transcriptionTokens(object(event.usage)),
    };
  }
}

const AUDIO = new Set(['response.output_audio.delta', 'response.audio.delta']);

function keep<T>(map: Map<string, T>, key: string, value: T): void {
  map.set(key, value);
  if (map.size > MOST_WAITING) for (const oldest of map.keys()) return void map.delete(oldest);
}

// ---- Tokens ----

function responseTokens(usage: Json): TokenCounts {
  // Where a server tells sums alone, they count as words.
  const input = object(usage.input_token_details ?? { text_tokens: usage.input_tokens });
  const cached = object(input.cached_tokens_details ?? { text_tokens: input.cached_tokens });
  const output = object(usage.output_token_details ?? { text_tokens: usage.output_tokens });
  const fresh = (kind: string) => Math.max(0, count(input[kind]) - count(cached[kind]));
  return {
    input_text: fresh('text_tokens'),
    input_audio: fresh('audio_tokens'),
    input_image: fresh('image_tokens'),
    cached_text: count(cached.text_tokens),
    cached_audio: count(cached.audio_tokens),
    cached_image: count(cached.image_tokens),
    output_text: count(output.text_tokens),
    output_audio: count(output.audio_tokens),
    seconds: 0,
  };
}

function transcriptionTokens(usage: Json): TokenCounts {
  const input = object(usage.input_token_details ?? { audio_tokens: usage.input_tokens });
  return {
    ...responseTokens({}),
    input_text: count(input.text_tokens),
    input_audio: count(input.audio_tokens),
    output_text: count(usage.output_tokens),
    seconds: usage.type === 'duration' ? count(usage.seconds) : 0,
  };
}

const object = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const count = (value: unknown): number =>
  typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0;
