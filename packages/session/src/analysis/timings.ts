// Latency and token usage from the events of any log, for reports, tables and plots. Cost: `prices.ts`.

import { objectOf } from '../is-object.ts';
import type { LoggedFrame } from '../recording/foreign-log.ts';
import { perSession } from '../recording/session-blocks.ts';
import { createSpeechClock } from './speech-clock.ts';
import { responseTokens, type TokenCounts, transcriptionTokens } from './token-counts.ts';

/** One response, or one transcription of user speech. Times are milliseconds; `null` if the log has none. */
export interface Timing {
  readonly kind: 'response' | 'transcription';
  /** Id of the response or item. */
  readonly id: string;
  /** Line of the event that ended it, or that began it if it did not end; from 1. */
  readonly line: number;
  /** Model of the session, or of its transcription. */
  readonly model: string | null;
  /** `completed`, `cancelled`, `incomplete`, `failed`; `in_progress` if the log does not contain its end. */
  readonly status: string;
  /** Reason if it was not completed. */
  readonly reason: string | null;
  /**
   * Time of the request on the log's clock: the end of the user's speech, `response.create`, or else
   * `response.created`. Speech ends on the audio clock, before the silence after which it is reported.
   */
  readonly asked_at: number | null;
  /**
   * Since when the user waits for a sound: `asked_at` of the first response of the turn. Responses that follow calls
   * belong to the same turn.
   */
  readonly turn_ended_at: number | null;
  /** From the request to the first text, transcript, arguments or audio. */
  readonly first_output_ms: number | null;
  /** From `turn_ended_at` to the first audio: for a spoken turn, from the end of the user's speech. */
  readonly first_audio_ms: number | null;
  /** From the request to the end. */
  readonly total_ms: number | null;
  readonly usage: TokenCounts;
}

export interface Stopwatch {
  /** Observes the next event and returns the timing of what it ended. Never throws. */
  observe(frame: LoggedFrame): Timing | undefined;
  /** The timing so far of the response that this event belongs to; `undefined` if no response in progress has it. */
  soFar(frame: LoggedFrame): Timing | undefined;
  /** Timings of responses that have not ended, in order of their beginning, as in a log that was cut off. */
  unfinished(): Timing[];
}

interface Running {
  readonly line: number;
  readonly asked_at: number | null;
  readonly turn_ended_at: number | null;
  readonly isOutOfBand: boolean;
  first_output: number | null;
  first_audio: number | null;
}

type Json = Readonly<Record<string, unknown>>;

/** Maximum pending requests, responses and transcriptions; the oldest are dropped. */
const MAX_WAITING = 1000;

/** Creates a stopwatch for a log. Each session is timed separately. */
export function createStopwatch(): Stopwatch {
  /** Sessions with responses in progress, in order of their beginning. */
  const running = new Set<Stopwatch>();
  const stopwatchOf = perSession(() => new SessionStopwatch());
  return {
    observe(frame) {
      const stopwatch = stopwatchOf(frame);
      const timing = stopwatch.observe(frame);
      if (frame.event.type === 'response.created') running.add(stopwatch);
      else if (timing && stopwatch.unfinished().length === 0) running.delete(stopwatch);
      return timing;
    },
    soFar: (frame) => stopwatchOf(frame).soFar(frame),
    unfinished: () => Array.from(running, (stopwatch) => stopwatch.unfinished()).flat(),
  };
}

class SessionStopwatch implements Stopwatch {
  readonly #requests: { id: string | undefined; time: number | null }[] = [];

  readonly #running = new Map<string, Running>();

  /** Item id → end of its speech. */
  readonly #speechEnds = new Map<string, number | null>();

  readonly #speech = createSpeechClock();

  #lastSpeech: number | null = null;

  /** Since when the user waits for a sound, after a response that only made calls. */
  #waitingSince: number | null = null;

  #model: string | null = null;

  #transcriber: string | null = null;

