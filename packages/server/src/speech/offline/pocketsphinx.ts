// Transcription with PocketSphinx from the system's packages, called through ffi-rs on worker threads. English, lower
// case, without punctuation. https://github.com/cmusphinx/pocketsphinx
//
// Scheduling: `pocketsphinx-pool.ts`; the decoder: `pocketsphinx-worker.js`.

import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { decodedTranscriber } from '../decoded-transcriber.ts';
import type { Availability, Transcriber } from '../ports.ts';
import type { FromWorker, WorkerSettings } from './pocketsphinx-messages.ts';
import { decoderPool, type StartThread } from './pocketsphinx-pool.ts';

export interface PocketSphinxOptions {
  /**
   * Maximum number of threads, each with a decoder of about 110 MB. @default the number of cores minus 1, at least 1
   */
  threads?: number;
  /**
   * Decodes each utterance twice, the second time as a whole: the same audio then always gives the same text. @default
   * false
   */
  repeatable?: boolean;
  /** Folder with `en-us`, `cmudict-en-us.dict` and `en-us.lm.bin`. @default that of Debian's `pocketsphinx-en-us` */
  model?: string;
}

/** Command that installs the packages on Debian and Ubuntu. */
export const SPEECH_PACKAGES_COMMAND =
  'sudo apt-get install -y --no-install-recommends libpocketsphinx3 pocketsphinx-en-us';

const MODEL = '/usr/share/pocketsphinx/model/en-us';
const LIBRARIES = { base: 'libsphinxbase.so.3', sphinx: 'libpocketsphinx.so.3' };
/** The fastest settings without loss of accuracy. */
const BALANCED = ['-fwdflat', 'no', '-maxhmmpf', '3000', '-maxwpf', '10'];

const missing = (what: string) =>
  ({ ok: false, missing: `speech recognition needs ${what}: ${SPEECH_PACKAGES_COMMAND}` }) as const;

/** Starts the first thread, which shows whether everything is installed. Takes about one second. */
export async function openPocketSphinx(options: PocketSphinxOptions = {}): Promise<Availability<Transcriber>> {
  const folder = options.model ?? MODEL;
  const [acoustic, dictionary, language] = ['en-us', 'cmudict-en-us.dict', 'en-us.lm.bin'].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  const absent = [acoustic, dictionary, language].find((path) => !existsSync(path));
  if (absent) return missing(`its English model (${absent} is not there)`);
  try {
    await import('ffi-rs');
  } catch {
    // Not installed, or no binary for this machine.
    return { ok: false, missing: 'speech recognition needs a package: npm install ffi-rs@1.3.7' };
  }
  const args = ['pocketsphinx', '-hmm', acoustic, '-dict', dictionary, '-lm', language, ...BALANCED];
  const first = await tryOut(args);
  if (typeof first === 'string') return missing(first);
  const { threads = Math.max(1, availableParallelism() - 1), repeatable = false } = options;
  return {
    ok: true,
    component: decodedTranscriber(
      'pocketsphinx',
      decoderPool({ threads, repeatable, start: startThread(args, first) }),
    ),
  };
}

interface Started {
  readonly worker: Worker;
  readonly dropped: Int32Array;
}

function startWorker(args: string[]): Started {
  const dropped = new Int32Array(new SharedArrayBuffer(4));
  const workerData: WorkerSettings = { libraries: LIBRARIES, args, dropped };
  return { worker: new Worker(new URL('./pocketsphinx-worker.js', import.meta.url), { workerData }), dropped };
}

/** Starts a thread with libraries and model; returns what is missing if that fails. */
async function tryOut(args: string[]): Promise<Started | string> {
  const started = startWorker(args);
  const fault = await new Promise<string | undefined>((resolve) => {
    started.worker.once('message', () => resolve(undefined));
    started.worker.once('error', ({ message }) =>
      resolve(/\.so/.test(message) ? 'its library' : 'a model it can read'),
    );
  });
  return fault ?? started;
}

/** The first call returns `first`, which is already running. */
function startThread(args: string[], first: Started): StartThread {
  let ready: Started | undefined = first;
  return (onMessage, onExit) => {
    const { worker, dropped } = ready ?? startWorker(args);
    if (ready) queueMicrotask(() => onMessage({ did: 'ready' }));
    ready = undefined;
    let isStopped = false;
    worker.on('message', (message: FromWorker) => {
      if (message.did === 'final') worker.unref();
      onMessage(message);
    });
    // An `error` is followed by `exit`; without a listener it would end the process.
    worker.on('error', () => {});
    worker.on('exit', () => {
      if (!isStopped) onExit();
    });
    // Only an utterance in progress keeps the process alive.
    worker.unref();
    return {
      post(message) {
        if (message.do === 'whole' || message.do === 'finish') worker.ref();
        worker.postMessage(message);
      },
      drop(run) {
        Atomics.store(dropped, 0, run);
        worker.unref();
      },
      async stop() {
        isStopped = true;
        await worker.terminate();
      },
    };
  };
}
