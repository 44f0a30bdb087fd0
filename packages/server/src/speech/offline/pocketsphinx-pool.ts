// Assigns utterances to decoder threads. A decoder handles one utterance at a time; if none is free, the samples are
// stored and decoded at the end of the utterance.

import { joinSamples } from '../../audio/join-samples.ts';
import type { FromWorker, ToWorker } from './pocketsphinx-messages.ts';

/** A thread with a decoder. */
export interface DecoderThread {
  post(message: ToWorker): void;
  /** Cancels runs up to this one; those that have not started are skipped. */
  drop(run: number): void;
  stop(): Promise<void>;
}

/** Starts a thread. `onMessage` receives its messages; `onExit` is called once if the thread exits without `stop`. */
export type StartThread = (onMessage: (message: FromWorker) => void, onExit: () => void) => DecoderThread;

/** One utterance to decode. */
export interface Job {
  readonly speaker: string;
  /**
   * Receives each guess of the text so far. A provisional one belongs to an utterance that will be decoded again as a
   * whole.
   */
  readonly onGuess: (text: string, isProvisional: boolean) => void;
  /** Receives the final text, or `undefined` if the decoder failed. */
  readonly onResult: (text: string | undefined) => void;
}

export interface PoolOptions {
  /** Maximum number of threads. */
  readonly threads: number;
  readonly start: StartThread;
  /**
   * Decodes every utterance a second time as a whole: the same samples then give the same text, regardless of earlier
   * audio.
   */
  readonly repeatable: boolean;
}

/**
 * Longest utterance, in samples, that is decoded as a whole: that takes a fifth of its duration, in which the thread
 * does no other work.
 */
const MAX_WHOLE_SAMPLES = 20 * 16_000;
/** Samples posted to a thread at once: a minimum, except at the end, and a maximum, so that it can be stopped. */
const FEED_SAMPLES = { min: 1600, max: 16_000 };

interface Slot {
  readonly thread: DecoderThread;
  isReady: boolean;
  /** The speaker whose voice the decoder has adapted to. */
  voice: string | undefined;
  job: Running | undefined;
  runs: number;
}

interface Running {
  readonly job: Job;
  /** All samples so far. */
  pieces: Int16Array[];
  length: number;
  /** Number of pieces posted to the slot, and of samples not posted yet. */
  fed: number;
  unfed: number;
  slot: Slot | undefined;
  run: number;
  /** The decoder had not adapted to the speaker when the utterance began. */
  isCold: boolean;
  /** It lost its thread to an utterance that had ended. */
  isSidelined: boolean;
  isFinished: boolean;
  /** Its last message has been posted. */
  isFinalizing: boolean;
}

/** The transcriber's handle of one utterance. */
export interface PooledUtterance {
  write(samples: Int16Array): void;
  finish(): void;
  /** Cancels it; no callback is called afterwards. */
  drop(): void;
}

export interface DecoderPool {
  open(job: Job): PooledUtterance;
  forget(speaker: string): void;
  close(): Promise<void>;
}

/** Starts one thread immediately, the others on demand. */
export function decoderPool(options: PoolOptions): DecoderPool {
  return new Pool(options);
}

