// @ts-check
// The thread that recognises: one PocketSphinx decoder, called through koffi. Plain JavaScript, since a thread is started
// from a file as it stands, in the sources as well as in what is built of them. Its owner is `pocketsphinx.ts`.

import { parentPort, workerData } from 'node:worker_threads';
import koffi from 'koffi';

/**
 * @typedef {import('./pocketsphinx-messages.ts').ToWorker} ToWorker
 * @typedef {import('./pocketsphinx-messages.ts').FromWorker} FromWorker
 * @typedef {import('./pocketsphinx-messages.ts').WorkerSettings} WorkerSettings
 */

const { libraries, args, dropped } = /** @type {WorkerSettings} */ (workerData);

/** @param {FromWorker} message */
const tell = (message) => parentPort?.postMessage(message);

function load() {
  const base = koffi.load(libraries.base);
  const sphinx = koffi.load(libraries.sphinx);
  // Before anything else: without it every call writes pages to stderr.
  base.func('void err_set_logfp(void *)')(null);
  return {
    parse: base.func('void *cmd_ln_parse_r(void *, void *, int, const char **, int)'),
    args: sphinx.func('void *ps_args()'),
    init: sphinx.func('void *ps_init(void *)'),
    reinit: sphinx.func('int ps_reinit(void *, void *)'),
    start: sphinx.func('int ps_start_utt(void *)'),
    process: sphinx.func('int ps_process_raw(void *, const int16_t *, size_t, int, int)'),
    words: sphinx.func('const char *ps_get_hyp(void *, _Out_ int32_t *)'),
    end: sphinx.func('int ps_end_utt(void *)'),
  };
}

const ps = load();
const decoder = ps.init(ps.parse(null, ps.args(), args.length, args, 1));
if (!decoder) throw new Error('the recogniser does not start with its model');

/** The run whose utterance is open in the decoder, or 0. */
let open = 0;
let heard = '';

/** @returns {string} */
const words = () => ps.words(decoder, [0]) ?? '';

function end() {
  if (open !== 0) ps.end(decoder);
  open = 0;
}

/** @type {{ [D in ToWorker['do']]: (message: Extract<ToWorker, { do: D }>) => void }} */
const perform = {
  /** Forgets the voice heard before. */
  renew() {
    end();
    ps.reinit(decoder, null);
  },
  feed({ run, samples }) {
    if (open !== run) {
      end();
      ps.start(decoder);
      open = run;
      heard = '';
    }
    ps.process(decoder, samples, samples.length, 0, 0);
    const now = words();
    if (now === heard) return;
    heard = now;
    tell({ did: 'words', run, words: now });
  },
  /** The end of what was fed. */
  finish({ run }) {
    if (open === run) ps.end(decoder);
    const text = open === run ? words() : '';
    open = 0;
    tell({ did: 'final', run, words: text });
  },
  /** The whole utterance at once: what was heard before then makes no difference. */
  whole({ run, samples }) {
    end();
    ps.start(decoder);
    ps.process(decoder, samples, samples.length, 0, 1);
    ps.end(decoder);
    tell({ did: 'final', run, words: words() });
  },
  drop({ run }) {
    if (open === run) end();
  },
};

parentPort?.on('message', (/** @type {ToWorker} */ message) => {
  // What was given up while it waited here is not worth the work.
  if ('run' in message && message.do !== 'drop' && message.run <= Atomics.load(dropped, 0)) return;
  /** @type {(message: ToWorker) => void} */ (perform[message.do])(message);
});

tell({ did: 'ready' });
