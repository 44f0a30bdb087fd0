// Calls over WebRTC: starts the media thread and opens calls in it. The thread: `media-worker.ts`; one call: `media-link.ts`.

import { MessageChannel, Worker } from 'node:worker_threads';
import { minimalOffer, type SdpOffer, writeAnswer } from '@colloquy/protocol';
import type { MediaPlane, OpenedCall } from '../../calls/media-plane.ts';
import { packageFile } from '../../package-file.ts';
import { channelTransport } from './channel-transport.ts';
import { type CallMedia, MediaLink } from './media-link.ts';
import type { CallSettings, FromThread, ToThread } from './plane-messages.ts';
import { PlayedCounter } from './played-counter.ts';
import { TestCaller } from './test-call.ts';

/** The bundled thread: it holds the WebRTC library and the codecs, and runs without a compiler. */
export const THREAD_FILE = packageFile('dist/bundled/media-worker.js');
/** A thread that ends is started again at most that often. */
const RESTART_MS = 1000;
/** Longer than a peer may take to close its channel. */
const CLOSE_TIMEOUT_MS = 1500;

export interface OpenedMediaCall extends OpenedCall {
  readonly audio: CallMedia;
}

export interface ThreadMediaPlane extends MediaPlane {
  /** Resolves when the libraries are compiled; false if the thread cannot be started. */
  readonly ready: Promise<boolean>;
  /** Opens a call. Rejects if the library refuses the offer, or the thread has just failed. */
  open(offer: SdpOffer): Promise<OpenedMediaCall>;
  /** Makes a client for a test call of this plane. Throws if the thread has just failed. */
  testCaller(): TestCaller;
  /** Ends all calls in order, then the thread. */
  close(): Promise<void>;
}

export interface ThreadMediaPlaneOptions {
  readonly settings: CallSettings;
  /** Receives what a library threw in the thread. */
  readonly onError: (message: string) => void;
  /** Receives the size of an event that was larger than the peer accepts, and is not sent [WR18]. */
  readonly onSkip: (bytes: number) => void;
  /** Monotonic milliseconds. */
  readonly clock?: () => number;
  /** The module that runs in the thread. @default the bundled `media-worker.ts` */
  readonly thread?: string | URL;
}

/** Starts the thread at once, so that the first call finds the libraries compiled. */
export function openThreadMediaPlane(options: ThreadMediaPlaneOptions): ThreadMediaPlane {
  return new ThreadPlane(options);
}

interface RunningThread {
  readonly worker: Worker;
  readonly calls: Set<MediaLink>;
  readonly ready: Promise<boolean>;
  readonly startedAt: number;
  hasExited: boolean;
}

class ThreadPlane implements ThreadMediaPlane {
  readonly #options: ThreadMediaPlaneOptions;
  readonly #clock: () => number;
  #thread: RunningThread;
  #isClosed = false;

  constructor(options: ThreadMediaPlaneOptions) {
    this.#options = options;
    this.#clock = options.clock ?? (() => performance.now());
    this.#thread = this.#start();
  }

  get ready(): Promise<boolean> {
    return this.#thread.ready;
  }

  async open(offer: SdpOffer): Promise<OpenedMediaCall> {
    const { worker, calls } = this.#running();
    const { port1, port2 } = new MessageChannel();
    const counter = new PlayedCounter();
    const link = new MediaLink(port1, counter, this.#options.onSkip);
    calls.add(link);
    void link.released.then(() => calls.delete(link));
    const { settings } = this.#options;
    const message: ToThread = {
      do: 'open',
      port: port2,
      offer: { sdp: minimalOffer(offer), codec: offer.audio.codec, hasChannel: offer.dataChannel !== null },
      settings,
      played: counter.buffer,
    };
    worker.postMessage(message, [port2]);
    const answer = writeAnswer(offer, { ...(await link.answer), maxMessageSize: settings.maxMessageBytes });
    return { answer, transport: channelTransport(link, offer.dataChannel?.maxMessageSize), audio: link };
  }

  testCaller(): TestCaller {
    const { port1, port2 } = new MessageChannel();
    this.#running().worker.postMessage({ do: 'test', port: port2 } satisfies ToThread, [port2]);
    return new TestCaller(port1);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const { worker, calls } = this.#thread;
    for (const call of calls) call.close();
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise((resolve) => {
      timer = setTimeout(resolve, CLOSE_TIMEOUT_MS);
    });
    await Promise.race([Promise.all([...calls].map(({ released }) => released)), timeout]);
    clearTimeout(timer);
    await worker.terminate();
  }

  #running(): RunningThread {
    if (this.#isClosed) throw new Error('the media thread is closed');
    if (!this.#thread.hasExited) return this.#thread;
    if (this.#clock() - this.#thread.startedAt < RESTART_MS) throw new Error('the media thread has failed');
    this.#thread = this.#start();
    return this.#thread;
  }

  #start(): RunningThread {
    const worker = new Worker(this.#options.thread ?? THREAD_FILE);
    const calls = new Set<MediaLink>();
    const ready = new Promise<boolean>((resolve) => {
      worker.on('message', (message: FromThread) => {
        if (message.did === 'ready') resolve(true);
        else this.#options.onError(message.message);
      });
      worker.once('exit', () => {
        thread.hasExited = true;
        resolve(false);
      });
    });
    // An `error` is followed by `exit`; without a listener it would end the process.
    worker.on('error', ({ message }) => this.#options.onError(message));
    // Calls keep the process alive by their ports.
    worker.unref();
    const thread = { worker, calls, ready, startedAt: this.#clock(), hasExited: false };
    return thread;
  }
}
