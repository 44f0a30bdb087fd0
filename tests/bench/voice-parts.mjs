// The offline parts on their own, for `voice.bench.mjs`: what a stage costs without a server around it.

const dist = (path) => import(new URL(`../../packages/server/dist/${path}`, import.meta.url));
const { openFlite, openPocketSphinx, openSilero, prepareResampler, resampleAll } = await dist('index.js');
const { openDenoiser, prepareDenoiser } = await dist('audio/denoise.js');

export const SPEECH_HZ = 16_000;
await Promise.all([prepareResampler(), prepareDenoiser()]);
// One recogniser as it is served, one that makes the same of the same sound every time.
const opened = await Promise.all([
  openSilero(),
  openPocketSphinx(),
  openPocketSphinx({ repeatable: true }),
  openFlite(),
]);
/** What cannot be had, in sentences. */
export const missing = [...new Set(opened.flatMap((each) => (each.ok ? [] : [each.missing])))];
const [detector, transcriber, repeatable, speaker] = opened.map(({ component }) => component);
const signal = new AbortController().signal;

export const Flite = {
  async speak(text, voice = 'rms', toHz = SPEECH_HZ) {
    const pieces = [];
    for await (const { samples, rateHz } of speaker.speak(text, { voice, speed: 1, signal })) {
      pieces.push(...resampleAll(samples, rateHz, toHz));
    }
    return Int16Array.from(pieces);
  },
  /** Milliseconds until the first sound. */
  async firstMs(text) {
    const begun = performance.now();
    for await (const _ of speaker.speak(text, { voice: 'rms', speed: 1, signal })) return performance.now() - begun;
  },
};

/** Words of 16 kHz samples. */
export async function recognised(samples) {
  const utterance = repeatable.open({ speaker: 'the bench', signal });
  utterance.write(samples);
  return (await utterance.finish()).transcript;
}

/** The same by the recogniser that is served. */
async function heard(samples) {
  const utterance = transcriber.open({ speaker: 'the bench', signal });
  for (let at = 0; at < samples.length; at += 1600) utterance.write(samples.subarray(at, at + 1600));
  return (await utterance.finish()).transcript;
}

/** Milliseconds from the last sample of an utterance that is heard while it is spoken to its words. */
export async function recognisedMs(samples) {
  const utterance = transcriber.open({ speaker: 'the bench', signal });
  const begun = performance.now();
  for (let at = 0; at < samples.length; at += 1600) {
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, begun + at / 16 - performance.now())));
    utterance.write(samples.subarray(at, at + 1600));
  }
  const ended = performance.now();
  await utterance.finish();
  return performance.now() - ended;
}

/** Milliseconds of sound from the last sample to where the detector has seen enough silence. */
export async function closedMs(samples, silenceMs) {
  let closed = false;
  const turnDetection = { type: 'server_vad', silence_duration_ms: silenceMs };
  const detection = detector.listen({ turnDetection, atMs: 0, onEdge: ({ type }) => (closed = type === 'stopped') });
  const sound = new Int16Array(samples.length + SPEECH_HZ * 3);
  sound.set(samples);
  let at = 0;
  for (; !closed && at < sound.length; at += 320) await detection.write(sound.subarray(at, at + 320));
  detection.close();
  return (at - samples.length) / 16;
}

/** CPU milliseconds of the process, threads included, for a second of 16 kHz sound. */
async function costOf(samples, work) {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / (samples.length / SPEECH_HZ);
}

export const costs = (samples, text) => ({
  'detect: Silero': () =>
    costOf(samples, async () => {
      const turnDetection = { type: 'server_vad' };
      const detection = detector.listen({ turnDetection, atMs: 0, onEdge() {} });
      for (let at = 0; at < samples.length; at += 320) await detection.write(samples.subarray(at, at + 320));
      detection.close();
    }),
  'reduce noise: RNNoise': () => costOf(samples, () => reduced(samples, { type: 'far_field' })),
  'transcribe: PocketSphinx': () => costOf(samples, () => heard(samples)),
  'speak: Flite': () => costOf(samples, () => Flite.speak(text)),
});

export function reduced(samples, noiseReduction) {
  if (!noiseReduction) return samples;
  const denoiser = openDenoiser(noiseReduction);
  const made = [...denoiser.process(samples), ...denoiser.flush()];
  denoiser.close();
  return Int16Array.from(made);
}

/** Decibels of a tone over everything else, once it has been to another rate. */
export function signalToNoise(fromHz, toHz, hertz = 997) {
  const tone = (length, rate) =>
    Int16Array.from({ length }, (_, at) => Math.round(26_000 * Math.sin((2 * Math.PI * hertz * at) / rate)));
  const made = resampleAll(tone(fromHz, fromHz), fromHz, toHz).subarray(toHz / 10, (toHz * 9) / 10);
  // What fits best of a sine and a cosine of that pitch is the tone; the rest is not.
  let [ss, cc, sc, sy, cy] = [0, 0, 0, 0, 0];
  const angle = (at) => (2 * Math.PI * hertz * at) / toHz;
  for (const [at, y] of made.entries()) {
    const [s, c] = [Math.sin(angle(at)), Math.cos(angle(at))];
    ss += s * s;
    cc += c * c;
    sc += s * c;
    sy += s * y;
    cy += c * y;
  }
  const det = ss * cc - sc * sc;
  const [a, b] = [(sy * cc - cy * sc) / det, (cy * ss - sy * sc) / det];
  let [kept, rest] = [0, 0];
  for (const [at, y] of made.entries()) {
    const fitted = a * Math.sin(angle(at)) + b * Math.cos(angle(at));
    kept += fitted ** 2;
    rest += (y - fitted) ** 2;
  }
  return 10 * Math.log10(kept / rest);
}

export async function closeParts() {
  detector?.close();
  await Promise.all([transcriber?.close(), repeatable?.close(), speaker?.close()]);
}
