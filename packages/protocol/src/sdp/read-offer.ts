// Reads the SDP offer of a WebRTC call: which sections are accepted, with which codec, over which transport. An offer that has
// two readings is refused.

import { type OfferedTransport, readTransport } from './ice-transport.ts';
import { chooseCodec, RTP_CODECS, type RtpCodec, type RtpCodecName } from './rtp-codec.ts';
import {
  directionIn,
  isToken,
  type OfferRead,
  readSdpText,
  type SdpDirection,
  type SdpSection,
  type SdpText,
  wrongOffer,
} from './sdp-text.ts';

/** The audio section that is accepted. */
export interface OfferedAudio {
  readonly use: 'audio';
  readonly mid: string;
  readonly codec: RtpCodec;
  /** As the client sees it: `recvonly` for a client without a microphone. */
  readonly direction: Exclude<SdpDirection, 'inactive'>;
  /** The first RTP source that the offer names; `null` if it names none. */
  readonly ssrc: number | null;
}

/** The data channel section that is accepted. */
export interface OfferedDataChannel {
  readonly use: 'data_channel';
  readonly mid: string;
  readonly sctpPort: number;
  /** Longest message that the client receives, in bytes; `Infinity` if it sets no limit. */
  readonly maxMessageSize: number;
}

/** A section that the answer rejects, with what the answer repeats of it. */
export interface RejectedSection {
  readonly use: 'rejected';
  readonly mid: string | null;
  /** `audio`, `video`, `application`, … */
  readonly media: string;
  readonly protocol: string;
  /** The first format of the section. */
  readonly format: string;
}

/** An offer within the bounds, without its candidates: none of them is used [WR23]. */
export interface SdpOffer {
  /** All media sections, in order. */
  readonly sections: readonly (OfferedAudio | OfferedDataChannel | RejectedSection)[];
  /** The `mid`s of the accepted sections, in the order of their BUNDLE group. */
  readonly bundle: readonly string[];
  readonly transport: OfferedTransport;
  readonly audio: OfferedAudio;
  /** `null` for a call that is driven by sidebands alone. */
  readonly dataChannel: OfferedDataChannel | null;
}

export interface ReadOfferOptions {
  /** Codecs that the server can use. @default all */
  readonly codecs?: readonly RtpCodecName[];
}

const ALL_CODECS = Object.keys(RTP_CODECS) as RtpCodecName[];

/**
 * Reads an offer, or says what is wrong with it: `invalid_value`, param `sdp`. Never throws; the cost is linear in the text.
 *
 * The first usable audio section is accepted, with the first codec of its order that is in `codecs`, and the data channel.
 * Other sections are to be rejected in the answer.
 *
 * @see RFC 8829 (JSEP), RFC 8843 (BUNDLE)
 */
export function readOffer(text: string, { codecs = ALL_CODECS }: ReadOfferOptions = {}): OfferRead<SdpOffer> {
  const read = readSdpText(text);
  if (!read.ok) return read;
  const { attributes, sections } = read.value;
  if (attributes.has('ice-lite'))
    return wrongOffer("It is 'ice-lite', as the server is, so that nobody would connect.");
  const wrongMid = judgeMids(sections);
  if (wrongMid) return wrongMid;
  const accepted = acceptSections(sections);
  if (!accepted.ok) return accepted;
  const { audio: audioSection, dataChannel: channelSection } = accepted.value;
  const bundle = bundleOf(read.value, channelSection ? [audioSection, channelSection] : [audioSection]);
  if (!bundle.ok) return bundle;
  const transport = transportOf(read.value, bundle.value);
  if (!transport.ok) return transport;
  const audio = readAudio(audioSection, directionIn(attributes), codecs);
  if (!audio.ok) return audio;
  const dataChannel = channelSection && readDataChannel(channelSection);
  if (dataChannel && !dataChannel.ok) return dataChannel;
  return {
    ok: true,
    value: {
      sections: sections.map((section) => {
        if (section === audioSection) return audio.value;
        return section === channelSection && dataChannel ? dataChannel.value : rejected(section);
      }),
      bundle: bundle.value.map(midOf),
      transport: transport.value,
      audio: audio.value,
      dataChannel: dataChannel?.value ?? null,
    },
  };
}

const midOf = ({ attributes }: SdpSection): string => attributes.get('mid')?.[0] ?? '';

function judgeMids(sections: readonly SdpSection[]) {
  const mids = sections.filter(({ attributes }) => attributes.has('mid')).map(midOf);
  if (!mids.every(isToken)) return wrongOffer("A 'mid' must have 1 to 64 characters and no spaces.");
  return new Set(mids).size === mids.length ? undefined : wrongOffer("Two sections have the same 'mid'.");
}

