// The peer connection of a call over werift. The only file that imports it.

import { randomInt } from 'node:crypto';
import { isIPv4 } from 'node:net';
import type { RtpCodec, RtpCodecName } from '@colloquy/protocol';
import {
  MediaStreamTrack,
  type RTCDataChannel,
  RTCDtlsTransport,
  RTCPeerConnection,
  RTCRtpCodecParameters,
  type RTCRtpSender,
  RtcpRrPacket,
  RtcpSrPacket,
  RtpHeader,
  RtpPacket,
} from 'werift';
import { NoPortError } from '../../calls/media-plane.ts';
import type { Peer, PeerAnswer, PeerEnd, PeerListener, PeerOffer, PeerOptions } from './peer.ts';
import { type IceCredentials, isAuthenticCheck, isStun } from './stun.ts';

/** The peer has that long to close its side of the channel; less is too short on a busy machine. */
const CLOSE_TIMEOUT_MS = 1000;
/** The answer to the peer's reset has to leave before the socket is closed, and may have to be repeated. */
const CLOSE_LINGER_MS = 100;
const CERTIFICATE_MS = 86_400_000;
const SPARE_WINDOW_BYTES = 65_536;
/** More than the records of a handshake. */
const FIRST_RECORD = 256;

const CODECS: Readonly<Record<RtpCodecName, { mimeType: string; clockRate: number; channels: number }>> = {
  opus: { mimeType: 'audio/opus', clockRate: 48_000, channels: 2 },
  PCMU: { mimeType: 'audio/PCMU', clockRate: 8000, channels: 1 },
  PCMA: { mimeType: 'audio/PCMA', clockRate: 8000, channels: 1 },
};

/** Members that werift's type declarations leave out. */
interface Datagrams {
  readonly protocols: readonly {
    readonly transport: { onData: (data: Buffer, address: readonly [string, number]) => void };
  }[];
}

interface DtlsInside {
  readonly dtls: { recordSequenceNumber: number };
}

let certificateAt: number | undefined;

/** One certificate serves all calls of a day: making one takes as long as a call's whole setup. */
function renewCertificate(now: number): void {
  if (certificateAt !== undefined && now - certificateAt < CERTIFICATE_MS) return;
  certificateAt = now;
  Object.assign(RTCDtlsTransport, { localCertificate: undefined, localCertificatePromise: undefined });
}

/** Opens a peer connection. It has no sockets before `answer`. */
export function openWeriftPeer(listener: PeerListener, options: PeerOptions): Peer {
  renewCertificate(options.clock());
  return new WeriftPeer(listener, options);
}

class WeriftPeer implements Peer {
  readonly #listener: PeerListener;
  readonly #options: PeerOptions;
  #connection: RTCPeerConnection | undefined;
  #sender: RTCRtpSender | undefined;
  #channel: RTCDataChannel | undefined;
  #sequence = randomInt(0x8000);
  #isEnded = false;
  lastSeenAt: number;

  constructor(listener: PeerListener, options: PeerOptions) {
    this.#listener = listener;
    this.#options = options;
    this.lastSeenAt = options.clock();
  }

