// The offline parts for spoken tests, opened once per file. Tests of a missing part are skipped with its name.

import { prepareResampler, resampleAll } from '../../packages/server/src/audio/resample.ts';
import { openFlite } from '../../packages/server/src/speech/offline/flite.ts';
import { openPocketSphinx, type PocketSphinxOptions } from '../../packages/server/src/speech/offline/pocketsphinx.ts';
import { openSilero } from '../../packages/server/src/speech/offline/silero.ts';
import { type Availability, SPEECH_HZ, type Speaker } from '../../packages/server/src/speech/ports.ts';

/** Detector, recogniser and voice, or why not. Whoever opens them closes them. */
export async function openParts(options: PocketSphinxOptions = { repeatable: true }) {
  await prepareResampler();
  const [detector, transcriber, speaker] = await Promise.all([openSilero(), openPocketSphinx(options), openFlite()]);
  return { detector, transcriber, speaker };
}

/** Closes those that are there. */
export async function closeParts({ detector, transcriber, speaker }: Awaited<ReturnType<typeof openParts>>) {
  if (detector.ok) detector.component.close();
  if (transcriber.ok) await transcriber.component.close();
  if (speaker.ok) await speaker.component.close();
}

/** The parts themselves, or the sentences that say what is missing. */
export function allOf<T extends Record<string, Availability<unknown>>>(
  opened: T,
): { parts: { [K in keyof T]: Extract<T[K], { ok: true }>['component'] } | undefined; missing: string } {
  const missing = Object.values(opened).flatMap((each) => (each.ok ? [] : [each.missing]));
  if (missing.length > 0) return { parts: undefined, missing: missing.join('; ') };
  const parts = Object.fromEntries(Object.entries(opened).map(([name, each]) => [name, each.ok && each.component]));
  return { parts: parts as { [K in keyof T]: Extract<T[K], { ok: true }>['component'] }, missing: '' };
}

/** These words, spoken, at 16 kHz. */
export async function spoken(speaker: Speaker, text: string, voice = 'rms'): Promise<Int16Array> {
  const pieces: Int16Array[] = [];
  const { signal } = new AbortController();
  for await (const { samples, rateHz } of speaker.speak(text, { voice, speed: 1, signal })) {
    pieces.push(resampleAll(samples, rateHz, SPEECH_HZ));
  }
  return joined(...pieces);
}

export function joined(...pieces: Int16Array[]): Int16Array {
  const all = new Int16Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** So many milliseconds of nothing, at 16 kHz. */
export const silence = (ms: number): Int16Array => new Int16Array((ms * SPEECH_HZ) / 1000);

/** So many milliseconds of noise: white, or with more of the low tones, as of a fan. The same for the same seed. */
export function noise(ms: number, amplitude: number, kind: 'white' | 'pink' = 'white', seed = 1): Int16Array {
  let state = seed;
  const [slow, middle, fast] = [0, 1, 2];
  const bands = [0, 0, 0];
  return silence(ms).map(() => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    const white = (state / 0x7fff_ffff) * 2 - 1;
    if (kind === 'white') return white * amplitude;
    bands[slow] = 0.997_65 * bands[slow]! + white * 0.099;
    bands[middle] = 0.963 * bands[middle]! + white * 0.2965;
    bands[fast] = 0.57 * bands[fast]! + white * 1.0527;
    return (amplitude / 3) * (bands[slow]! + bands[middle]! + bands[fast]! + white * 0.1848);
  });
}

export const mixed = (a: Int16Array, b: Int16Array): Int16Array =>
  a.map((sample, index) => Math.max(-32_768, Math.min(32_767, sample + (b[index] ?? 0))));
