// One call in the media thread: its peer connection, both directions of its audio, and its port to the server's thread.

import type { MessagePort } from 'node:worker_threads';
import type { RtpCodecName } from '@colloquy/protocol';
import { NoPortError } from '../../calls/media-plane.ts';
import { fullBucket, takeToken } from '../../token-bucket.ts';
import { type CallCodec, pcmBytes } from './codec.ts';
import type { Peer, PeerListener, PeerOffer, PeerOptions } from './peer.ts';
import type { CallEnd, CallSettings, FromCall, OpenCall, ToCall } from './plane-messages.ts';
import { PlayedCounter } from './played-counter.ts';
import { type AudioPiece, RtpIn } from './rtp-in.ts';
import { FRAME_MS, RtpOut } from './rtp-out.ts';

/** What a call needs of the thread. */
export interface MediaThread {
  readonly clock: () => number;
  /** The same without the time in which the process did not run: a peer is not blamed for it [LM16]. */
  readonly activeClock: () => number;
  /** Time of frame 0 of all calls, in milliseconds of the clock. */
  readonly startsAt: number;
  openPeer(listener: PeerListener, options: PeerOptions): Peer;
  openCodec(name: RtpCodecName): Promise<CallCodec>;
  /** The call has ended and holds nothing any more. */
  onClosed(call: MediaCall): void;
}

/** Microphone audio crosses to the server's thread in pieces of at least that length. */
const INPUT_BYTES = pcmBytes(2 * FRAME_MS);

export class MediaCall {
  readonly #thread: MediaThread;
  readonly #port: MessagePort;
  readonly #settings: CallSettings;
  readonly #played: PlayedCounter;
  readonly #peer: Peer;
  readonly #startedAt: number;
  #codec: CallCodec | undefined;
  #input: RtpIn | undefined;
  #output: RtpOut | undefined;
  #pcm: Uint8Array[] = [];
  #pcmBytes = 0;
  #messages;
  /** Bytes of text handed to the peer, and how many of them were reported as sent. */
  #sentBytes = 0;
  #flushedBytes = 0;
  #isOpen = false;
  #isEnded = false;

  constructor(thread: MediaThread, { port, offer, settings, played }: OpenCall) {
    this.#thread = thread;
    this.#port = port;
    this.#settings = settings;
    this.#played = new PlayedCounter(played);
    this.#startedAt = thread.activeClock();
    this.#messages = fullBucket(settings.messages);
    this.#peer = thread.openPeer(this.#listener(), { ...settings, clock: thread.activeClock });
    port.on('message', (message: ToCall) => this.#handle(message));
    port.on('close', () => this.#end('closed'));
    void this.#start(offer);
  }

  /** Sends and decodes what is due, and ends the call if its peer has gone. Call it every 20 ms. */
  tick(now: number): void {
    if (this.#isEnded) return;
    this.#sendDue(now);
    this.#decode(this.#input?.tick(now) ?? []);
    const flushed = this.#sentBytes - this.#peer.bufferedBytes;
    if (flushed > this.#flushedBytes) this.#post({ did: 'flush', bytes: flushed });
    this.#flushedBytes = Math.max(flushed, this.#flushedBytes);
    this.#watch(this.#thread.activeClock());
  }

  /** Ends a call that never opens, or whose peer has gone: over ICE-lite the library notices neither [WR17]. */
  #watch(now: number): void {
    const { connectMs, silenceMs } = this.#settings;
    if (!this.#isOpen && now - this.#startedAt > connectMs) this.#end('not_connected');
    else if (this.#isOpen && now - this.#peer.lastSeenAt > silenceMs) this.#end('silent');
  }

  async #start(offer: PeerOffer): Promise<void> {
    try {
      const codec = await this.#thread.openCodec(offer.codec.name);
      if (this.#isEnded) return codec.close();
      this.#codec = codec;
      this.#input = new RtpIn({ unitsPerMs: codec.unitsPerMs, durationMs: (payload) => codec.durationMs(payload) });
      this.#output = new RtpOut({
        frameBytes: pcmBytes(FRAME_MS),
        unitsPerFrame: codec.unitsPerMs * FRAME_MS,
        startsAt: this.#thread.startsAt,
      });
      this.#post({ did: 'answer', answer: await this.#peer.answer(offer) });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#post({ did: 'refuse', message, hasNoPort: error instanceof NoPortError });
      this.#end('failed');
    }
  }

  #listener(): PeerListener {
    return {
      onOpen: () => {
        this.#isOpen = true;
        this.#post({ did: 'open' });
      },
      onMessage: (message) => this.#receive(message),
      onRtp: (packet) => this.#decode(this.#input?.push(packet, this.#thread.clock()) ?? []),
      onLossReport: (fractionLost) => this.#codec?.adapt(fractionLost),
      onEnd: (reason) => this.#end(reason),
    };
  }

  #handle(message: ToCall): void {
    switch (message.do) {
      case 'send':
        return this.#send(message.text);
      case 'play':
        this.#output?.play(message.response_id, message.audio);
        return this.#sendDue(this.#thread.clock());
      case 'end':
        this.#output?.end(message.response_id);
        return this.#sendDue(this.#thread.clock());
      case 'clear':
        this.#output?.clear();
        return this.#played.begin(message.epoch);
      case 'close':
        return this.#end('closed');
    }
  }

  #send(text: string): void {
    const bytes = Buffer.byteLength(text);
    this.#sentBytes += bytes;
    if (!this.#peer.send(text)) this.#post({ did: 'skip', bytes });
  }

  #receive(message: string | Uint8Array): void {
    const { bucket, isTaken } = takeToken(this.#messages, this.#settings.messages, this.#thread.clock());
    this.#messages = bucket;
    if (isTaken) this.#post({ did: 'message', message });
    else this.#end('flood');
  }

  #sendDue(now: number): void {
    // Nothing sent before the connection is up would be heard, so it stays in the queue.
    if (!this.#output || !this.#codec || !this.#isOpen || this.#isEnded) return;
    for (const each of this.#output.due(now)) {
      if ('did' in each) {
        this.#post({ did: 'playback', report: each });
      } else {
        this.#peer.sendRtp(this.#codec.encode(each.pcm), each.timestamp, each.marker);
        this.#played.add(each.playedBytes);
      }
    }
  }

  #decode(pieces: readonly AudioPiece[]): void {
    if (!this.#codec || this.#isEnded) return;
    for (const piece of pieces) {
      const pcm = this.#codec.decode(piece);
      this.#pcm.push(pcm);
      this.#pcmBytes += pcm.length;
    }
    if (this.#pcmBytes < INPUT_BYTES) return;
    const pcm = new Uint8Array(this.#pcmBytes);
    let at = 0;
    for (const each of this.#pcm) {
      pcm.set(each, at);
      at += each.length;
    }
    this.#pcm = [];
    this.#pcmBytes = 0;
    this.#port.postMessage({ did: 'input', pcm } satisfies FromCall, [pcm.buffer]);
  }

  #post(message: FromCall): void {
    if (!this.#isEnded) this.#port.postMessage(message);
  }

  #end(reason: CallEnd): void {
    if (this.#isEnded) return;
    this.#post({ did: 'end', reason });
    this.#isEnded = true;
    this.#codec?.close();
    void this.#peer.close().then(() => {
      this.#port.close();
      this.#thread.onClosed(this);
    });
  }
}
