// Chooses the audio codec of a call from the payload types of an offer. Audio formats of a session are in `audio-format.ts`.

import { type OfferRead, type SdpSection, wrongOffer } from './sdp-text.ts';

/** Codecs that a call can use, by their name in `a=rtpmap`. */
export const RTP_CODECS = { opus: 'opus/48000/2', PCMU: 'PCMU/8000', PCMA: 'PCMA/8000' } as const;

export type RtpCodecName = keyof typeof RTP_CODECS;

export interface RtpCodec {
  readonly name: RtpCodecName;
  /** The number that the offer gives the codec: 111 in Chromium, 109 in Firefox, 0 and 8 for G.711. */
  readonly payloadType: number;
}

/** What `a=rtpmap` may say, in lower case. One channel need not be written. */
const NAMES: ReadonlyMap<string, RtpCodecName> = new Map([
  ['opus/48000/2', 'opus'],
  ['pcmu/8000', 'PCMU'],
  ['pcmu/8000/1', 'PCMU'],
  ['pcma/8000', 'PCMA'],
  ['pcma/8000/1', 'PCMA'],
]);

/** Payload types that need no `a=rtpmap`. @see RFC 3551, table 4 */
const STATIC: ReadonlyMap<string, string> = new Map([
  ['0', 'pcmu/8000'],
  ['8', 'pcma/8000'],
]);

/** The first codec of the section's own order that is one of `supported`. */
export function chooseCodec(section: SdpSection, supported: readonly RtpCodecName[]): OfferRead<RtpCodec> {
  const encodings = new Map<string, string>();
  for (const map of section.attributes.get('rtpmap') ?? []) {
    const [format = '', encoding = ''] = map.split(' ', 2);
    if (encodings.has(format)) return wrongOffer("A payload type has 'rtpmap' twice.");
    encodings.set(format, encoding.toLowerCase());
  }
  for (const format of section.formats) {
    const name = NAMES.get(encodings.get(format) ?? STATIC.get(format) ?? '');
    if (name && supported.includes(name) && isPayloadType(format))
      return { ok: true, value: { name, payloadType: Number(format) } };
  }
  return wrongOffer(`Its audio section has none of the supported codecs: ${supported.join(', ')}.`);
}

/** Payload types from 64 to 95 are those of RTCP where both share a port. @see RFC 5761, section 4 */
const isPayloadType = (format: string): boolean =>
  /^\d{1,3}$/.test(format) && (Number(format) < 64 || (Number(format) > 95 && Number(format) < 128));
