// Messages between the server's thread and the media thread. Each call has a port of its own; opening one goes through the thread's.

import type { MessagePort } from 'node:worker_threads';
import type { PlaybackReport } from '../../calls/call-audio.ts';
import type { Rate } from '../../token-bucket.ts';
import type { PeerAnswer, PeerEnd, PeerOffer, PeerOptions } from './peer.ts';

export interface CallSettings extends Omit<PeerOptions, 'clock'> {
  /** A call that is not open after that time ends. */
  readonly connectMs: number;
  /** A call whose peer has been silent on ICE and RTP for that time ends. */
  readonly silenceMs: number;
  /** Messages on the data channel. A peer that sends more ends its call. */
  readonly messages: Rate;
}

/** Why a call has ended. `closed` is our own doing, `thread_failed` that of the media thread. */
export type CallEnd = PeerEnd | 'not_connected' | 'silent' | 'flood' | 'closed' | 'thread_failed';

export type ToThread =
  | OpenCall
  /** Makes a client for a test call. */
  | { readonly do: 'test'; readonly port: MessagePort };

export interface OpenCall {
  readonly do: 'open';
  readonly port: MessagePort;
  readonly offer: PeerOffer;
  readonly settings: CallSettings;
  /** Memory of a `PlayedCounter`. */
  readonly played: SharedArrayBuffer;
}

export type FromThread =
  /** The libraries are compiled. */
  | { readonly did: 'ready' }
  /** A library threw out of a callback. The thread goes on. */
  | { readonly did: 'fail'; readonly message: string };

export type ToCall =
  | { readonly do: 'send'; readonly text: string }
  | { readonly do: 'play'; readonly response_id: string; readonly audio: Uint8Array }
  | { readonly do: 'end'; readonly response_id: string }
  | { readonly do: 'clear'; readonly epoch: number }
  | { readonly do: 'close' };

export type FromCall =
  | { readonly did: 'answer'; readonly answer: PeerAnswer }
  /** The library does not accept the offer, or no port is free. */
  | { readonly did: 'refuse'; readonly message: string; readonly hasNoPort: boolean }
  | { readonly did: 'open' }
  | { readonly did: 'message'; readonly message: string | Uint8Array }
  /** A text was larger than the peer accepts, and is not sent. */
  | { readonly did: 'skip'; readonly bytes: number }
  /** Microphone audio, PCM at 24 kHz. */
  | { readonly did: 'input'; readonly pcm: Uint8Array }
  | { readonly did: 'playback'; readonly report: PlaybackReport }
  /** Bytes of text that have left since the call began. */
  | { readonly did: 'flush'; readonly bytes: number }
  | { readonly did: 'end'; readonly reason: CallEnd };

/** Steps of a client's connection, in order. */
export type CallStep = 'ice' | 'dtls' | 'channel';

export type ToCaller =
  | { readonly do: 'connect'; readonly answer: string }
  /** Sends a tone. */
  | { readonly do: 'speak'; readonly ms: number }
  | { readonly do: 'hang_up' };

export type FromCaller =
  | { readonly did: 'offer'; readonly sdp: string }
  | { readonly did: 'step'; readonly step: CallStep }
  /** Audio that is no silence was received. */
  | { readonly did: 'hear'; readonly ms: number }
  | { readonly did: 'fail'; readonly message: string };
