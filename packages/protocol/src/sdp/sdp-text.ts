// Splits the text of a session description into its sections and their attributes, within bounds. What an offer must hold is in
// `read-offer.ts`.

import type { Issue } from '../errors.ts';

/** Longest text of an offer, in characters. A server counts the bytes of the body as well. */
export const MAX_SDP_LENGTH = 64 * 1024;
const MAX_LINE_LENGTH = 4096;
const MAX_LINES = 1000;
const MAX_SECTIONS = 8;

/** Attributes that have one value. Given twice, the section would have two readings. */
const SINGLE = [
  'bundle-only',
  'ice-lite',
  'ice-pwd',
  'ice-ufrag',
  'max-message-size',
  'mid',
  'rtcp-mux',
  'sctp-port',
  'setup',
];
const DIRECTIONS = ['sendrecv', 'sendonly', 'recvonly', 'inactive'] as const;

/** The direction of a media section, as its sender sees it. */
export type SdpDirection = (typeof DIRECTIONS)[number];

/** Attributes by name, each with its values in order; `a=rtcp-mux` has the value `''`. */
export type SdpAttributes = ReadonlyMap<string, readonly string[]>;

/** What follows one `m=` line. */
export interface SdpSection {
  /** `audio`, `video`, `application`, … */
  readonly media: string;
  readonly port: number;
  /** `UDP/TLS/RTP/SAVPF` for audio over WebRTC. */
  readonly protocol: string;
  /** Payload types, or the name of the data channel. At least one. */
  readonly formats: readonly [string, ...string[]];
  readonly attributes: SdpAttributes;
}

export interface SdpText {
  /** Attributes before the first `m=` line. */
  readonly attributes: SdpAttributes;
  readonly sections: readonly SdpSection[];
}

/** A value read from an offer, or what is wrong with the offer. */
export type OfferRead<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly issue: Issue };

/** Refuses an offer. The first two sentences are those of the live service; `reason` quotes nothing of the offer [WR23]. */
export const wrongOffer = (reason: string): { readonly ok: false; readonly issue: Issue } => ({
  ok: false,
  issue: {
    code: 'invalid_value',
    param: 'sdp',
    message: `Invalid SDP offer. Please try again with a WHIP-compliant offer. ${reason}`,
  },
});

/** Reads the lines. The cost is linear in the text; nothing is read of a text that is longer than the bounds. */
export function readSdpText(text: string): OfferRead<SdpText> {
  if (text.length > MAX_SDP_LENGTH) return wrongOffer(`It is longer than ${MAX_SDP_LENGTH} characters.`);
  const lines = linesOf(text);
  if (lines.length > MAX_LINES) return wrongOffer(`It has more than ${MAX_LINES} lines.`);
  if (lines[0] !== 'v=0') return wrongOffer("Its first line must be 'v=0'.");
  const session = new Map<string, string[]>();
  const sections: SdpSection[] = [];
  let attributes = session;
  for (const line of lines) {
    if (line.length > MAX_LINE_LENGTH) return wrongOffer(`A line is longer than ${MAX_LINE_LENGTH} characters.`);
    if (!/^[a-z]=/.test(line) || /[\0\r]/.test(line)) return wrongOffer("A line is not of the form 'a=value'.");
    if (line.startsWith('m=')) {
      if (sections.length === MAX_SECTIONS) return wrongOffer(`It has more than ${MAX_SECTIONS} media sections.`);
      attributes = new Map();
      const section = sectionOf(line.slice(2), attributes);
      if (!section) return wrongOffer("An 'm=' line is not valid.");
      sections.push(section);
    } else if (line.startsWith('a=')) {
      addAttribute(attributes, line.slice(2));
    }
  }
  for (const each of [session, ...sections.map((section) => section.attributes)]) {
    const doubled = doubledIn(each);
    if (doubled !== undefined) return wrongOffer(`A section has '${doubled}' twice.`);
  }
  return { ok: true, value: { attributes: session, sections } };
}

/** The direction that the attributes name, or `undefined`. */
export const directionIn = (attributes: SdpAttributes): SdpDirection | undefined =>
  DIRECTIONS.find((direction) => attributes.has(direction));

/** Lines without their ends (CR LF, or LF alone) and without the empty ones at the end of the text. */
function linesOf(text: string): string[] {
  const lines = text.split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
  while (lines.at(-1) === '') lines.pop();
  return lines;
}

function sectionOf(line: string, attributes: SdpAttributes): SdpSection | undefined {
  const [media = '', port = '', protocol = '', format, ...formats] = line.split(' ');
  if (format === undefined || !/^\d{1,5}$/.test(port) || Number(port) > 65_535) return undefined;
  if (![media, format, ...formats].every(isToken) || !protocol.split('/').every(isToken)) return undefined;
  return { media, port: Number(port), protocol, formats: [format, ...formats], attributes };
}

/** A token of RFC 8866, of at most 64 characters, so that the answer may repeat it. */
export const isToken = (text: string): boolean => /^[\w!#$%&'*+.^`{|}~-]{1,64}$/.test(text);

function addAttribute(attributes: Map<string, string[]>, attribute: string): void {
  const colon = attribute.indexOf(':');
  const name = colon < 0 ? attribute : attribute.slice(0, colon);
  const value = colon < 0 ? '' : attribute.slice(colon + 1);
  const values = attributes.get(name);
  if (values) values.push(value);
  else attributes.set(name, [value]);
}

function doubledIn(attributes: SdpAttributes): string | undefined {
  const directions = DIRECTIONS.flatMap((direction) => attributes.get(direction) ?? []);
  if (directions.length > 1) return 'a direction';
  return SINGLE.find((name) => (attributes.get(name)?.length ?? 0) > 1);
}
