// @ts-check
// Worker thread with one PocketSphinx decoder, called through ffi-rs. Plain JavaScript, because a thread starts from a
// source file as it is. Started by `pocketsphinx.ts`.

import { parentPort, workerData } from 'node:worker_threads';
import ffi from 'ffi-rs';

/**
 * @typedef {import('./pocketsphinx-messages.ts').ToWorker} ToWorker
 * @typedef {import('./pocketsphinx-messages.ts').FromWorker} FromWorker
 * @typedef {import('./pocketsphinx-messages.ts').WorkerSettings} WorkerSettings
 * @typedef {import('ffi-rs').JsExternal} Pointer
 */

const { libraries, args, dropped } = /** @type {WorkerSettings} */ (workerData);

/** @param {FromWorker} message */
const send = (message) => parentPort?.postMessage(message);

const {
  External: pointer,
  I32: int,
  I64: nullPointer,
  StringArray: strings,
  U64: size,
  U8Array: bytes,
  Void,
} = ffi.DataType;

/**
 * The library functions, by their C names. A pointer that is always null is declared as an integer: ffi-rs passes no null.
 * @param {string} library
 */
const declare =
  (library) =>
  /** @param {import('ffi-rs').DataType} retType @param {import('ffi-rs').DataType[]} paramsType */
  (retType, ...paramsType) => ({ library, retType, paramsType });

function load() {
  ffi.open({ library: 'base', path: libraries.base });
  ffi.open({ library: 'sphinx', path: libraries.sphinx });
  const [base, sphinx] = [declare('base'), declare('sphinx')];
  const functions = ffi.define({
    err_set_logfp: base(Void, nullPointer),
    strlen: base(int, pointer),
    cmd_ln_parse_r: base(pointer, nullPointer, pointer, int, strings, int),
    ps_args: sphinx(pointer),
    ps_init: sphinx(pointer, pointer),
    ps_reinit: sphinx(int, pointer, nullPointer),
    ps_start_utt: sphinx(int, pointer),
    ps_process_raw: sphinx(int, pointer, bytes, size, int, int),
    ps_get_hyp: sphinx(pointer, pointer, bytes),
    ps_end_utt: sphinx(int, pointer),
  });
  // First, because without it every call prints pages to stderr.
  functions.err_set_logfp([0]);
  return functions;
}

const ps = load();
const decoder = /** @type {Pointer} */ (ps.ps_init([ps.cmd_ln_parse_r([0, ps.ps_args([]), args.length, args, 1])]));
if (ffi.isNullPointer(decoder)) throw new Error('the recogniser does not start with its model');

/** The run whose utterance is open in the decoder, or 0. */
let open = 0;
let lastText = '';

/** Buffer for the score of a hypothesis, which is not used. */
const score = Buffer.alloc(4);

/** @returns {string} the text so far; `''` if there is none */
function currentText() {
  const text = /** @type {Pointer} */ (ps.ps_get_hyp([decoder, score]));
  return ffi.isNullPointer(text)
    ? ''
    : String(ffi.createExternalBuffer(text, /** @type {number} */ (ps.strlen([text]))));
}

/** @param {Int16Array} samples @param {0 | 1} isWhole */
function process({ buffer, byteOffset, byteLength, length }, isWhole) {
  ps.ps_process_raw([decoder, Buffer.from(buffer, byteOffset, byteLength), length, 0, isWhole]);
}

function end() {
  if (open !== 0) ps.ps_end_utt([decoder]);
  open = 0;
}

/** @type {{ [D in ToWorker['do']]: (message: Extract<ToWorker, { do: D }>) => void }} */
const perform = {
  /** Forgets the adaptation to a voice. */
  renew() {
    end();
    ps.ps_reinit([decoder, 0]);
  },
  feed({ run, samples }) {
    if (open !== run) {
      end();
      ps.ps_start_utt([decoder]);
      open = run;
      lastText = '';
    }
    process(samples, 0);
    const now = currentText();
    if (now === lastText) return;
    lastText = now;
    send({ did: 'partial', run, text: now });
  },
  /** The end of the samples that were fed. */
  finish({ run }) {
    if (open === run) ps.ps_end_utt([decoder]);
    const text = open === run ? currentText() : '';
    open = 0;
    send({ did: 'final', run, text });
  },
  /** The whole utterance at once: earlier audio has no influence. */
  whole({ run, samples }) {
    end();
    ps.ps_start_utt([decoder]);
    process(samples, 1);
    ps.ps_end_utt([decoder]);
    send({ did: 'final', run, text: currentText() });
  },
  drop({ run }) {
    if (open === run) end();
  },
};

parentPort?.on('message', (/** @type {ToWorker} */ message) => {
  // Skips runs that were cancelled while they waited here.
  if ('run' in message && message.do !== 'drop' && message.run <= Atomics.load(dropped, 0)) return;
  /** @type {(message: ToWorker) => void} */ (perform[message.do])(message);
});

send({ did: 'ready' });
