// Reads how a peer is reached and recognised: ICE credentials, certificate fingerprint, DTLS role. RFC 8839, RFC 8842.

import { type OfferRead, type SdpAttributes, wrongOffer } from './sdp-text.ts';

/** The transport that all accepted sections of an offer share. */
export interface OfferedTransport {
  /** 4 to 256 characters. */
  readonly ufrag: string;
  /** 22 to 256 characters. */
  readonly pwd: string;
  /** Hash function and value: `sha-256 AB:CD:…`. */
  readonly fingerprint: string;
  /** Both leave the server the active role, the DTLS client. */
  readonly setup: 'actpass' | 'passive';
}

/** Bytes of a fingerprint, by its hash function. SHA-1 and MD5 are not accepted. */
const HASH_BYTES: ReadonlyMap<string, number> = new Map([
  ['sha-256', 32],
  ['sha-384', 48],
  ['sha-512', 64],
]);

/** Reads the transport of a section; what the section does not say is said for the whole session. */
export function readTransport(section: SdpAttributes, session: SdpAttributes): OfferRead<OfferedTransport> {
  const textOf = (name: string) => (section.get(name) ?? session.get(name))?.[0] ?? '';
  const [ufrag, pwd, setup] = [textOf('ice-ufrag'), textOf('ice-pwd'), textOf('setup')];
  if (!isIceText(ufrag, 4)) return wrongOffer("It needs an 'ice-ufrag' of 4 to 256 characters.");
  if (!isIceText(pwd, 22)) return wrongOffer("It needs an 'ice-pwd' of 22 to 256 characters.");
  if (setup !== 'actpass' && setup !== 'passive') return wrongOffer("Its 'setup' must be 'actpass' or 'passive'.");
  const fingerprints = (section.get('fingerprint') ?? session.get('fingerprint') ?? []).flatMap(fingerprintOf);
  const [fingerprint, second] = fingerprints;
  if (fingerprint === undefined || second !== undefined)
    return wrongOffer('It needs exactly one fingerprint by sha-256, sha-384 or sha-512.');
  return { ok: true, value: { ufrag, pwd, fingerprint, setup } };
}

const isIceText = (text: string, min: number): boolean =>
  text.length >= min && text.length <= 256 && /^[a-z\d+/]+$/i.test(text);

/** A fingerprint in one form, or nothing if its hash function is not accepted or its value is not one. */
function fingerprintOf(value: string): string[] {
  const [hash = '', hex = ''] = value.split(' ', 2);
  const bytes = HASH_BYTES.get(hash.toLowerCase());
  const isHex = hex.split(':').every((byte) => /^[\da-f]{2}$/i.test(byte));
  if (bytes === undefined || hex.length !== bytes * 3 - 1 || !isHex) return [];
  return [`${hash.toLowerCase()} ${hex.toUpperCase()}`];
}
