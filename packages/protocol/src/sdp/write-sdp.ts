// Writes the two descriptions of a call: the offer as the WebRTC library gets it, and the answer for the client. Both hold only
// what `read-offer.ts` has read.

import type { OfferedAudio, OfferedDataChannel, RejectedSection, SdpOffer } from './read-offer.ts';
import { RTP_CODECS, type RtpCodec } from './rtp-codec.ts';

/** An address at which the server receives. */
export interface AnswerCandidate {
  /** IPv4 or IPv6. */
  readonly address: string;
  readonly port: number;
  /** `tcp` is passive: the client connects. @default udp */
  readonly transport?: 'udp' | 'tcp';
}

/** What the server's side of a call adds to an answer. */
export interface SdpAnswer {
  readonly ufrag: string;
  readonly pwd: string;
  /** Hash function and value: `sha-256 AB:CD:…`. */
  readonly fingerprint: string;
  /** The preferred one first. */
  readonly candidates: readonly AnswerCandidate[];
  /** Longest message that the server receives on the data channel, in bytes. */
  readonly maxMessageSize: number;
  /** RTP source of the audio that the server sends. Absent: the answer names none. */
  readonly ssrc?: number;
}

/** The id and the version need to differ only among the offers and answers of one peer connection, which has one of each here. */
const HEAD = ['v=0', 'o=- 1 1 IN IP4 0.0.0.0', 's=-', 't=0 0'];
/** With candidates, no address or port is needed in the section itself. @see RFC 8829, section 5.3.1 */
const NO_ADDRESS = 'c=IN IP4 0.0.0.0';
/** A client plays the stream of the track: `event.streams[0]` is `undefined` without it. */
const STREAM = 'colloquy audio';
const FRAME_MS = 20;
const SCTP_PORT = 5000;

/** The offer for the library: the accepted sections with one codec, no candidate, no extension. */
export function minimalOffer(offer: SdpOffer): string {
  const transport = transportLines(offer.transport, offer.transport.setup);
  const sections = offer.sections.flatMap((section) => {
    if (section.use === 'rejected') return [];
    const head = [...headLines(section), ...transport];
    if (section.use === 'data_channel') return [...head, ...channelLines(section.sctpPort, section.maxMessageSize)];
    return [...head, ...audioLines(section.codec, section.direction), ...sourceLines(section.ssrc)];
  });
  return joined([...HEAD, bundleLine(offer), ...sections]);
}

/** The answer for the client. The server is ICE-lite and the DTLS client; it rejects the sections that it does not use [WR25]. */
export function writeAnswer(offer: SdpOffer, answer: SdpAnswer): string {
  const sections = offer.sections.flatMap((section) => {
    if (section.use === 'rejected') return rejectedLines(section);
    const lines = [...headLines(section), ...transportLines(answer, 'active')];
    if (section.use === 'data_channel') lines.push(...channelLines(SCTP_PORT, answer.maxMessageSize));
    else lines.push(...answeredAudio(section, answer.ssrc ?? null));
    // The first section of the group speaks for all.
    return section.mid === offer.bundle[0] ? [...lines, ...candidateLines(answer.candidates)] : lines;
  });
  return joined([...HEAD, bundleLine(offer), 'a=ice-lite', ...sections]);
}

const joined = (lines: readonly string[]): string => lines.map((line) => `${line}\r\n`).join('');

const bundleLine = ({ bundle }: SdpOffer): string => `a=group:BUNDLE ${bundle.join(' ')}`;

function headLines(section: OfferedAudio | OfferedDataChannel): string[] {
  const media =
    section.use === 'audio'
      ? `m=audio 9 UDP/TLS/RTP/SAVPF ${section.codec.payloadType}`
      : 'm=application 9 UDP/DTLS/SCTP webrtc-datachannel';
  return [media, NO_ADDRESS, `a=mid:${section.mid}`];
}

function rejectedLines({ media, protocol, format, mid }: RejectedSection): string[] {
  const lines = [`m=${media} 0 ${protocol} ${format}`, NO_ADDRESS, 'a=inactive'];
  return mid === null ? lines : [...lines, `a=mid:${mid}`];
}

/** What both sides say of the transport they share. */
type Transport = Pick<SdpAnswer, 'ufrag' | 'pwd' | 'fingerprint'>;

function transportLines({ ufrag, pwd, fingerprint }: Transport, setup: string): string[] {
  return [`a=ice-ufrag:${ufrag}`, `a=ice-pwd:${pwd}`, `a=fingerprint:${fingerprint}`, `a=setup:${setup}`];
}

function audioLines({ name, payloadType }: RtpCodec, direction: string): string[] {
  const lines = [`a=${direction}`, 'a=rtcp-mux', `a=rtpmap:${payloadType} ${RTP_CODECS[name]}`];
  return name === 'opus' ? [...lines, `a=fmtp:${payloadType} minptime=10;useinbandfec=1`] : lines;
}

const sourceLines = (ssrc: number | null): string[] => (ssrc === null ? [] : [`a=ssrc:${ssrc} cname:colloquy`]);

const ANSWERED = { sendrecv: 'sendrecv', sendonly: 'recvonly', recvonly: 'sendonly' } as const;

function answeredAudio({ codec, direction }: OfferedAudio, ssrc: number | null): string[] {
  const lines = [...audioLines(codec, ANSWERED[direction]), `a=ptime:${FRAME_MS}`];
  return direction === 'sendonly' ? lines : [...lines, `a=msid:${STREAM}`, ...sourceLines(ssrc)];
}

/** On the wire, a size of 0 sets no limit. */
function channelLines(port: number, maxMessageSize: number): string[] {
  return [`a=sctp-port:${port}`, `a=max-message-size:${Number.isFinite(maxMessageSize) ? maxMessageSize : 0}`];
}

const candidateLines = (candidates: readonly AnswerCandidate[]): string[] => [
  ...candidates.map(candidateLine),
  'a=end-of-candidates',
];

/** Host candidates: type preference 126, and 90 over TCP. @see RFC 8445, section 5.1.2; RFC 6544, section 4.2 */
function candidateLine({ address, port, transport = 'udp' }: AnswerCandidate, index: number): string {
  const priority = (transport === 'udp' ? 126 : 90) * 2 ** 24 + (65_535 - index) * 2 ** 8 + 255;
  const line = `a=candidate:${index + 1} 1 ${transport} ${priority} ${address} ${port} typ host`;
  return transport === 'udp' ? line : `${line} tcptype passive`;
}
