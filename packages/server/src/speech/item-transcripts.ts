// Transcripts of items: made once for each part, from a turn that was transcribed while it was spoken or from stored audio.

import { bytesToMs, ColloquyError, type RealtimeAudioFormat, type TranscriptionUsage } from '@colloquy/protocol';
import type { SpeechEvent, SpeechSettings } from '@colloquy/session';
import { inputConverter } from '../audio/convert.ts';
import type { Transcriber, Transcript, Utterance } from './ports.ts';

export interface ItemTranscriptsOptions {
  readonly transcriber?: Transcriber | undefined;
  /** The session's id. */
  readonly session: string;
  /** Present settings of the session. */
  readonly settings: () => SpeechSettings;
  /** Present input format of the session. */
  readonly format: () => RealtimeAudioFormat;
  readonly emit: (event: SpeechEvent) => void;
  /** Stored audio of an item's part. */
  readonly audio: (itemId: string, contentIndex: number) => Uint8Array | undefined;
  readonly audioFormat: (itemId: string, contentIndex: number) => RealtimeAudioFormat | undefined;
}

interface Pending {
  readonly promise: Promise<Transcript>;
  readonly abort: AbortController;
}

const partKey = (itemId: string, contentIndex: number) => `${itemId} ${contentIndex}`;

export class ItemTranscripts {
  readonly #options: ItemTranscriptsOptions;
  /** Transcripts of items' parts, or the promises of them. */
  readonly #parts = new Map<string, Pending>();

  constructor(options: ItemTranscriptsOptions) {
    this.#options = options;
  }

  /** A piece of a transcript, if the session has transcription on. */
  emitDelta(item_id: string, delta: string): void {
    if (this.#options.settings().transcription) this.#options.emit({ type: 'transcription.delta', item_id, delta });
  }

  /** A turn became an item: its utterance is finished, in a later step. */
  finish(itemId: string, utterance: Utterance, abort: AbortController): void {
    this.#store(
      partKey(itemId, 0),
      Promise.resolve().then(() => utterance.finish()),
      abort,
    );
  }

  /** Emits the transcript of an item, or why there is none. */
  report(item_id: string, settings: SpeechSettings): void {
    const { emit } = this.#options;
    const fail = (code: string, message: string) =>
      emit({ type: 'transcription.failed', item_id, error: { type: 'server_error', code, message } });
    const promise = this.#transcript(item_id, 0, settings);
    if (!promise) return queueMicrotask(() => fail('transcription_unavailable', 'No recogniser is configured.'));
    promise.then(
      (transcript) => {
        const usage = transcript.usage ?? this.#durationOf(item_id);
        emit({ type: 'transcription.completed', item_id, ...transcript, usage });
      },
      (error: unknown) =>
        ColloquyError.is(error)
          ? fail((error as ColloquyError).code, (error as ColloquyError).message)
          : fail('transcription_failed', 'The recogniser failed.'),
    );
  }

  /** The transcript of a part; `undefined` if there is no audio or it failed. Never rejects. */
  async text(itemId: string, contentIndex: number): Promise<string | undefined> {
    return this.#transcript(itemId, contentIndex, this.#options.settings())?.then(
      ({ transcript }) => transcript,
      () => undefined,
    );
  }

  forget(itemId: string): void {
    for (const [key, { abort }] of this.#parts) {
      if (!key.startsWith(`${itemId} `)) continue;
      abort.abort();
      this.#parts.delete(key);
    }
  }

  close(): void {
    for (const { abort } of this.#parts.values()) abort.abort();
  }

  #transcript(itemId: string, contentIndex: number, settings: SpeechSettings): Promise<Transcript> | undefined {
    const key = partKey(itemId, contentIndex);
    const known = this.#parts.get(key);
    if (known) return known.promise;
    const { transcriber, session, audio, audioFormat } = this.#options;
    const bytes = audio(itemId, contentIndex);
    const format = audioFormat(itemId, contentIndex);
    if (!transcriber || !bytes || !format) return undefined;
    const abort = new AbortController();
    const utterance = transcriber.open({
      ...utteranceOptions(session, settings, abort.signal),
      onDelta: (delta) => this.emitDelta(itemId, delta),
    });
    const converter = inputConverter(format);
    converter.reduceNoise(settings.noise_reduction);
    const samples = [converter.write(bytes), converter.flush()];
    converter.close();
    // In a later step: a delta that the transcriber emits at once would come into the middle of this one.
    const finished = Promise.resolve().then(() => {
      for (const each of samples) utterance.write(each);
      return utterance.finish();
    });
    return this.#store(key, finished, abort);
  }

  #store(key: string, promise: Promise<Transcript>, abort: AbortController): Promise<Transcript> {
    promise.catch(() => {}); // // handled where the transcript is used
    this.#parts.set(key, { promise, abort });
    return promise;
  }

  /** The usage of transcribers that do not count: seconds of audio [TX6]. */
  #durationOf(itemId: string): TranscriptionUsage {
    const { audio, audioFormat, format } = this.#options;
    const ms = bytesToMs(audio(itemId, 0)?.length ?? 0, audioFormat(itemId, 0) ?? format());
    return { type: 'duration', seconds: Math.round(ms) / 1000 };
  }
}

/** How an utterance of a session is opened. */
export function utteranceOptions(speaker: string, { transcription, logprobs }: SpeechSettings, signal: AbortSignal) {
  const { model, language, prompt } = transcription ?? {};
  return {
    speaker,
    signal,
    logprobs,
    ...(model && { model }),
    ...(language && { language }),
    ...(prompt && { prompt }),
  };
}
