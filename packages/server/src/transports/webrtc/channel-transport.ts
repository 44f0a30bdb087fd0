// Transport over the data channel of a call. The channel itself is in the media thread; here is what a session sees of it.

import { type Frame, frameBytes, type SlicedFrame, type Transport } from '../transport.ts';
import { messageText } from './message-text.ts';

/** The data channel of a call. */
export interface CallChannel {
  /** Resolves when the channel is open. Never settles if the call ends before. */
  readonly opened: Promise<void>;
  /** Resolves when the call has ended. Never rejects. */
  readonly ended: Promise<unknown>;
  /** Messages of the client, in order, with a turn of the event loop between two that wait. Ends with the call. */
  readonly messages: AsyncIterable<Frame>;
  /** Bytes sent that have not left yet. */
  readonly bufferedBytes: number;
  /** Never throws. */
  send(text: string): void;
  /** Ends the call after what was sent before. Never throws. */
  close(): void;
}

/** A data channel closes without a code and a reason. `maxBytes` is the largest message that the peer accepts. */
export function channelTransport(channel: CallChannel, maxBytes = Number.POSITIVE_INFINITY): Transport {
  return new ChannelTransport(channel, maxBytes);
}

class ChannelTransport implements Transport {
  readonly kind = 'webrtc';
  readonly frames: AsyncIterable<Frame>;
  readonly #channel: CallChannel;
  readonly #maxBytes: number;
  /** Frames sent before the channel is open [WR3]; `undefined` afterwards. */
  #waiting: string[] | undefined = [];
  #waitingBytes = 0;
  #isClosed = false;

  constructor(channel: CallChannel, maxBytes: number) {
    this.#channel = channel;
    this.#maxBytes = maxBytes;
    this.frames = channel.messages;
    void channel.opened.then(() => this.#flush());
    void channel.ended.then(() => this.drop());
  }

  get isOpen(): boolean {
    return !this.#isClosed;
  }

  get bufferedBytes(): number {
    return this.#isClosed ? 0 : this.#waitingBytes + this.#channel.bufferedBytes;
  }

  send(frame: Frame | SlicedFrame): void {
    if (this.#isClosed) return;
    const text = messageText(frame, this.#maxBytes);
    if (!this.#waiting) return this.#channel.send(text);
    this.#waiting.push(text);
    this.#waitingBytes += frameBytes(text);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#waiting = undefined;
    this.#channel.close();
  }

  drop(): void {
    this.close();
  }

  #flush(): void {
    for (const text of this.#waiting ?? []) this.#channel.send(text);
    this.#waiting = undefined;
    this.#waitingBytes = 0;
  }
}
