// One session's ears: what comes in goes to the detector, each turn to the recogniser while it is spoken. Driven by the
// session's effects, answers with its speech inputs; whose ears and what words those are is settled in `ports.ts`.

import {
  bytesToMs,
  ColloquyError,
  type RealtimeAudioFormat,
  type RealtimeTurnDetection,
  type TranscriptionUsage,
} from '@colloquy/protocol';
import type { SessionOptions, SpeechEvent, SpeechSettings } from '@colloquy/session';
import { speechInput, wholeSamples } from '../audio/convert.ts';
import {
  type Detection,
  type Detector,
  SPEECH_HZ,
  type Transcriber,
  type Transcript,
  type TurnEdge,
  type Utterance,
} from './ports.ts';
import { recentSamples } from './recent-samples.ts';

/** What hears for a server's sessions; each may be missing. */
export interface SpeechParts {
  /** Without it clients commit and ask for responses themselves. */
  readonly detector?: Detector | undefined;
  /** Without it every transcription that is asked for fails. */
  readonly transcriber?: Transcriber | undefined;
}

/** What a session is told of its host's detector [VA29]. */
export const detectionOf = (speech: SpeechParts | undefined): Pick<SessionOptions, 'detects_turns'> =>
  speech?.detector ? {} : { detects_turns: false };

export interface ListenerOptions extends SpeechParts {
  /** The session's id. */
  readonly session: string;
  /** The session hears this, and takes it in before `hear` returns. */
  readonly hear: (event: SpeechEvent) => void;
  /** The engine asks for words even where the session does not. */
  readonly needsWords: boolean;
  /** Stored audio of an item's part. */
  readonly audio: (itemId: string, contentIndex: number) => Uint8Array | undefined;
  readonly audioFormat: (itemId: string, contentIndex: number) => RealtimeAudioFormat | undefined;
}

/** Calls follow the session's effects of the same names, in their order. */
export interface Listener {
  /** Settings from now on. A turn that is open keeps those it was opened with. */
  configure(settings: SpeechSettings): void;
  /** Listens for turns by these settings from now on; an open turn is dropped. */
  detect(turnDetection: RealtimeTurnDetection | null, format: RealtimeAudioFormat): void;
  /** The session took in more audio, which may begin and end inside a sample. A promise asks to have it resolved before anything else of the client is heard. */
  write(bytes: Uint8Array): void | Promise<void>;
  /** The rest of a sample that has begun will not come. */
  dropPartial(): void;
  /** The session has opened a turn for the `started` it is handling. */
  openTurn(itemId: string, startMs: number): void;
  /** Audio has become an item. */
  commit(itemId: string): void;
  /** Answers with the item's transcript, or with why there is none. A turn transcribed while it was spoken keeps its own settings. */
  transcribe(itemId: string, settings: SpeechSettings): void;
  /** The words of an item's audio; `undefined` when they cannot be told. Never rejects. */
  transcript(itemId: string, contentIndex?: number): Promise<string | undefined>;
  /** The item is gone: nobody asks for its words again. */
  forget(itemId: string): void;
  close(): void;
}

/** Audio before a turn that may still be part of it: padding, and what the detector needs to make up its mind. */
const PRE_ROLL_MS = 3000;
const SAMPLES_PER_MS = SPEECH_HZ / 1000;

/** The turn being spoken. */
interface Spoken {
  readonly itemId: string;
  readonly utterance: Utterance;
  readonly abort: AbortController;
  /** Position up to which the utterance has been given samples. */
  fed: number;
}

