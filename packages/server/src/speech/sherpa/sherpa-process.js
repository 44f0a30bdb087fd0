// @ts-check
// Process with one model of sherpa-onnx. A process instead of a thread, because an unreadable model ends whatever loads
// it. Plain JavaScript, because a process starts from a source file as it is. Started by `sherpa-link.ts`.

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

const INPUT_HZ = 16_000;
/** Silence after the last word, in samples: recognisers need it to output that word. */
const TAIL_SAMPLES = 0.5 * INPUT_HZ;

/** @param {FromModel} message */
const send = (message) => process.send?.(message);

/** @type {Recognizer | undefined} */
let recognizer;
/** @type {Voice | undefined} */
let voice;
/** @type {Map<number, { stream: Stream, lastText: string }>} */
const utterances = new Map();
/** @type {Clause[]} */
const clauses = [];

/** @param {number} run */
function utterance(run) {
  const known = utterances.get(run) ?? { stream: /** @type {Recognizer} */ (recognizer).createStream(), lastText: '' };
  utterances.set(run, known);
  return known;
}

/** @param {Stream} stream */
function currentText(stream) {
  while (recognizer?.isReady(stream)) recognizer.decode(stream);
  return recognizer?.getResult(stream).text.trim() ?? '';
}

/** One clause per turn of the event loop, so that a cancelled one is dropped before it starts. */
function speakNext() {
  const clause = clauses.shift();
  if (!clause || !voice) return;
  const { run } = clause;
  const samples = Int16Array.from(sound(voice, clause), (sample) =>
    Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_767))),
  );
  send({ did: 'sound', run, samples, rateHz: voice.sampleRate });
  if (clauses.length > 0) setImmediate(speakNext);
}

/**
 * Empty if the voice knows none of the words. The library throws then only in this form, with `generationConfig`; the
 * other form reads invalid memory and ends the process.
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
    if (!sherpa) return send({ did: 'miss' });
    if (role === 'transcribe') recognizer = new sherpa.OnlineRecognizer(config);
    else voice = new sherpa.OfflineTts(config);
    send({ did: 'load', voices: voice?.numSpeakers ?? 0 });
  },
  feed({ run, samples }) {
    const open = utterance(run);
    open.stream.acceptWaveform({
      samples: Float32Array.from(samples, (sample) => sample / 32_768),
      sampleRate: INPUT_HZ,
    });
    const now = currentText(open.stream);
    if (now === open.lastText) return;
    open.lastText = now;
    send({ did: 'partial', run, text: now });
  },
  finish({ run }) {
    const { stream } = utterance(run);
    stream.acceptWaveform({ samples: new Float32Array(TAIL_SAMPLES), sampleRate: INPUT_HZ });
    stream.inputFinished();
    send({ did: 'final', run, text: currentText(stream) });
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
// The parent decides when to end: a terminal sends its signals to all processes.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {});
