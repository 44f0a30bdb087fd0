// Which utterance is decoded on which thread, and when. A decoder has room for one utterance at a time; whoever finds none
// free is kept as samples and decoded in one go at its end.

import type { FromWorker, ToWorker } from './pocketsphinx-messages.ts';

/** A thread with a decoder, as the pool sees it. */
export interface DecoderThread {
  post(message: ToWorker): void;
  /** Runs up to this one are given up; work of theirs that has not begun is skipped. */
  drop(run: number): void;
  stop(): Promise<void>;
}

/** Starts a thread. `hear` hears its messages, `end` that it is gone, once, without having been asked to. */
export type StartThread = (hear: (message: FromWorker) => void, end: () => void) => DecoderThread;

/** One utterance to be decoded. */
export interface Job {
  readonly speaker: string;
  /** Hears each new guess of the words so far; a provisional one is of an utterance that will be decoded again as a whole. */
  readonly guess: (words: string, isProvisional: boolean) => void;
  /** Hears the words at the end, or `undefined` when the decoder broke off. */
  readonly settle: (words: string | undefined) => void;
}

export interface PoolOptions {
  /** Most threads. */
  readonly threads: number;
  readonly start: StartThread;
  /** Decode every utterance a second time as a whole: the same samples then give the same words, whatever came before. */
  readonly repeatable: boolean;
}

/** Longest utterance, in samples, that is decoded as a whole: the thread takes no other work for a fifth of that time. */
const WHOLE_AT_MOST = 20 * 16_000;
/** Samples posted to a thread at once: at least, unless it is the end, and at most, so that it can be stopped. */
const FEED = { least: 1600, most: 16_000 };

interface Slot {
  readonly thread: DecoderThread;
  isReady: boolean;
  /** Whose voice the decoder remembers. */
  voice: string | undefined;
  job: Running | undefined;
  runs: number;
}

interface Running {
  readonly job: Job;
  /** All its samples so far, in pieces. */
  pieces: Int16Array[];
  length: number;
  /** Pieces that the slot has been given, and samples that it has not. */
  fed: number;
  unfed: number;
  slot: Slot | undefined;
  run: number;
  /** The decoder did not know the voice when the utterance began. */
  isCold: boolean;
  /** It lost its thread to somebody who was waiting for words. */
  isSidelined: boolean;
  isFinished: boolean;
  /** Its last message has been posted. */
  isSettling: boolean;
}

/** What the transcriber holds of one utterance. */
export interface PooledUtterance {
  write(samples: Int16Array): void;
  finish(): void;
  /** Gives it up; nothing is heard of it any more. */
  drop(): void;
}

export interface DecoderPool {
  open(job: Job): PooledUtterance;
  forget(speaker: string): void;
  close(): Promise<void>;
}

function concat(pieces: readonly Int16Array[], length: number): Int16Array {
  const all = new Int16Array(length);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** Starts one thread at once, the others when they are needed. */
export function decoderPool(options: PoolOptions): DecoderPool {
  return new Pool(options);
}

class Pool implements DecoderPool {
  readonly #options: PoolOptions;

  readonly #slots: Slot[] = [];

  /** Those without a thread, in the order they came. */
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
      isSettling: false,
    };
    if (this.#isClosed) queueMicrotask(() => job.settle(undefined));
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
      running.job.settle(undefined);
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
      (message) => this.#hear(slot, message),
      () => this.#lose(slot),
    );
    const slot: Slot = { thread, isReady: false, voice: undefined, job: undefined, runs: 0 };
    this.#slots.push(slot);
    return slot;
  }

  /** The best thread that is free: one that knows the voice, else one that knows none, else any, else a new one. */
  #freeSlot(speaker: string): Slot | undefined {
    const free = this.#slots.filter((slot) => !slot.job);
    const known =
      free.find((slot) => slot.voice === speaker) ?? free.find((slot) => slot.voice === undefined) ?? free[0];
    if (known) return known;
    return this.#slots.length < this.#options.threads ? this.#addSlot() : undefined;
  }

  /** Somebody waits for words, so one who is still speaking gives way; whoever has spoken longest has the most to lose. */
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
    // Nothing of one speaker may reach the next.
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

  /** Gives the thread what is there for it. */
  #advance(running: Running): void {
    const { slot, run } = running;
    if (!slot || running.isSettling) return;
    const isWhole =
      running.isFinished && running.length <= WHOLE_AT_MOST && (running.fed === 0 || this.#wantsWhole(running));
    if (isWhole) {
      running.isSettling = true;
      return slot.thread.post({ do: 'whole', run, samples: concat(running.pieces, running.length) });
    }
    if (running.unfed >= FEED.least || running.isFinished) {
      const samples = concat(running.pieces.slice(running.fed), running.unfed);
      running.fed = running.pieces.length;
      running.unfed = 0;
      for (let at = 0; at < samples.length; at += FEED.most) {
        slot.thread.post({ do: 'feed', run, samples: samples.slice(at, at + FEED.most) });
      }
    }
    if (!running.isFinished) return;
    running.isSettling = true;
    slot.thread.post({ do: 'finish', run });
  }

  #wantsWhole({ isCold }: Running) {
    return isCold || this.#options.repeatable;
  }

  #isProvisional(running: Running) {
    return running.length <= WHOLE_AT_MOST && this.#wantsWhole(running);
  }

  #release(slot: Slot, { isDropped }: { isDropped: boolean }): void {
    const { job } = slot;
    slot.job = undefined;
    if (!job || !isDropped) return;
    slot.thread.drop(job.run);
    slot.thread.post({ do: 'drop', run: job.run });
  }

  #hear(slot: Slot, message: FromWorker): void {
    if (message.did === 'ready') {
      slot.isReady = true;
      return;
    }
    const running = slot.job;
    if (!running || running.run !== message.run) return;
    if (message.did === 'words') return running.job.guess(message.words, this.#isProvisional(running));
    this.#release(slot, { isDropped: false });
    running.job.settle(message.words);
    this.#schedule();
  }

  /** A thread has ended by itself: its utterance is lost, the next one gets another. */
  #lose(slot: Slot): void {
    this.#slots.splice(this.#slots.indexOf(slot), 1);
    const { job } = slot;
    slot.job = undefined;
    job?.job.settle(undefined);
    // One that never came up would not come up again either: those who wait are told, rather than waiting forever.
    if (!slot.isReady) for (const running of this.#waiting.splice(0)) running.job.settle(undefined);
    this.#schedule();
  }
}
