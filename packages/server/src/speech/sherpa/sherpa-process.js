// @ts-check
// The process that holds one model of sherpa-onnx. A process and not a thread, since a model it cannot read ends whatever it is
// loaded in, without a word. Plain JavaScript, since a process is started from a file as it stands. Its owner is `sherpa-link.ts`.

/**
 * @typedef {import('./sherpa-messages.ts').ToModel} ToModel
 * @typedef {import('./sherpa-messages.ts').FromModel} FromModel
 * @typedef {Extract<ToModel, { do: 'speak' }>} Clause
 * @typedef {{ acceptWaveform(sound: object): void, inputFinished(): void }} Stream
 * @typedef {{
 *   createStream(): Stream, isReady(stream: Stream): boolean, decode(stream: Stream): void, getResult(stream: Stream): { text: string }
 * }} Recognizer
 * @typedef {{ numSpeakers: number, sampleRate: number, generate(request: object): { samples: Float32Array, sampleRate: number } }} Voice
 */

const HEARD_HZ = 16_000;
/** Silence after the last word, in samples: recognisers want to have seen some before they say it. */
const TAIL = 0.5 * HEARD_HZ;

/** @param {FromModel} message */
const tell = (message) => process.send?.(message);

/** @type {Recognizer | undefined} */
let recognizer;
/** @type {Voice | undefined} */
let voice;
/** @type {Map<number, { stream: Stream, heard: string }>} */
const utterances = new Map();
/** @type {Clause[]} */
const clauses = [];

/** @param {number} run */
function utterance(run) {
  const known = utterances.get(run) ?? { stream: /** @type {Recognizer} */ (recognizer).createStream(), heard: '' };
  utterances.set(run, known);
  return known;
}

/** @param {Stream} stream */
function words(stream) {
  while (recognizer?.isReady(stream)) recognizer.decode(stream);
  return recognizer?.getResult(stream).text.trim() ?? '';
}

/** One clause in a turn of the event loop, so that one which nobody wants any more is dropped before it is begun. */
function speakNext() {
  const clause = clauses.shift();
  if (!clause || !voice) return;
  const { run } = clause;
  const samples = Int16Array.from(sound(voice, clause), (sample) =>
    Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_767))),
  );
  tell({ did: 'sound', run, samples, rateHz: voice.sampleRate });
  if (clauses.length > 0) setImmediate(speakNext);
}

/**
 * Nothing, where the voice knows none of the words. Only in this form, with `generationConfig`, does the library throw then; the
 * other one reads where nothing is, and ends the process.
 *
 * @param {Voice} voice
 * @param {Clause} clause
 */
function sound(voice, { text, voice: sid, speed }) {
  try {
    return voice.generate({ text, generationConfig: { sid, speed }, enableExternalBuffer: false }).samples;
  } catch {
    return new Float32Array();
  }
}

/** @type {{ [D in ToModel['do']]: (message: Extract<ToModel, { do: D }>) => unknown }} */
const perform = {
  async load({ model: { role, config } }) {
    // @ts-expect-error the package has no types
    const sherpa = (await import('sherpa-onnx-node').catch(() => undefined))?.default;
    if (!sherpa) return tell({ did: 'miss' });
    if (role === 'hear') recognizer = new sherpa.OnlineRecognizer(config);
    else voice = new sherpa.OfflineTts(config);
    tell({ did: 'load', voices: voice?.numSpeakers ?? 0 });
  },
  feed({ run, samples }) {
    const open = utterance(run);
    open.stream.acceptWaveform({
      samples: Float32Array.from(samples, (sample) => sample / 32_768),
      sampleRate: HEARD_HZ,
    });
    const now = words(open.stream);
    if (now === open.heard) return;
    open.heard = now;
    tell({ did: 'words', run, words: now });
  },
  finish({ run }) {
    const { stream } = utterance(run);
    stream.acceptWaveform({ samples: new Float32Array(TAIL), sampleRate: HEARD_HZ });
    stream.inputFinished();
    tell({ did: 'final', run, words: words(stream) });
    utterances.delete(run);
  },
  speak(clause) {
    if (clauses.push(clause) === 1) setImmediate(speakNext);
  },
  drop({ run }) {
    utterances.delete(run);
    const at = clauses.findIndex((clause) => clause.run === run);
    if (at >= 0) clauses.splice(at, 1);
  },
};

process.on('message', (/** @type {ToModel} */ message) => {
  /** @type {(message: ToModel) => void} */ (perform[message.do])(message);
});
process.on('disconnect', () => process.exit());
// Whoever started us says when it is over: signals of a terminal go to everybody.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {});
