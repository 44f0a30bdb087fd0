// Port: one WebRTC peer connection of a call: ICE, DTLS, SRTP and the data channel. Adapter: `werift-peer.ts`. The server answers
// and never offers; it is ICE-lite, so it sends nothing to an address that has not authenticated itself.

import type { AnswerCandidate, RtpCodec } from '@colloquy/protocol';
import type { RtpPacketIn } from './rtp-in.ts';

/** The offer as the library gets it. The codec is the only one in it. */
export interface PeerOffer {
  /** Accepted sections only, no candidates. */
  readonly sdp: string;
  readonly codec: RtpCodec;
  /** False for a call that sidebands drive. */
  readonly hasChannel: boolean;
}

/** Our side of the connection, for the answer. */
export interface PeerAnswer {
  readonly ufrag: string;
  readonly pwd: string;
  /** Hash function and value: `sha-256 AB:CD:…`. */
  readonly fingerprint: string;
  readonly candidates: readonly AnswerCandidate[];
  /** RTP source of the audio that we send. */
  readonly ssrc: number;
}

/** Why a connection ended without `close`. */
export type PeerEnd = 'channel_closed' | 'failed' | 'message_too_large';

/** What a peer connection reports. It calls none of these after `onEnd` or `close`. */
export interface PeerListener {
  /** The data channel is open; without one, the connection is up. */
  onOpen(): void;
  /** A message on the data channel: text, or bytes that the host refuses. */
  onMessage(message: string | Uint8Array): void;
  /** An authenticated RTP packet of the negotiated payload type. */
  onRtp(packet: RtpPacketIn): void;
  /** The share of our packets that the peer has lost lately, from 0 to 1 (RFC 3550, section 6.4.1). */
  onLossReport(fractionLost: number): void;
  onEnd(reason: PeerEnd): void;
}

export interface Peer {
  /** Opens sockets and returns our side. Rejects if the library refuses the offer. Once per peer. */
  answer(offer: PeerOffer): Promise<PeerAnswer>;
  /** Sends one text message; false if the channel is not open, or the message is larger than the peer accepts. Never throws. */
  send(text: string): boolean;
  /** Sends a packet; sequence numbers are added. Does nothing before the connection is up. Never throws. */
  sendRtp(payload: Uint8Array, timestamp: number, marker: boolean): void;
  /** Bytes on the data channel that have not left yet. */
  readonly bufferedBytes: number;
  /** When the peer last proved to be there, by an authenticated STUN check or SRTP packet. Milliseconds of the peer's clock. */
  readonly lastSeenAt: number;
  /** Closes the data channel, waits at most 1 s until the peer has confirmed it, and frees the sockets. Never rejects. */
  close(): Promise<void>;
}

export interface PeerOptions {
  /** Monotonic milliseconds. */
  readonly clock: () => number;
  /** Longest message accepted on the data channel, in bytes. */
  readonly maxMessageBytes: number;
  /** UDP ports to choose from, both included. @default any free port */
  readonly ports?: readonly [number, number];
  /** Addresses to name in the answer in place of those of the network interfaces. */
  readonly addresses?: readonly string[];
}
