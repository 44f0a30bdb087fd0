// The client's half of a call over werift: it offers, as a browser does. Loaded by the media thread for a test call alone.

import {
  MediaStreamTrack,
  type RTCDataChannel,
  RTCPeerConnection,
  RTCRtpCodecParameters,
  type RTCRtpSender,
  RtpHeader,
  RtpPacket,
} from 'werift';
import type { CallStep } from './plane-messages.ts';

const PAYLOAD_TYPE = 111;

export interface ClientListener {
  /** A step of the connection is complete. */
  onStep(step: CallStep): void;
  /** The connection will not be completed. */
  onFail(cause: string): void;
  /** The payload of an RTP packet of the call's codec. */
  onRtp(payload: Uint8Array): void;
}

/** A client with a microphone that speaks Opus, and a data channel. */
export class WeriftClient {
  readonly #listener: ClientListener;
  readonly #connection: RTCPeerConnection;
  readonly #sender: RTCRtpSender;
  readonly #channel: RTCDataChannel;
  #sequence = 0;

  constructor(listener: ClientListener) {
    this.#listener = listener;
    const opus = { mimeType: 'audio/opus', clockRate: 48_000, channels: 2, payloadType: PAYLOAD_TYPE };
    this.#connection = new RTCPeerConnection({
      iceServers: [],
      bundlePolicy: 'max-bundle',
      headerExtensions: {},
      codecs: { audio: [new RTCRtpCodecParameters(opus)], video: [] },
    });
    this.#sender = this.#connection.addTrack(new MediaStreamTrack({ kind: 'audio' }));
    this.#channel = this.#connection.createDataChannel('oai-events');
    this.#channel.stateChange.subscribe((state) => state === 'open' && listener.onStep('channel'));
  }

  async offer(): Promise<string> {
    await this.#connection.setLocalDescription(await this.#connection.createOffer());
    return this.#connection.localDescription?.sdp ?? '';
  }

  /** Begins to connect to the addresses of the answer. */
  async connect(answer: string): Promise<void> {
    const { onStep, onRtp } = this.#listener;
    for (const dtls of this.#connection.dtlsTransports) {
      dtls.iceTransport.onStateChange.subscribe((state) => state === 'connected' && onStep('ice'));
      dtls.onStateChange.subscribe((state) => {
        if (state === 'connected') onStep('dtls');
        if (state === 'failed') this.#listener.onFail('the DTLS handshake failed');
      });
      dtls.onRtp.subscribe(({ header, payload }) => header.payloadType === PAYLOAD_TYPE && onRtp(payload));
    }
    await this.#connection.setRemoteDescription({ type: 'answer', sdp: answer });
  }

  sendRtp(payload: Uint8Array, timestamp: number): void {
    const marker = this.#sequence === 0;
    const header = new RtpHeader({ sequenceNumber: this.#sequence & 0xffff, timestamp, marker });
    this.#sequence += 1;
    this.#sender.sendRtp(new RtpPacket(header, Buffer.from(payload))).catch(() => {
      // Not sent, as if lost on the way: the other side counts what arrives.
    });
  }

  /** Closes the channel, as `pc.close()` of a page; the other side ends the call. */
  hangUp(): void {
    this.#channel.close();
  }

  async close(): Promise<void> {
    await this.#connection.close().catch(() => {});
  }
}
