// Speech input of one session: feeds audio to the detector and each turn to the transcriber while it is spoken. Transcripts of
// items are `item-transcripts.ts`, the interfaces of detector and transcriber `ports.ts`.

import { bytesToMs, type RealtimeAudioFormat, type RealtimeTurnDetection } from '@colloquy/protocol';
import type { SessionOptions, SpeechEvent, SpeechSettings } from '@colloquy/session';
import { inputConverter, wholeSamples } from '../audio/convert.ts';
import { ItemTranscripts, utteranceOptions } from './item-transcripts.ts';
import { type Detection, type Detector, SPEECH_HZ, type Transcriber, type TurnEdge, type Utterance } from './ports.ts';
import { recentSamples } from './recent-samples.ts';

/** Detector and transcriber of a server's sessions; each may be missing. */
export interface SpeechComponents {
  /** Without it clients commit and create responses themselves. */
  readonly detector?: Detector | undefined;
  /** Without it every transcription fails. */
  readonly transcriber?: Transcriber | undefined;
}

/** The host's detector, as a session option [VA29]. */
export const detectionOf = (speech: SpeechComponents | undefined): Pick<SessionOptions, 'detects_turns'> =>
  speech?.detector ? {} : { detects_turns: false };

export interface SpeechInputOptions extends SpeechComponents {
  /** The session's id. */
  readonly session: string;
  /** Applies an event to the session; it has taken effect when `emit` returns. */
  readonly emit: (event: SpeechEvent) => void;
  /** The engine needs transcripts even if the session does not. */
  readonly needsTranscript: boolean;
  /** Stored audio of an item's part. */
  readonly audio: (itemId: string, contentIndex: number) => Uint8Array | undefined;
  readonly audioFormat: (itemId: string, contentIndex: number) => RealtimeAudioFormat | undefined;
}

/** Calls follow the session's effects of the same names, in their order. */
export interface SpeechInput {
  /** Settings from now on. A turn that is open keeps those it was opened with. */
  configure(settings: SpeechSettings): void;
  /** Detects turns by these settings from now on; an open turn is dropped. */
  detect(turnDetection: RealtimeTurnDetection | null, format: RealtimeAudioFormat): void;
  /**
   * More audio was appended; it may begin and end inside a sample. If a promise is returned, handle nothing else of the client
   * before it resolves.
   */
  write(bytes: Uint8Array): void | Promise<void>;
  /** Drops the incomplete sample at the end. */
  dropPartial(): void;
  /** The session has opened a turn for the `started` it is handling. */
  openTurn(itemId: string, startMs: number): void;
  /** Audio has become an item. */
  commit(itemId: string): void;
  /** Emits the item's transcript, or why there is none. A turn transcribed while it was spoken keeps its own settings. */
  transcribe(itemId: string, settings: SpeechSettings): void;
  /** The transcript of an item's audio; `undefined` when it failed. Never rejects. */
  transcript(itemId: string, contentIndex?: number): Promise<string | undefined>;
  /** The item was deleted. */
  forget(itemId: string): void;
  close(): void;
}

/** Audio before a turn that may still be part of it: padding, and what the detector needs to decide. */
const PRE_ROLL_MS = 3000;
const SAMPLES_PER_MS = SPEECH_HZ / 1000;

/** The turn being spoken. */
interface Turn {
  readonly itemId: string;
  readonly utterance: Utterance;
  readonly abort: AbortController;
  /** Position up to which the utterance has been given samples. */
  fed: number;
}

/** Prepare the resampler first, see `prepareAudio`. */
export function createSpeechInput(options: SpeechInputOptions): SpeechInput {
  return new SessionSpeech(options);
}

class SessionSpeech implements SpeechInput {
  readonly #options: SpeechInputOptions;
  readonly #transcripts: ItemTranscripts;
  /** Milliseconds of the session's audio clock, which counts all audio written. */
  #clockMs = 0;
  /** Where on the clock the present stream of samples began. */
  #originMs = 0;
  #format: RealtimeAudioFormat = { type: 'audio/pcm', rate: 24_000 };
  readonly #partial = wholeSamples();
  #converter: ReturnType<typeof inputConverter> | undefined;
  #recent = recentSamples();
  #detection: Detection | undefined;
  #turn: Turn | undefined;
  #settings: SpeechSettings = { transcription: null, logprobs: false, noise_reduction: null };
  /** A turn that the session opened in the step being handled. */
  #openedTurn: { readonly itemId: string; readonly startMs: number } | undefined;
  #isClosed = false;
  /** Where the turn ends that is being reported: a detector set up meanwhile starts there. */
  #turnEndMs: number | undefined;
  /** Position of the first sample that a detector set up in the middle of a write has not had. */
  #undetected: number | undefined;

