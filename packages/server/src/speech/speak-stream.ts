// A thinker's answer said aloud: its text cut into clauses, each clause made into sound while the one before is being heard.

import type { RealtimeAudioFormat } from '@colloquy/protocol';
import { bytesToMs, msToBytes } from '@colloquy/protocol';
import { AsyncQueue } from '../async-queue.ts';
import { speechOutput } from '../audio/convert.ts';
import { prepareResampler } from '../audio/resample.ts';
import type { EngineOutput } from '../engines/engine.ts';
import { clauseCutter } from './clauses.ts';
import type { pacer } from './pace.ts';
import type { Sound, Speaker, Thought } from './ports.ts';

export interface AloudOptions {
  readonly speaker: Speaker;
  readonly voice: string;
  readonly speed: number;
  readonly format: RealtimeAudioFormat;
  readonly pace: ReturnType<typeof pacer>;
  /** Ends everything at once. */
  readonly signal: AbortSignal;
}

/** Audio of one delta, in milliseconds. */
const DELTA_MS = 100;
/** Clauses made and not yet begun to be sent. */
const CLAUSES_AHEAD = 1;

type Broken = { type: 'broken'; error: unknown };
/** A clause, with its sound as it is made; or something else the thinker said, in its place. */
type Said =
  | { type: 'clause'; words: string; sounds: AsyncQueue<Sound | Broken> }
  | Exclude<Thought, { type: 'text.delta' }>
  | Broken;

/**
 * The thoughts as an engine says them: the words of a clause before its audio [OR5], audio as soon as there is any of the first
 * clause, never further ahead than `pace` allows. Throws what thinker and speaker throw; returns early once the signal aborts.
 */
export async function* aloud(thoughts: AsyncIterable<Thought>, options: AloudOptions): AsyncGenerator<EngineOutput> {
  await prepareResampler();
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const output = speechOutput(options.format);
  const said = new AsyncQueue<Said>();
  const wake = () => said.end();
  signal.addEventListener('abort', wake, { once: true });
  void makeClauses(thoughts, said, { ...options, signal });
  try {
    for await (const piece of said) {
      if (signal.aborted) return;
      if (piece.type === 'broken') throw piece.error;
      if (piece.type === 'clause') yield* sayClause(piece, output, { ...options, signal });
      else yield piece;
    }
  } finally {
    signal.removeEventListener('abort', wake);
    stop.abort();
    output.close();
  }
}

/** Cuts the text and has each clause made as soon as the one before it is being sent. Never rejects. */
async function makeClauses(
  thoughts: AsyncIterable<Thought>,
  said: AsyncQueue<Said>,
  options: AloudOptions,
): Promise<void> {
  const { signal } = options;
  const words = new AsyncQueue<Exclude<Said, { type: 'clause' }> | { type: 'words'; words: string }>();
  void cutThoughts(thoughts, words, signal);
  let room = () => {};
  said.onShift(() => room());
  signal.addEventListener('abort', () => room(), { once: true });
  for await (const piece of words) {
    if (signal.aborted) break;
    if (piece.type !== 'words') {
      said.push(piece);
      continue;
    }
    while (said.weight > CLAUSES_AHEAD - 1 && !signal.aborted) await new Promise<void>((resolve) => (room = resolve));
    const sounds = new AsyncQueue<Sound | Broken>();
    said.push({ type: 'clause', words: piece.words, sounds });
    await makeSound(piece.words, sounds, options);
  }
  said.end();
}

/** The text as clauses, everything else between them where it was said. Never rejects. */
async function cutThoughts(
  thoughts: AsyncIterable<Thought>,
  out: AsyncQueue<Exclude<Said, { type: 'clause' }> | { type: 'words'; words: string }>,
  signal: AbortSignal,
): Promise<void> {
  const cutter = clauseCutter();
  try {
    for await (const thought of thoughts) {
      if (signal.aborted) break;
      if (thought.type === 'text.delta') {
        for (const words of cutter.push(thought.delta)) out.push({ type: 'words', words });
        continue;
      }
      const words = cutter.flush();
      if (words !== '') out.push({ type: 'words', words });
      out.push(thought);
    }
    const words = cutter.flush();
    if (words !== '') out.push({ type: 'words', words });
  } catch (error) {
    out.push({ type: 'broken', error });
  }
  out.end();
}

async function makeSound(words: string, sounds: AsyncQueue<Sound | Broken>, options: AloudOptions): Promise<void> {
  const { speaker, voice, speed, signal } = options;
  try {
    for await (const sound of speaker.speak(words, { voice, speed, signal })) {
      if (signal.aborted) break;
      sounds.push(sound);
    }
  } catch (error) {
    sounds.push({ type: 'broken', error });
  }
  sounds.end();
}

async function* sayClause(
  clause: Extract<Said, { type: 'clause' }>,
  output: ReturnType<typeof speechOutput>,
  { format, pace, signal }: AloudOptions,
): AsyncGenerator<EngineOutput> {
  const size = msToBytes(DELTA_MS, format);
  let isSaid = false;
  let rest = new Uint8Array();

  /** What there is, in deltas of one length; the last one may be shorter when it is to be `all`. */
  async function* send(bytes: Uint8Array, all: boolean): AsyncGenerator<EngineOutput> {
    let pending = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    while (pending.length >= size || (all && pending.length > 0)) {
      const audio = pending.subarray(0, size);
      pending = pending.subarray(size);
      await pace(bytesToMs(audio.length, format), signal);
      if (signal.aborted) return;
      yield { type: 'audio.delta', audio };
    }
    rest = Uint8Array.from(pending);
  }

  const transcript: EngineOutput = { type: 'transcript.delta', delta: clause.words };
  for await (const sound of untilAborted(clause.sounds, signal)) {
    if ('type' in sound) throw sound.error;
    if (!isSaid) yield transcript;
    isSaid = true;
    yield* send(output.write(sound), false);
    if (signal.aborted) return;
  }
  if (signal.aborted) return;
  if (!isSaid) yield transcript;
  yield* send(output.flush(), true);
}

/** The sounds, until there are no more or nobody wants them. */
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