/** The resampler must have been prepared. */
export function listener(options: ListenerOptions): Listener {
  const { detector, transcriber } = options;
  /** Milliseconds of the session's audio clock, which counts all audio written. */
  let clockMs = 0;
  /** Where on the clock the present stream of samples began. */
  let originMs = 0;
  let format: RealtimeAudioFormat = { type: 'audio/pcm', rate: 24_000 };
  let input: ReturnType<typeof speechInput> | undefined;
  let recent = recentSamples();
  let detection: Detection | undefined;
  let spoken: Spoken | undefined;
  let settings: SpeechSettings = { transcription: null, logprobs: false, noise_reduction: null };
  /** A turn that the session opened in the step being handled. */
  let opened: { readonly itemId: string; readonly startMs: number } | undefined;
  const samples = wholeSamples();
  let isClosed = false;
  /** Where the turn ends that is being reported: a detector set up meanwhile starts there. */
  let turnEndMs: number | undefined;
  /** Position of the first sample that a detector set up in the middle of a write has not had. */
  let undetected: number | undefined;
  /** The words of items' parts, or the promise of them. */
  const words = new Map<string, { promise: Promise<Transcript>; abort: AbortController }>();

  const positionOf = (ms: number) => Math.round((ms - originMs) * SAMPLES_PER_MS);
  const wordsKey = (itemId: string, contentIndex: number) => `${itemId} ${contentIndex}`;

  function restart(): void {
    input?.close();
    input = undefined;
    recent = recentSamples();
    originMs = clockMs;
  }

  // ---- The turn being spoken ----

  function hearEdge({ type, audio_ms }: TurnEdge): void {
    if (isClosed) return;
    if (type === 'stopped') {
      feed(positionOf(audio_ms));
      turnEndMs = audio_ms;
    }
    options.hear({ type, audio_ms });
    turnEndMs = undefined;
    // The session did not make an item of it.
    if (type === 'stopped') dropTurn();
    // Now that the step is over, since what the transcriber says at once would come into the middle of it.
    if (opened) openTurn(opened.itemId, opened.startMs);
    opened = undefined;
  }

  /** Feeds the detector, and whichever follows it on the way. */
  function detectIn(pieces: readonly Int16Array[]): void | Promise<void> {
    for (const [index, piece] of pieces.entries()) {
      const pending = detection?.write(piece);
      if (pending) return pending.then(() => detectIn(undetectedSamples() ?? pieces.slice(index + 1)));
      const rest = undetectedSamples();
      if (rest) return detectIn(rest);
    }
  }

  function undetectedSamples(): Int16Array[] | undefined {
    if (undetected === undefined) return undefined;
    const rest = recent.read(undetected, recent.end);
    undetected = undefined;
    return rest;
  }

  function openTurn(itemId: string, startMs: number): void {
    if (!transcriber || spoken || !(settings.transcription || options.needsWords)) return;
    const abort = new AbortController();
    const utterance = transcriber.open({
      ...openingOf(settings, abort.signal),
      onDelta: (delta) => tellDelta(itemId, delta),
      onGuess: (guess) => {
        if (spoken?.itemId === itemId) detection?.hint(guess);
      },
    });
    spoken = { itemId, utterance, abort, fed: positionOf(startMs) };
  }

  function tellDelta(item_id: string, delta: string): void {
    if (!isClosed && settings.transcription) options.hear({ type: 'transcription.delta', item_id, delta });
  }

  function feed(to: number): void {
    if (!spoken) return;
    for (const piece of recent.read(spoken.fed, to)) spoken.utterance.write(piece);
    spoken.fed = Math.max(spoken.fed, Math.min(to, recent.end));
  }

  function dropTurn(): void {
    spoken?.abort.abort();
    spoken = undefined;
  }

  // ---- Words ----

  function openingOf({ transcription, logprobs }: SpeechSettings, signal: AbortSignal) {
    const { model, language, prompt } = transcription ?? {};
    return {
      speaker: options.session,
      signal,
      logprobs,
      ...(model && { model }),
      ...(language && { language }),
      ...(prompt && { prompt }),
    };
  }

  /** What recognisers that do not count are said to have used [TX6]. */
  function durationOf(itemId: string): TranscriptionUsage {
    const bytes = options.audio(itemId, 0)?.length ?? 0;
    const ms = bytesToMs(bytes, options.audioFormat(itemId, 0) ?? format);
    return { type: 'duration', seconds: Math.round(ms) / 1000 };
  }

  function keep(key: string, promise: Promise<Transcript>, abort: AbortController): Promise<Transcript> {
    promise.catch(() => {}); // whoever asks for the words learns of it
    words.set(key, { promise, abort });
    return promise;
  }

  /** The words of stored audio, made out once; `undefined` where there is nothing to go by. */
  function wordsOf(itemId: string, contentIndex: number, by = settings): Promise<Transcript> | undefined {
    const key = wordsKey(itemId, contentIndex);
    const known = words.get(key);
    if (known) return known.promise;
    const bytes = options.audio(itemId, contentIndex);
    const stored = options.audioFormat(itemId, contentIndex);
    if (!transcriber || !bytes || !stored) return undefined;
    const abort = new AbortController();
    const utterance = transcriber.open({
      ...openingOf(by, abort.signal),
      onDelta: (delta) => tellDelta(itemId, delta),
    });
    const stream = speechInput(stored);
    stream.reduceNoise(by.noise_reduction);
    const samples = [stream.write(bytes), stream.flush()];
    stream.close();
    // Later, since what it says at once would come into the middle of a step.
    const finished = Promise.resolve().then(() => {
      for (const each of samples) utterance.write(each);
      return utterance.finish();
    });
    return keep(key, finished, abort);
  }

  return {
    configure({ transcription, logprobs, noise_reduction }) {
      settings = { transcription, logprobs, noise_reduction };
    },
    detect(turnDetection, newFormat) {
      dropTurn();
      detection?.close();
      detection = undefined;
      if (newFormat.type !== format.type) restart();
      format = newFormat;
      if (!turnDetection || !detector || isClosed) return;
      if (!input) restart();
      // The samples still on their way through the resampler are the first it hears.
      const atMs = turnEndMs ?? originMs + recent.end / SAMPLES_PER_MS;
      if (turnEndMs !== undefined) undetected = positionOf(turnEndMs);
      const own: Detection = detector.listen({
        turnDetection,
        atMs,
        hear: (edge) => {
          if (detection === own) hearEdge(edge);
        },
      });
      detection = own;
    },
    write(appended) {
      const bytes = samples.push(appended, format);
      clockMs += bytesToMs(bytes.length, format);
      // Nobody listens: where the stream goes on, it begins anew.
      if (!detection) return restart();
      input ??= speechInput(format);
      input.reduceNoise(settings.noise_reduction);
      const heard = input.write(bytes);
      recent.append(heard);
      const settle = () => {
        feed(recent.end);
        recent.dropBefore(recent.end - PRE_ROLL_MS * SAMPLES_PER_MS);
      };
      const patience = detectIn([heard]);
      return patience ? patience.then(settle) : settle();
    },
    dropPartial: () => samples.clear(),
    openTurn(itemId, startMs) {
      opened = { itemId, startMs };
    },
    commit(itemId) {
      if (spoken?.itemId !== itemId) return;
      const { utterance, abort } = spoken;
      spoken = undefined;
      // Later, since what it says at once would come into the middle of a step.
      keep(
        wordsKey(itemId, 0),
        Promise.resolve().then(() => utterance.finish()),
        abort,
      );
    },
    transcribe(item_id, by) {
      const failed = (code: string, message: string) => {
        if (!isClosed)
          options.hear({ type: 'transcription.failed', item_id, error: { type: 'server_error', code, message } });
      };
      const promise = wordsOf(item_id, 0, by);
      if (!promise) {
        queueMicrotask(() => failed('transcription_unavailable', 'No recogniser is configured.'));
        return;
      }
      promise.then(
        (transcript) => {
          const usage = transcript.usage ?? durationOf(item_id);
          if (!isClosed) options.hear({ type: 'transcription.completed', item_id, ...transcript, usage });
        },
        (error: unknown) =>
          ColloquyError.is(error)
            ? failed((error as ColloquyError).code, (error as ColloquyError).message)
            : failed('transcription_failed', 'The recogniser failed.'),
      );
    },
    transcript: async (itemId, contentIndex = 0) =>
      wordsOf(itemId, contentIndex)?.then(
        ({ transcript }) => transcript,
        () => undefined,
      ),
    forget(itemId) {
      for (const [key, { abort }] of words) {
        if (!key.startsWith(`${itemId} `)) continue;
        abort.abort();
        words.delete(key);
      }
    },
    close() {
      if (isClosed) return;
      isClosed = true;
      dropTurn();
      detection?.close();
      for (const { abort } of words.values()) abort.abort();
      input?.close();
      transcriber?.forget(options.session);
    },
  };
}