interface AcceptedSections {
  audio: SdpSection;
  dataChannel: SdpSection | undefined;
}

function acceptSections(sections: readonly SdpSection[]): OfferRead<AcceptedSections> {
  const enabled = sections.filter(({ port, attributes }) => port > 0 || attributes.has('bundle-only'));
  const audio = enabled.find(({ media, protocol }) => media === 'audio' && protocol === 'UDP/TLS/RTP/SAVPF');
  if (!audio) return wrongOffer("It needs an audio section on 'UDP/TLS/RTP/SAVPF'.");
  if (!audio.attributes.has('rtcp-mux')) return wrongOffer("Its audio section needs 'rtcp-mux'.");
  const [dataChannel, second] = enabled.filter(isDataChannel);
  if (second) return wrongOffer('It has two sections for data channels.');
  return { ok: true, value: { audio, dataChannel } };
}

const isDataChannel = ({ media, protocol, formats }: SdpSection): boolean =>
  media === 'application' && protocol === 'UDP/DTLS/SCTP' && formats[0] === 'webrtc-datachannel';

/** The accepted sections, in the order of the BUNDLE group that holds them all. */
function bundleOf({ attributes }: SdpText, accepted: readonly SdpSection[]): OfferRead<SdpSection[]> {
  const byMid = new Map(accepted.map((section) => [midOf(section), section]));
  for (const group of attributes.get('group') ?? []) {
    const [semantics, ...mids] = group.split(' ');
    const members = new Set(mids.flatMap((mid) => byMid.get(mid) ?? []));
    if (semantics === 'BUNDLE' && members.size === accepted.length) return { ok: true, value: [...members] };
  }
  return wrongOffer("Its audio and data channel sections must be in one 'BUNDLE' group.");
}

/**
 * The transport of the first accepted section of the group. A section that is `bundle-only` may have none of its own: then the
 * first of all sections that has one speaks for the group.
 */
function transportOf({ attributes, sections }: SdpText, bundle: readonly SdpSection[]): OfferRead<OfferedTransport> {
  const own = bundle
    .slice(0, 1)
    .concat(sections)
    .find((section) => section.attributes.has('ice-ufrag'));
  return readTransport(own?.attributes ?? new Map(), attributes);
}

function readAudio(
  section: SdpSection,
  sessionDirection: SdpDirection | undefined,
  codecs: readonly RtpCodecName[],
): OfferRead<OfferedAudio> {
  const direction = directionIn(section.attributes) ?? sessionDirection ?? 'sendrecv';
  if (direction === 'inactive') return wrongOffer("Its audio section is 'inactive'.");
  const codec = chooseCodec(section, codecs);
  if (!codec.ok) return codec;
  const ssrc = numberOf(section.attributes.get('ssrc')?.[0]?.split(' ', 1)[0] ?? '', 2 ** 32 - 1);
  return { ok: true, value: { use: 'audio', mid: midOf(section), codec: codec.value, direction, ssrc: ssrc ?? null } };
}

/** What holds where the section does not say. @see RFC 8841, sections 5.2 and 6.1 */
const DEFAULT_SCTP_PORT = '5000';
const DEFAULT_MESSAGE_SIZE = '65536';

function readDataChannel(section: SdpSection): OfferRead<OfferedDataChannel> {
  const sctpPort = numberOf(section.attributes.get('sctp-port')?.[0] ?? DEFAULT_SCTP_PORT, 65_535);
  if (!sctpPort) return wrongOffer("Its 'sctp-port' must be a number from 1 to 65535.");
  const size = numberOf(
    section.attributes.get('max-message-size')?.[0] ?? DEFAULT_MESSAGE_SIZE,
    Number.MAX_SAFE_INTEGER,
  );
  if (size === undefined) return wrongOffer("Its 'max-message-size' must be a number.");
  const maxMessageSize = size === 0 ? Number.POSITIVE_INFINITY : size;
  return { ok: true, value: { use: 'data_channel', mid: midOf(section), sctpPort, maxMessageSize } };
}

function numberOf(digits: string, max: number): number | undefined {
  return /^\d{1,16}$/.test(digits) && Number(digits) <= max ? Number(digits) : undefined;
}

function rejected({ media, protocol, formats, attributes }: SdpSection): RejectedSection {
  return { use: 'rejected', mid: attributes.get('mid')?.[0] ?? null, media, protocol, format: formats[0] };
}
