// Speaks a thinker's answer: cuts its text into clauses, and synthesizes each while the one before is playing.

import type { RealtimeAudioFormat } from '@colloquy/protocol';
import { bytesToMs, msToBytes } from '@colloquy/protocol';
import { AsyncQueue } from '../async-queue.ts';
import { speechOutput } from '../audio/convert.ts';
import { prepareResampler } from '../audio/resample.ts';
import type { EngineOutput } from '../engines/engine.ts';
import { clauseCutter } from './clauses.ts';
import type { pacer } from './pace.ts';
import type { Sound, Speaker, ThinkEvent } from './ports.ts';

export interface SpeakStreamOptions {
  readonly speaker: Speaker;
  readonly voice: string;
  readonly speed: number;
  readonly format: RealtimeAudioFormat;
  readonly pace: ReturnType<typeof pacer>;
  /** Stops everything immediately. */
  readonly signal: AbortSignal;
}

/** Milliseconds of audio per delta. */
const DELTA_MS = 100;
/** Clauses synthesized ahead of the one being sent. */
const CLAUSES_AHEAD = 1;

type Failure = { type: 'error'; error: unknown };
/** A clause with its audio as it is made; the beginning of the text; or another event of the thinker, in order. */
type StreamPiece =
  | { type: 'clause'; text: string; sounds: AsyncQueue<Sound | Failure> }
  | { type: 'message' }
  | Exclude<ThinkEvent, { type: 'text.delta' }>
  | Failure;

/**
 * Converts a thinker's events to an engine's: a message when the text begins, the transcript of a clause when it is
 * complete and before its audio [OR5], audio from the first chunk of the first clause on, never further ahead than
 * `pace` allows. The three moments separate the latency of thinker and speaker in every log. Throws what thinker and speaker throw; returns
 * early when the signal aborts.
 */
export async function* speakStream(
  events: AsyncIterable<ThinkEvent>,
  options: SpeakStreamOptions,
): AsyncGenerator<EngineOutput> {
  await prepareResampler();
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const output = speechOutput(options.format);
  const queue = new AsyncQueue<StreamPiece>();
  const wake = () => queue.end();
  signal.addEventListener('abort', wake, { once: true });
  void synthesizeClauses(events, queue, { ...options, signal });
  try {
    for await (const piece of queue) {
      if (signal.aborted) return;
      if (piece.type === 'error') throw piece.error;
      if (piece.type === 'clause') yield* speakClause(piece, output, { ...options, signal });
      else yield piece;
    }
  } finally {
    signal.removeEventListener('abort', wake);
    stop.abort();
    output.close();
  }
}

/** Synthesizes each clause when the one before it starts being sent. Never rejects. */
async function synthesizeClauses(
  events: AsyncIterable<ThinkEvent>,
  queue: AsyncQueue<StreamPiece>,
  options: SpeakStreamOptions,
): Promise<void> {
  const { signal } = options;
  const pieces = new AsyncQueue<Exclude<StreamPiece, { type: 'clause' }> | { type: 'text'; text: string }>();
  void cutClauses(events, pieces, signal);
  let notifyRoom = () => {};
  queue.onShift(() => notifyRoom());
  signal.addEventListener('abort', () => notifyRoom(), { once: true });
  for await (const piece of pieces) {
    if (signal.aborted) break;
    if (piece.type !== 'text') {
      queue.push(piece);
      continue;
    }
    while (queue.weight > CLAUSES_AHEAD - 1 && !signal.aborted)
      await new Promise<void>((resolve) => (notifyRoom = resolve));
    const sounds = new AsyncQueue<Sound | Failure>();
    queue.push({ type: 'clause', text: piece.text, sounds });
    await synthesize(piece.text, sounds, options);
  }
  queue.end();
}

/** Cuts the text into clauses and passes other events on in order. Never rejects. */
async function cutClauses(
  events: AsyncIterable<ThinkEvent>,
  out: AsyncQueue<Exclude<StreamPiece, { type: 'clause' }> | { type: 'text'; text: string }>,
  signal: AbortSignal,
): Promise<void> {
  const cutter = clauseCutter();
  let hasBegun = false;
  try {
    for await (const event of events) {
      if (signal.aborted) break;
      if (event.type === 'text.delta') {
        if (!hasBegun && event.delta.trim() !== '') out.push({ type: 'message' });
        hasBegun ||= event.delta.trim() !== '';
        for (const text of cutter.push(event.delta)) out.push({ type: 'text', text });
        continue;
      }
      const text = cutter.flush();
      if (text !== '') out.push({ type: 'text', text });
      out.push(event);
    }
    const text = cutter.flush();
    if (text !== '') out.push({ type: 'text', text });
  } catch (error) {
    out.push({ type: 'error', error });
  }
  out.end();
}

async function synthesize(
  text: string,
  sounds: AsyncQueue<Sound | Failure>,
  options: SpeakStreamOptions,
): Promise<void> {
  const { speaker, voice, speed, signal } = options;
  try {
    for await (const sound of speaker.speak(text, { voice, speed, signal })) {
      if (signal.aborted) break;
      sounds.push(sound);
    }
  } catch (error) {
    sounds.push({ type: 'error', error });
  }
  sounds.end();
}

async function* speakClause(
  clause: Extract<StreamPiece, { type: 'clause' }>,
  output: ReturnType<typeof speechOutput>,
  { format, pace, signal }: SpeakStreamOptions,
): AsyncGenerator<EngineOutput> {
  const size = msToBytes(DELTA_MS, format);
  let rest = new Uint8Array();

  /** Sends audio in deltas of one length; the last one may be shorter if `isFinal`. */
  async function* send(bytes: Uint8Array, isFinal: boolean): AsyncGenerator<EngineOutput> {
    let pending = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    while (pending.length >= size || (isFinal && pending.length > 0)) {
      const audio = pending.subarray(0, size);
      pending = pending.subarray(size);
      await pace(bytesToMs(audio.length, format), signal);
      if (signal.aborted) return;
      yield { type: 'audio.delta', audio };
    }
    rest = Uint8Array.from(pending);
  }

  yield { type: 'transcript.delta', delta: clause.text };
  for await (const sound of untilAborted(clause.sounds, signal)) {
    if ('type' in sound) throw sound.error;
    yield* send(output.write(sound), false);
    if (signal.aborted) return;
  }
  if (signal.aborted) return;
  yield* send(output.flush(), true);
}

/** Yields the values until the end or an abort. */
async function* untilAborted<T>(inbox: AsyncQueue<T>, signal: AbortSignal): AsyncGenerator<T> {
  const end = () => inbox.end();
  if (signal.aborted) return;
  signal.addEventListener('abort', end, { once: true });
  try {
    for await (const value of inbox) {
      if (signal.aborted) return;
      yield value;
    }
  } finally {
    signal.removeEventListener('abort', end);
  }
}
