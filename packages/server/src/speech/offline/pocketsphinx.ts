// The recogniser: PocketSphinx from the system's packages, through ffi-rs, in threads of its own. English, lower case, without
// punctuation. https://github.com/cmusphinx/pocketsphinx
//
// Who is decoded where is `pocketsphinx-pool.ts`, the decoder itself `pocketsphinx-worker.js`.

import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { decodedTranscriber } from '../decoded-transcriber.ts';
import type { Availability, Transcriber } from '../ports.ts';
import type { FromWorker, WorkerSettings } from './pocketsphinx-messages.ts';
import { decoderPool, type StartThread } from './pocketsphinx-pool.ts';

export interface PocketSphinxOptions {
  /** Most threads, each with a decoder of some 110 MB. @default one less than there are cores, at least 1 */
  threads?: number;
  /** Decode each utterance twice, the second time whole: the same audio then always gives the same words. @default false */
  repeatable?: boolean;
  /** Folder with `en-us`, `cmudict-en-us.dict` and `en-us.lm.bin`. @default that of Debian's `pocketsphinx-en-us` */
  model?: string;
}

/** Installs what the recogniser needs, on Debian and Ubuntu. */
export const SPEECH_PACKAGES_COMMAND =
  'sudo apt-get install -y --no-install-recommends libpocketsphinx3 pocketsphinx-en-us';

const MODEL = '/usr/share/pocketsphinx/model/en-us';
const LIBRARIES = { base: 'libsphinxbase.so.3', sphinx: 'libpocketsphinx.so.3' };
/** The fastest that costs no accuracy. */
const BALANCED = ['-fwdflat', 'no', '-maxhmmpf', '3000', '-maxwpf', '10'];

const missing = (what: string) =>
  ({ ok: false, missing: `speech recognition needs ${what}: ${SPEECH_PACKAGES_COMMAND}` }) as const;

/** Starts a first thread, and with it learns whether everything is there; takes about a second. */
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
    // Absent, or without a binary for this machine.
    return { ok: false, missing: 'speech recognition needs a package: npm install ffi-rs@1.3.7' };
  }
  const args = ['pocketsphinx', '-hmm', acoustic, '-dict', dictionary, '-lm', language, ...BALANCED];
  const first = await tryOut(args);
  if (typeof first === 'string') return missing(first);
  const { threads = Math.max(1, availableParallelism() - 1), repeatable = false } = options;
  return {
    ok: true,
    part: decodedTranscriber('pocketsphinx', decoderPool({ threads, repeatable, start: startThread(args, first) })),
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

/** A thread that has loaded libraries and model, or what it lacks. */
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

/** The first call gets `first`, which is ready. */
function startThread(args: string[], first: Started): StartThread {
  let ready: Started | undefined = first;
  return (hear, end) => {
    const { worker, dropped } = ready ?? startWorker(args);
    if (ready) queueMicrotask(() => hear({ did: 'ready' }));
    ready = undefined;
    let isStopped = false;
    worker.on('message', (message: FromWorker) => {
      if (message.did === 'final') worker.unref();
      hear(message);
    });
    // An `error` is followed by `exit`; without a listener it would end the process.
    worker.on('error', () => {});
    worker.on('exit', () => {
      if (!isStopped) end();
    });
    // Only somebody's words are worth keeping the process alive for.
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
