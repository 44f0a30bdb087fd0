// Transport over the data channel of a call. The channel itself is in the media thread; here is what a session sees of it.

import { isSliced, joined } from '../sliced-frame.ts';
import { type Frame, frameBytes, type SlicedFrame, type Transport } from '../transport.ts';

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

/** A data channel closes without a code and a reason. */
export function channelTransport(channel: CallChannel): Transport {
  return new ChannelTransport(channel);
}

class ChannelTransport implements Transport {
  readonly kind = 'webrtc';
  readonly frames: AsyncIterable<Frame>;
  readonly #channel: CallChannel;
  /** Frames sent before the channel is open [WR3]; `undefined` afterwards. */
  #waiting: string[] | undefined = [];
  #waitingBytes = 0;
  #isClosed = false;

  constructor(channel: CallChannel) {
    this.#channel = channel;
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
    const text = textOf(frame);
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

function textOf(frame: Frame | SlicedFrame): string {
  const whole = isSliced(frame) ? joined(frame) : frame;
  return typeof whole === 'string' ? whole : Buffer.from(whole).toString();
}
