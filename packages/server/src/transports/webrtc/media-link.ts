// The server's side of one call in the media thread: what a transport and a session use of it.

import type { MessagePort } from 'node:worker_threads';
import { AsyncQueue } from '../../async-queue.ts';
import type { AudioPart, CallAudio, PlaybackReport, PlayedPart } from '../../calls/call-audio.ts';
import { NoPortError } from '../../calls/media-plane.ts';
import { PlayedParts } from '../../calls/played-parts.ts';
import type { CallChannel } from './channel-transport.ts';
import type { PeerAnswer } from './peer.ts';
import type { CallEnd, FromCall, ToCall } from './plane-messages.ts';
import type { PlayedCounter } from './played-counter.ts';

export interface CallMedia extends CallChannel, CallAudio {
  /** Resolves when the call has ended. Never rejects. */
  readonly ended: Promise<CallEnd>;
}

/** A call whose port is open; `answer` rejects if the library refuses the offer. */
export class MediaLink implements CallMedia {
  readonly answer: Promise<PeerAnswer>;
  readonly opened: Promise<void>;
  readonly ended: Promise<CallEnd>;
  /** Resolves when the thread holds nothing of the call any more: the client has seen its channel close. */
  readonly released: Promise<void>;
  readonly messages = new AsyncQueue<string | Uint8Array>(undefined, { paced: true });
  readonly input = new AsyncQueue<Uint8Array>();
  readonly playback = new AsyncQueue<PlaybackReport>();
  readonly #port: MessagePort;
  readonly #counter: PlayedCounter;
  readonly #onSkip: (bytes: number) => void;
  readonly #parts = new PlayedParts();
  #epoch = 0;
  #sentBytes = 0;
  #flushedBytes = 0;
  #isEnded = false;
  #accept!: (answer: PeerAnswer) => void;
  #refuse!: (error: Error) => void;
  #open!: () => void;
  #resolveEnd!: (reason: CallEnd) => void;

  constructor(port: MessagePort, counter: PlayedCounter, onSkip: (bytes: number) => void) {
    this.#port = port;
    this.#counter = counter;
    this.#onSkip = onSkip;
    this.answer = new Promise((resolve, reject) => {
      this.#accept = resolve;
      this.#refuse = reject;
    });
    // Whoever opened the call reads it; a call that ends before is no unhandled rejection.
    this.answer.catch(() => {});
    this.opened = new Promise((resolve) => {
      this.#open = resolve;
    });
    this.ended = new Promise((resolve) => {
      this.#resolveEnd = resolve;
    });
    port.on('message', (message: FromCall) => this.#handle(message));
    this.released = new Promise((resolve) => {
      port.on('close', () => {
        this.#fail('thread_failed');
        resolve();
      });
    });
  }

  get bufferedBytes(): number {
    return this.#sentBytes - this.#flushedBytes;
  }

  get unplayedBytes(): number {
    return Math.max(0, this.#parts.sentBytes - this.#counter.read(this.#epoch));
  }

  send(text: string): void {
    if (this.#isEnded) return;
    this.#sentBytes += Buffer.byteLength(text);
    this.#post({ do: 'send', text });
  }

  play(part: AudioPart, audio: Uint8Array): void {
    if (this.#isEnded || audio.length === 0) return;
    this.#parts.add(part, audio.length);
    // A copy: the caller may store the audio, and what is transferred is gone.
    const copy = Uint8Array.from(audio);
    this.#post({ do: 'play', response_id: part.response_id, audio: copy }, [copy.buffer]);
  }

  end(response_id: string): void {
    this.#post({ do: 'end', response_id });
  }

  clear(): void {
    this.#epoch += 1;
    this.#parts.clear();
    this.#post({ do: 'clear', epoch: this.#epoch });
  }

  played(): PlayedPart[] {
    return this.#parts.playedAt(this.#counter.read(this.#epoch));
  }

  close(): void {
    this.#post({ do: 'close' });
  }

  #fail(reason: CallEnd): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#refuse(new Error(`the call has ended: ${reason}`));
    this.messages.end();
    this.input.end();
    this.playback.end();
    this.#resolveEnd(reason);
  }

  #handle(message: FromCall): void {
    switch (message.did) {
      case 'answer':
        return this.#accept(message.answer);
      case 'refuse':
        return this.#refuse(message.hasNoPort ? new NoPortError() : new Error(message.message));
      case 'open':
        return this.#open();
      case 'message':
        return this.messages.push(message.message);
      case 'skip':
        return this.#onSkip(message.bytes);
      case 'input':
        return this.input.push(message.pcm);
      case 'playback':
        return this.#report(message.report);
      case 'flush':
        this.#flushedBytes = message.bytes;
        return;
      case 'end':
        return this.#fail(message.reason);
    }
  }

  #report(report: PlaybackReport): void {
    if (report.did === 'drain') this.#parts.drain(report.response_id);
    this.playback.push(report);
  }

  #post(message: ToCall, transfer: ArrayBuffer[] = []): void {
    if (!this.#isEnded) this.#port.postMessage(message, transfer);
  }
}
