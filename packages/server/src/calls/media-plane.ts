// Port: carries calls. It answers an offer and gives the transport over the call's data channel. What a call is to the server:
// `live-calls.ts`.

import type { SdpOffer } from '@colloquy/protocol';
import type { Transport } from '../transports/transport.ts';
import type { CallAudio } from './call-audio.ts';

export interface OpenedCall {
  /** The answer for the client, in SDP. */
  readonly answer: string;
  /**
   * Events on the data channel. What is sent before the channel is open waits for it, so that `session.created` is the first
   * event [WR3]. The end of the transport is the end of the call, and a call whose client never connects ends too [WR17].
   */
  readonly transport: Transport;
  readonly audio: CallAudio;
}

/** All UDP ports of the range are in use. */
export class NoPortError extends Error {
  override readonly name = 'NoPortError';
  constructor() {
    super('no UDP port is free');
  }
}

export interface MediaPlane {
  /** Opens a call. Rejects with `NoPortError`, or if it cannot: that is a fault of the server, since the offer has been read. */
  open(offer: SdpOffer): Promise<OpenedCall>;
}