class Pool implements DecoderPool {
  readonly #options: PoolOptions;
  readonly #slots: Slot[] = [];
  /** Utterances without a thread, in order of arrival. */
  #waiting: Running[] = [];
  #isClosed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#addSlot();
  }

  open(job: Job): PooledUtterance {
    const running: Running = {
      job,
      pieces: [],
      length: 0,
      fed: 0,
      unfed: 0,
      slot: undefined,
      run: 0,
      isCold: true,
      isSidelined: false,
      isFinished: false,
      isFinalizing: false,
    };
    if (this.#isClosed) queueMicrotask(() => job.onResult(undefined));
    this.#waiting.push(running);
    this.#schedule();
    return {
      write: (samples) => this.#write(running, samples),
      finish: () => this.#finish(running),
      drop: () => this.#drop(running),
    };
  }

  forget(speaker: string): void {
    for (const slot of this.#slots) {
      if (slot.voice !== speaker || slot.job) continue;
      slot.voice = undefined;
      slot.thread.post({ do: 'renew' });
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const stopping = this.#slots.splice(0);
    for (const running of [...this.#waiting, ...stopping.flatMap(({ job }) => job ?? [])])
      running.job.onResult(undefined);
    this.#waiting = [];
    await Promise.all(stopping.map(({ thread }) => thread.stop()));
  }

  #write(running: Running, samples: Int16Array): void {
    if (running.isFinished) return;
    running.pieces.push(samples.slice());
    running.length += samples.length;
    running.unfed += samples.length;
    this.#advance(running);
  }

  #finish(running: Running): void {
    running.isFinished = true;
    if (running.slot) this.#advance(running);
    else this.#schedule();
  }

  #drop(running: Running): void {
    running.isFinished = true;
    this.#waiting = this.#waiting.filter((each) => each !== running);
    if (running.slot?.job === running) this.#release(running.slot, { isDropped: true });
    this.#schedule();
  }

  #addSlot(): Slot {
    const thread = this.#options.start(
      (message) => this.#onMessage(slot, message),
      () => this.#onThreadExit(slot),
    );
    const slot: Slot = { thread, isReady: false, voice: undefined, job: undefined, runs: 0 };
    this.#slots.push(slot);
    return slot;
  }

  /** The best free thread: adapted to the speaker, else not adapted, else any, else a new one. */
  #freeSlot(speaker: string): Slot | undefined {
    const free = this.#slots.filter((slot) => !slot.job);
    const known =
      free.find((slot) => slot.voice === speaker) ?? free.find((slot) => slot.voice === undefined) ?? free[0];
    if (known) return known;
    return this.#slots.length < this.#options.threads ? this.#addSlot() : undefined;
  }

  /** Takes a thread from an utterance still being spoken, for one that has ended; the shortest loses the least. */
  #sideline(): Slot | undefined {
    const speaking = this.#slots.filter((slot) => slot.job && !slot.job.isFinished);
    speaking.sort((a, b) => (a.job?.length ?? 0) - (b.job?.length ?? 0));
    const slot = speaking[0];
    const running = slot?.job;
    if (!slot || !running) return undefined;
    this.#release(slot, { isDropped: true });
    running.slot = undefined;
    running.isSidelined = true;
    this.#waiting.push(running);
    return slot;
  }

  #schedule(): void {
    if (this.#isClosed) return;
    for (const running of [...this.#waiting].filter(({ isFinished }) => isFinished)) {
      const slot = this.#freeSlot(running.job.speaker) ?? this.#sideline();
      if (!slot) break;
      this.#assign(running, slot);
    }
    for (const running of [...this.#waiting].filter(({ isFinished, isSidelined }) => !isFinished && !isSidelined)) {
      const slot = this.#freeSlot(running.job.speaker);
      if (!slot) break;
      this.#assign(running, slot);
    }
  }

  #assign(running: Running, slot: Slot): void {
    this.#waiting = this.#waiting.filter((each) => each !== running);
    const { speaker } = running.job;
    running.isCold = slot.voice !== speaker;
    // Resets the decoder: nothing of one speaker may influence the next.
    if (slot.voice !== undefined && running.isCold) slot.thread.post({ do: 'renew' });
    slot.voice = speaker;
    slot.job = running;
    slot.runs += 1;
    running.slot = slot;
    running.run = slot.runs;
    running.fed = 0;
    running.unfed = running.length;
    this.#advance(running);
  }

  /** Posts to the thread what is ready for it. */
  #advance(running: Running): void {
    const { slot, run } = running;
    if (!slot || running.isFinalizing) return;
    const isWhole =
      running.isFinished && running.length <= MAX_WHOLE_SAMPLES && (running.fed === 0 || this.#wantsWhole(running));
    if (isWhole) {
      running.isFinalizing = true;
      return slot.thread.post({ do: 'whole', run, samples: joinSamples(running.pieces) });
    }
    if (running.unfed >= FEED_SAMPLES.min || running.isFinished) {
      const samples = joinSamples(running.pieces.slice(running.fed));
      running.fed = running.pieces.length;
      running.unfed = 0;
      for (let at = 0; at < samples.length; at += FEED_SAMPLES.max) {
        slot.thread.post({ do: 'feed', run, samples: samples.slice(at, at + FEED_SAMPLES.max) });
      }
    }
    if (!running.isFinished) return;
    running.isFinalizing = true;
    slot.thread.post({ do: 'finish', run });
  }

  #wantsWhole({ isCold }: Running) {
    return isCold || this.#options.repeatable;
  }

  #isProvisional(running: Running) {
    return running.length <= MAX_WHOLE_SAMPLES && this.#wantsWhole(running);
  }

  #release(slot: Slot, { isDropped }: { isDropped: boolean }): void {
    const { job } = slot;
    slot.job = undefined;
    if (!job || !isDropped) return;
    slot.thread.drop(job.run);
    slot.thread.post({ do: 'drop', run: job.run });
  }

  #onMessage(slot: Slot, message: FromWorker): void {
    if (message.did === 'ready') {
      slot.isReady = true;
      return;
    }
    const running = slot.job;
    if (!running || running.run !== message.run) return;
    if (message.did === 'partial') return running.job.onGuess(message.text, this.#isProvisional(running));
    this.#release(slot, { isDropped: false });
    running.job.onResult(message.text);
    this.#schedule();
  }

  /** A thread exited: its utterance fails, and the next gets another thread. */
  #onThreadExit(slot: Slot): void {
    this.#slots.splice(this.#slots.indexOf(slot), 1);
    const { job } = slot;
    slot.job = undefined;
    job?.job.onResult(undefined);
    // A thread that never became ready will not start the next time either, so fail the waiting utterances.
    if (!slot.isReady) for (const running of this.#waiting.splice(0)) running.job.onResult(undefined);
    this.#schedule();
  }
}