  async answer({ sdp, codec, hasChannel }: PeerOffer): Promise<PeerAnswer> {
    const connection = this.#connect(codec, hasChannel);
    this.#sender = connection.addTrack(new MediaStreamTrack({ kind: 'audio' }));
    await connection.setRemoteDescription({ type: 'offer', sdp });
    this.#limitReassembly(connection);
    await connection.setLocalDescription(await connection.createAnswer());
    const [dtls] = connection.dtlsTransports;
    const fingerprint = dtls?.localParameters.fingerprints[0];
    if (!dtls || !fingerprint || this.#isEnded) throw new Error('no transport');
    const { usernameFragment: ufrag, password: pwd } = dtls.iceTransport.localParameters;
    this.#guardSockets(dtls, { ufrag, pwd });
    separateRecordNumbers(dtls);
    this.#readRtp(dtls, codec.payloadType);
    const candidates = dtls.iceTransport.localCandidates.map(({ ip, port }) => ({ address: ip, port }));
    if (this.#options.ports && candidates.length === 0) throw new NoPortError();
    return {
      ufrag,
      pwd,
      fingerprint: `${fingerprint.algorithm} ${fingerprint.value}`,
      candidates: this.#advertise(candidates),
      ssrc: this.#sender.ssrc,
    };
  }

  #connect({ name, payloadType }: RtpCodec, hasChannel: boolean): RTCPeerConnection {
    const connection = new RTCPeerConnection({
      iceLite: true,
      iceServers: [],
      bundlePolicy: 'max-bundle',
      codecs: { audio: [new RTCRtpCodecParameters({ ...CODECS[name], payloadType })], video: [] },
      headerExtensions: {},
      maxMessageSize: this.#options.maxMessageBytes,
      icePortRange: this.#options.ports ? [...this.#options.ports] : undefined,
    });
    this.#connection = connection;
    connection.onDataChannel.subscribe((channel) => this.#openChannel(channel));
    connection.connectionStateChange.subscribe((state) => {
      if (state === 'failed') this.#end('failed');
      if (state === 'connected' && !hasChannel && !this.#isEnded) this.#listener.onOpen();
    });
    return connection;
  }

  /** werift offers a window of 1 MiB, in which a larger message would never arrive as a whole. */
  #limitReassembly(connection: RTCPeerConnection): void {
    const { sctp } = connection.sctpTransport ?? {};
    if (sctp) Object.assign(sctp, { advertisedRwnd: this.#options.maxMessageBytes + SPARE_WINDOW_BYTES });
  }

  /** Drops STUN that is not authenticated before werift answers it. */
  #guardSockets(dtls: RTCDtlsTransport, credentials: IceCredentials): void {
    for (const { transport } of (dtls.iceTransport.connection as unknown as Datagrams).protocols) {
      const receive = transport.onData;
      transport.onData = (data, address) => {
        if (isStun(data)) {
          if (!isAuthenticCheck(data, credentials)) return;
          this.lastSeenAt = this.#options.clock();
        }
        receive(data, address);
      };
    }
  }

  #readRtp(dtls: RTCDtlsTransport, payloadType: number): void {
    dtls.onRtp.subscribe(({ header, payload }) => {
      this.lastSeenAt = this.#options.clock();
      if (header.payloadType !== payloadType || this.#isEnded) return;
      const { ssrc, sequenceNumber: sequence, timestamp } = header;
      this.#listener.onRtp({ ssrc, sequence, timestamp, payload });
    });
    dtls.onRtcp.subscribe((packet) => {
      if (this.#isEnded || !(packet instanceof RtcpRrPacket || packet instanceof RtcpSrPacket)) return;
      const report = packet.reports.find(({ ssrc }) => ssrc === this.#sender?.ssrc);
      if (report) this.#listener.onLossReport(report.fractionLost / 256);
    });
  }

  /** Named addresses replace those of the interfaces: behind NAT only the operator knows them. */
  #advertise(own: PeerAnswer['candidates']): PeerAnswer['candidates'] {
    const { addresses } = this.#options;
    if (!addresses) return own;
    return addresses.flatMap((address) => {
      const match = own.find((each) => each.address === address);
      const sameFamily = match ?? own.find((each) => isIPv4(each.address) === isIPv4(address));
      return sameFamily ? [{ address, port: sameFamily.port }] : [];
    });
  }

  /** The first channel is used, whatever its label; others are ignored [WR2]. */
  #openChannel(channel: RTCDataChannel): void {
    if (this.#channel || this.#isEnded) return;
    this.#channel = channel;
    channel.onMessage.subscribe((message) => {
      if (this.#isEnded || channel !== this.#channel) return;
      if (message.length > this.#options.maxMessageBytes) return this.#end('message_too_large');
      this.#listener.onMessage(message);
    });
    channel.stateChange.subscribe((state) => {
      if (channel === this.#channel && state === 'open') this.#listener.onOpen();
      if (channel === this.#channel && state === 'closed') this.#end('channel_closed');
    });
    if (channel.readyState === 'open') this.#listener.onOpen();
  }

  #end(reason: PeerEnd): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#listener.onEnd(reason);
  }

  send(text: string): boolean {
    if (this.#isEnded || this.#channel?.readyState !== 'open') return false;
    try {
      this.#channel.send(text);
      return true;
    } catch {
      // Larger than the size that the peer announced.
      return false;
    }
  }

  sendRtp(payload: Uint8Array, timestamp: number, marker: boolean): void {
    if (this.#isEnded || !this.#sender) return;
    this.#sequence = (this.#sequence + 1) & 0xffff;
    const header = new RtpHeader({ sequenceNumber: this.#sequence, timestamp, marker });
    this.#sender.sendRtp(new RtpPacket(header, Buffer.from(payload))).catch(() => {
      // Not sent, as if lost on the way; the watch over the connection decides when it is over.
    });
  }

  get bufferedBytes(): number {
    return this.#channel?.bufferedAmount ?? 0;
  }

  async close(): Promise<void> {
    this.#isEnded = true;
    const connection = this.#connection;
    this.#connection = undefined;
    if (!connection) return;
    try {
      if (this.#channel) await closeChannel(this.#channel);
      await connection.close();
    } catch {
      // Half closed: what is left of it ends with the sockets.
    }
  }
}

/**
 * Numbers the records of data after those of the handshake. werift counts the Finished record of epoch 1 with the handshake and then
 * starts again at 1, so one record of data would have the same number and the same nonce of its cipher, and be dropped by the peer.
 */
function separateRecordNumbers(dtls: RTCDtlsTransport): void {
  dtls.onStateChange.subscribe((state) => {
    const context = (dtls.dtls as unknown as DtlsInside | undefined)?.dtls;
    if (state === 'connected' && context) context.recordSequenceNumber = FIRST_RECORD;
  });
}

/**
 * Resolves when both directions are reset (RFC 8831, section 6.7), or after a second. The peer's own reset comes second: if it finds
 * no answer, the page never sees its channel closed.
 */
function closeChannel(channel: RTCDataChannel): Promise<void> {
  if (channel.readyState !== 'open') return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, CLOSE_TIMEOUT_MS);
    let resets = 0;
    channel.sctp.sctp.onReconfigStreams.subscribe((ids) => {
      if (!ids.includes(channel.id)) return;
      resets += 1;
      if (resets < 2) return;
      clearTimeout(timer);
      setTimeout(resolve, CLOSE_LINGER_MS);
    });
    channel.close();
  });
}

/** An offer as a browser makes it, for a connection that nobody uses. */
const WARM_UP_OFFER = [
  'v=0',
  'o=- 1 1 IN IP4 0.0.0.0',
  's=-',
  't=0 0',
  'a=group:BUNDLE 0',
  'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
  'c=IN IP4 0.0.0.0',
  'a=mid:0',
  'a=ice-ufrag:warm',
  'a=ice-pwd:warmwarmwarmwarmwarmwarm',
  `a=fingerprint:sha-256 ${Array.from({ length: 32 }, () => '00').join(':')}`,
  'a=setup:passive',
  'a=sctp-port:5000',
  '',
].join('\r\n');

/** Compiles what the first call needs and makes the certificate. Never rejects: without it, the first call takes longer. */
export async function warmUpWerift(): Promise<void> {
  const ignore = () => {};
  const listener = { onOpen: ignore, onMessage: ignore, onRtp: ignore, onLossReport: ignore, onEnd: ignore };
  const peer = openWeriftPeer(listener, { clock: () => performance.now(), maxMessageBytes: 65_536 });
  try {
    await peer.answer({ sdp: WARM_UP_OFFER, codec: { name: 'opus', payloadType: 111 }, hasChannel: true });
  } catch {
    // As said above.
  }
  await peer.close();
}