  constructor(options: SpeechInputOptions) {
    this.#options = options;
    this.#transcripts = new ItemTranscripts({
      ...options,
      settings: () => this.#settings,
      format: () => this.#format,
      emit: (event) => this.#emit(event),
    });
  }

  configure({ transcription, logprobs, noise_reduction }: SpeechSettings): void {
    this.#settings = { transcription, logprobs, noise_reduction };
  }

  detect(turnDetection: RealtimeTurnDetection | null, format: RealtimeAudioFormat): void {
    const { detector } = this.#options;
    this.#dropTurn();
    this.#detection?.close();
    this.#detection = undefined;
    if (format.type !== this.#format.type) this.#restart();
    this.#format = format;
    if (!turnDetection || !detector || this.#isClosed) return;
    if (!this.#converter) this.#restart();
    // The samples still on their way through the resampler are the first it gets.
    const atMs = this.#turnEndMs ?? this.#originMs + this.#recent.end / SAMPLES_PER_MS;
    if (this.#turnEndMs !== undefined) this.#undetected = this.#positionOf(this.#turnEndMs);
    const detection: Detection = detector.listen({
      turnDetection,
      atMs,
      onEdge: (edge) => {
        if (this.#detection === detection) this.#onEdge(edge);
      },
    });
    this.#detection = detection;
  }

  write(appended: Uint8Array): void | Promise<void> {
    const bytes = this.#partial.push(appended, this.#format);
    this.#clockMs += bytesToMs(bytes.length, this.#format);
    // Without a detector the samples are not needed; the stream restarts when there is one.
    if (!this.#detection) return this.#restart();
    this.#converter ??= inputConverter(this.#format);
    this.#converter.reduceNoise(this.#settings.noise_reduction);
    const samples = this.#converter.write(bytes);
    this.#recent.append(samples);
    const finish = () => {
      this.#feedTurn(this.#recent.end);
      this.#recent.dropBefore(this.#recent.end - PRE_ROLL_MS * SAMPLES_PER_MS);
    };
    const pending = this.#detectIn([samples]);
    return pending ? pending.then(finish) : finish();
  }

  dropPartial(): void {
    this.#partial.clear();
  }

  openTurn(itemId: string, startMs: number): void {
    this.#openedTurn = { itemId, startMs };
  }

  commit(itemId: string): void {
    if (this.#turn?.itemId !== itemId) return;
    const { utterance, abort } = this.#turn;
    this.#turn = undefined;
    this.#transcripts.finish(itemId, utterance, abort);
  }

  transcribe(itemId: string, settings: SpeechSettings): void {
    this.#transcripts.report(itemId, settings);
  }

  transcript(itemId: string, contentIndex = 0): Promise<string | undefined> {
    return this.#transcripts.text(itemId, contentIndex);
  }

  forget(itemId: string): void {
    this.#transcripts.forget(itemId);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#dropTurn();
    this.#detection?.close();
    this.#transcripts.close();
    this.#converter?.close();
    this.#options.transcriber?.forget(this.#options.session);
  }

  #emit(event: SpeechEvent): void {
    if (!this.#isClosed) this.#options.emit(event);
  }

  #positionOf(ms: number): number {
    return Math.round((ms - this.#originMs) * SAMPLES_PER_MS);
  }

  #restart(): void {
    this.#converter?.close();
    this.#converter = undefined;
    this.#recent = recentSamples();
    this.#originMs = this.#clockMs;
  }

  /** Feeds the detector, and any detector that replaces it on the way. */
  #detectIn(pieces: readonly Int16Array[]): void | Promise<void> {
    for (const [index, piece] of pieces.entries()) {
      const pending = this.#detection?.write(piece);
      if (pending) return pending.then(() => this.#detectIn(this.#shiftUndetected() ?? pieces.slice(index + 1)));
      const rest = this.#shiftUndetected();
      if (rest) return this.#detectIn(rest);
    }
  }

  #shiftUndetected(): Int16Array[] | undefined {
    if (this.#undetected === undefined) return undefined;
    const rest = this.#recent.read(this.#undetected, this.#recent.end);
    this.#undetected = undefined;
    return rest;
  }

  #onEdge({ type, audio_ms }: TurnEdge): void {
    if (this.#isClosed) return;
    if (type === 'stopped') {
      this.#feedTurn(this.#positionOf(audio_ms));
      this.#turnEndMs = audio_ms;
    }
    this.#emit({ type, audio_ms });
    this.#turnEndMs = undefined;
    // The session did not make an item of it.
    if (type === 'stopped') this.#dropTurn();
    // After the step: a delta that the transcriber emits at once would come into the middle of it.
    if (this.#openedTurn) this.#beginTurn(this.#openedTurn.itemId, this.#openedTurn.startMs);
    this.#openedTurn = undefined;
  }

  #beginTurn(itemId: string, startMs: number): void {
    const { transcriber, needsTranscript, session } = this.#options;
    if (!transcriber || this.#turn || !(this.#settings.transcription || needsTranscript)) return;
    const abort = new AbortController();
    const utterance = transcriber.open({
      ...utteranceOptions(session, this.#settings, abort.signal),
      onDelta: (delta) => this.#transcripts.emitDelta(itemId, delta),
      onGuess: (guess) => {
        if (this.#turn?.itemId === itemId) this.#detection?.hint(guess);
      },
    });
    this.#turn = { itemId, utterance, abort, fed: this.#positionOf(startMs) };
  }

  #feedTurn(to: number): void {
    const turn = this.#turn;
    if (!turn) return;
    for (const piece of this.#recent.read(turn.fed, to)) turn.utterance.write(piece);
    turn.fed = Math.max(turn.fed, Math.min(to, this.#recent.end));
  }

  #dropTurn(): void {
    this.#turn?.abort.abort();
    this.#turn = undefined;
  }
}