  observe(frame: LoggedFrame): Timing | undefined {
    const { event, time } = frame;
    this.#speech.observe(frame);
    switch (event.type) {
      case 'response.create':
        if (this.#requests.length < MAX_WAITING) this.#requests.push({ id: text(event.event_id), time });
        return undefined;
      case 'session.created':
      case 'session.updated': {
        const session = objectOf(event.session);
        this.#model = text(session.model) ?? this.#model;
        this.#transcriber =
          text(objectOf(objectOf(objectOf(session.audio).input).transcription).model) ?? this.#transcriber;
        return undefined;
      }
      case 'input_audio_buffer.speech_stopped':
        this.#lastSpeech = this.#speech.endOf(frame);
        this.#waitingSince = null;
        return undefined;
      case 'conversation.item.create':
        if (objectOf(event.item).role !== undefined) this.#startTypedTurn();
        return undefined;
      case 'input_audio_buffer.committed':
        setBounded(this.#speechEnds, text(event.item_id) ?? '', this.#lastSpeech ?? time);
        return undefined;
      case 'error':
        this.#dropRequest(objectOf(event.error));
        return undefined;
      case 'response.created':
        this.#begin(frame);
        return undefined;
      case 'response.done':
        return this.#end(frame);
      case 'conversation.item.input_audio_transcription.completed':
      case 'conversation.item.input_audio_transcription.failed':
        return this.#endTranscription(frame);
      default:
        this.#output(frame);
        return undefined;
    }
  }

  soFar({ event }: LoggedFrame): Timing | undefined {
    const id = text(event.response_id) ?? '';
    const run = this.#running.get(id);
    return run && this.#timingOf(id, run, null);
  }

  unfinished(): Timing[] {
    return Array.from(this.#running, ([id, run]) => this.#timingOf(id, run, null));
  }

  /** What the user said before is not answered alone. */
  #startTypedTurn(): void {
    this.#lastSpeech = null;
    this.#waitingSince = null;
  }

  #begin({ event, time, line }: LoggedFrame): void {
    const { id, conversation_id } = objectOf(event.response);
    const isOutOfBand = conversation_id === null;
    const request = this.#requests.shift()?.time;
    const speechEnd = isOutOfBand ? null : this.#lastSpeech;
    const asked_at = speechEnd ?? request ?? time;
    const turn_ended_at = speechEnd ?? (isOutOfBand ? null : this.#waitingSince) ?? asked_at;
    if (!isOutOfBand) {
      this.#lastSpeech = null;
      this.#waitingSince = null;
    }
    if (typeof id !== 'string') return;
    const run = { line, asked_at, turn_ended_at, isOutOfBand, first_output: null, first_audio: null };
    setBounded(this.#running, id, run);
  }

  /** A refused `response.create` gets no response. */
  #dropRequest({ code, event_id }: Json): void {
    const index = typeof event_id === 'string' ? this.#requests.findIndex(({ id }) => id === event_id) : -1;
    if (index >= 0) this.#requests.splice(index, 1);
    else if (code === 'conversation_already_has_active_response') this.#requests.pop();
  }

  #output({ event, time }: LoggedFrame): void {
    const run = this.#running.get(text(event.response_id) ?? '');
    const isAudio = AUDIO.has(event.type);
    if (!run || !(isAudio || /\.delta$/.test(event.type))) return;
    run.first_output ??= time;
    if (isAudio) run.first_audio ??= time;
  }

  #end({ event, time, line }: LoggedFrame): Timing {
    const response = objectOf(event.response);
    const id = text(response.id) ?? '';
    const run = this.#running.get(id) ?? { ...UNKNOWN_RUN, line };
    this.#running.delete(id);
    // The turn goes on after calls: the user still waits.
    if (!run.isOutOfBand && run.first_audio === null && hasCall(response)) this.#waitingSince = run.turn_ended_at;
    const details = objectOf(response.status_details);
    return {
      ...this.#timingOf(id, run, time),
      line,
      status: text(response.status) ?? 'unknown',
      reason: text(objectOf(details.error).code) ?? text(details.reason) ?? null,
      usage: responseTokens(objectOf(response.usage)),
    };
  }

  #timingOf(id: string, run: Running, ended_at: number | null): Timing {
    const { line, asked_at, turn_ended_at } = run;
    const between = (from: number | null, to: number | null) => (from === null || to === null ? null : to - from);
    return {
      kind: 'response',
      id,
      line,
      model: this.#model,
      status: 'in_progress',
      reason: null,
      asked_at,
      turn_ended_at,
      first_output_ms: between(asked_at, run.first_output),
      first_audio_ms: between(turn_ended_at, run.first_audio),
      total_ms: between(asked_at, ended_at),
      usage: responseTokens({}),
    };
  }

  #endTranscription({ event, time, line }: LoggedFrame): Timing {
    const id = text(event.item_id) ?? '';
    const asked_at = this.#speechEnds.get(id) ?? null;
    this.#speechEnds.delete(id);
    const hasFailed = event.type.endsWith('.failed');
    return {
      kind: 'transcription',
      id,
      line,
      model: this.#transcriber,
      status: hasFailed ? 'failed' : 'completed',
      reason: hasFailed ? (text(objectOf(event.error).code) ?? null) : null,
      asked_at,
      turn_ended_at: asked_at,
      first_output_ms: null,
      first_audio_ms: null,
      total_ms: asked_at === null || time === null ? null : time - asked_at,
      usage: transcriptionTokens(objectOf(event.usage)),
    };
  }
}

/** A response whose beginning the log does not contain. */
const UNKNOWN_RUN = {
  ...{ asked_at: null, turn_ended_at: null, isOutOfBand: false },
  ...{ first_output: null, first_audio: null },
};

const CALLS: ReadonlySet<unknown> = new Set(['function_call', 'mcp_call', 'mcp_approval_request']);

const hasCall = ({ status, output }: Json): boolean =>
  status === 'completed' && Array.isArray(output) && output.some((item) => CALLS.has(objectOf(item).type));

/** In a call, audio is no event; that it begins to be played is one. */
const AUDIO = new Set(['response.output_audio.delta', 'response.audio.delta', 'output_audio_buffer.started']);

function setBounded<T>(map: Map<string, T>, key: string, value: T): void {
  map.set(key, value);
  if (map.size > MAX_WAITING) for (const oldest of map.keys()) return void map.delete(oldest);
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
