// Speech for test servers: feeds a WAV file to a live session like audio of its client. The server: `test-server.ts`.

import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { BYTES_PER_MS, ColloquyError } from '@colloquy/protocol';
import { bytesOf, rateOf } from '../audio/convert.ts';
import { prepareResampler, resampleAll } from '../audio/resample.ts';
import { readWav } from '../audio/wav.ts';
import type { HostedSession } from '../sessions/host-session.ts';
import type { Line } from '../sessions/line-sink.ts';
import type { Transcriber } from '../speech/ports.ts';

/** Options of `say`. */
export interface SayOptions {
  /** Transcript of the first turn, if the server has no transcriber. @default none: the transcription fails */
  transcript?: string;
  /** Id of the session. @default the latest open session */
  session?: string;
}

/** Speech input of a test server. */
export interface TestSpeech {
  /** Returns the transcript passed to `say`; fails if there is none. */
  readonly transcriber: Transcriber;
  onSession(session: HostedSession): void;
  onLine(sessionId: string, line: Line): void;
  say(wav: string | Uint8Array, options?: SayOptions): Promise<string[]>;
}

const CHUNK_MS = 100;
const BEFORE_MS = 300;
/** Milliseconds of silence after the speech: a detector may need it to detect the last word. */
const AFTER_MS = 500;
/** Longest silence that ends a turn: `semantic_vad` waits at most 8 s, `server_vad` adds its `silence_duration_ms`. */
const MAX_SILENCE_MS = 9000;

export function testSpeech(): TestSpeech {
  const sessions: HostedSession[] = [];
  const transcripts = new Map<string, string>();
  /** Session id → ids of the items committed from the audio. */
  const committedItems = new Map<string, string[]>();
  const lineListeners = new Set<() => void>();

  function find(id: string | undefined): HostedSession {
    const open = sessions.filter(({ state }) => state.phase !== 'closed');
    const session = id === undefined ? open.at(-1) : open.find((session) => session.id === id);
    if (session) return session;
    throw new ColloquyError('not_found', 'say: there is no such open session; connect a client first');
  }

  /** Resolves when no response of the default conversation is active or the session is over. */
  function waitForAnswer(session: HostedSession): Promise<void> {
    const isDone = () => session.state.phase === 'closed' || session.state.responses.every((each) => each.out_of_band);
    if (isDone()) return Promise.resolve();
    return new Promise((resolve) => {
      const check = () => {
        if (!isDone()) return;
        lineListeners.delete(check);
        resolve();
      };
      lineListeners.add(check);
    });
  }

  async function say(wav: string | Uint8Array, options: SayOptions = {}): Promise<string[]> {
    const { samples, rateHz } = await read(wav);
    await prepareResampler();
    const session = find(options.session);
    const { format, turn_detection } = session.state.config.audio.input;
    const perMs = BYTES_PER_MS[format.type];
    const silence = (ms: number) => bytesOf(new Int16Array((ms * rateOf(format)) / 1000), format);
    const speech = bytesOf(resampleAll(samples, rateHz, rateOf(format)), format);
    const items: string[] = [];
    committedItems.set(session.id, items);
    if (options.transcript !== undefined) transcripts.set(session.id, options.transcript);
    await session.appendAudio(silence(BEFORE_MS));
    for (let at = 0; at < speech.length; at += CHUNK_MS * perMs) {
      // Wait for the answer to a finished turn. Otherwise timing decides how much of it the next turn interrupts.
      if (items.length > 0) await waitForAnswer(session);
      await session.appendAudio(speech.subarray(at, at + CHUNK_MS * perMs));
    }
    if (!turn_detection) return items;
    const maxSilenceMs =
      MAX_SILENCE_MS + (turn_detection.type === 'server_vad' ? (turn_detection.silence_duration_ms ?? 0) : 0);
    for (let ms = 0; ms < AFTER_MS || (awaitsTurn(session, items) && ms < maxSilenceMs); ms += CHUNK_MS) {
      await session.appendAudio(silence(CHUNK_MS));
    }
    if (items.length > 0) return items;
    throw new ColloquyError('invalid_value', 'say: no speech was detected in this audio');
  }

  return {
    transcriber: fixedTranscriber(transcripts),
    onSession: (session) => void sessions.push(session),
    onLine(sessionId, line) {
      if (line.from === 'server' && line.event.type === 'input_audio_buffer.committed')
        committedItems.get(sessionId)?.push(line.event.item_id);
      for (const listener of [...lineListeners]) queueMicrotask(listener);
    },
    say,
  };
}

const awaitsTurn = ({ state }: HostedSession, items: readonly string[]) =>
  state.phase !== 'closed' && (state.turn !== null || items.length === 0);

async function read(wav: string | Uint8Array) {
  const name = typeof wav === 'string' ? basename(wav) : 'the audio';
  const bytes = typeof wav === 'string' ? await readFile(wav).catch(unreadable(name)) : wav;
  const decoded = readWav(bytes);
  if (decoded && decoded.samples.length > 0) return decoded;
  throw new ColloquyError('invalid_value', `say: ${name} is no WAV file of 16-bit samples`);
}

const unreadable =
  (name: string) =>
  (cause: NodeJS.ErrnoException): never => {
    throw new ColloquyError('invalid_value', `say: cannot read ${name}: ${cause.code ?? 'unknown reason'}`, { cause });
  };

/** A transcriber that returns fixed transcripts. */
function fixedTranscriber(transcripts: Map<string, string>): Transcriber {
  return {
    name: 'given',
    capabilities: { streaming: false, logprobs: false, hints: false },
    open({ speaker, signal, onDelta }) {
      const transcript = transcripts.get(speaker);
      transcripts.delete(speaker);
      return {
        write() {},
        async finish() {
          if (signal.aborted) return { transcript: '' };
          if (transcript === undefined) throw new Error('no transcript was given');
          if (transcript !== '') onDelta?.(transcript);
          return { transcript };
        },
      };
    },
    forget: (speaker) => void transcripts.delete(speaker),
    async close() {},
  };
}
