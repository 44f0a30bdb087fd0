// STUN binding requests (RFC 8489; ICE: RFC 8445, section 7.3): checked before the WebRTC library sees them, since it answers them
// without checking their integrity, and made for the check of a server's own addresses.

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

const HEADER_BYTES = 20;
const MAGIC_COOKIE = 0x2112_a442;
const BINDING_REQUEST = 0x0001;
const USERNAME = 0x0006;
const MESSAGE_INTEGRITY = 0x0008;
const PRIORITY = 0x0024;
const ICE_CONTROLLING = 0x802a;
/** Of a host candidate (RFC 8445, section 5.1.2.2). */
const HOST_PRIORITY = Buffer.from([0x6e, 0x7f, 0x1e, 0xff]);
/** An attribute's type and length. */
const ATTRIBUTE_BYTES = 4;
const INTEGRITY_BYTES = 20;

/** Credentials of our side of a call. */
export interface IceCredentials {
  readonly ufrag: string;
  readonly pwd: string;
}

/** Whether a datagram is STUN and not DTLS, RTP or RTCP (RFC 7983). */
export const isStun = (data: Buffer): boolean =>
  data.length >= HEADER_BYTES && (data[0] as number) < 4 && data.readUInt32BE(4) === MAGIC_COOKIE;

/** Whether a datagram is a binding request for `ufrag` whose MESSAGE-INTEGRITY is made with `pwd`. Never throws. */
export function isAuthenticCheck(data: Buffer, { ufrag, pwd }: IceCredentials): boolean {
  if (!isStun(data) || data.readUInt16BE(0) !== BINDING_REQUEST) return false;
  if (data.readUInt16BE(2) !== data.length - HEADER_BYTES) return false;
  let hasUsername = false;
  for (let at = HEADER_BYTES; at + ATTRIBUTE_BYTES <= data.length; ) {
    const type = data.readUInt16BE(at);
    const length = data.readUInt16BE(at + 2);
    const value = data.subarray(at + ATTRIBUTE_BYTES, at + ATTRIBUTE_BYTES + length);
    if (value.length < length) return false;
    if (type === USERNAME) hasUsername = value.toString().split(':')[0] === ufrag;
    if (type === MESSAGE_INTEGRITY) return hasUsername && isIntact(data.subarray(0, at), value, pwd);
    at += ATTRIBUTE_BYTES + length + ((4 - (length % 4)) % 4);
  }
  return false;
}

/** A binding request with the attributes of an ICE check, and the integrity of the credentials. */
export function bindingRequest({ ufrag, pwd }: IceCredentials): Buffer {
  const body = Buffer.concat([
    attribute(USERNAME, Buffer.from(`${ufrag}:client`)),
    attribute(PRIORITY, HOST_PRIORITY),
    attribute(ICE_CONTROLLING, randomBytes(8)),
  ]);
  const head = Buffer.alloc(HEADER_BYTES);
  head.writeUInt16BE(BINDING_REQUEST, 0);
  head.writeUInt16BE(body.length + ATTRIBUTE_BYTES + INTEGRITY_BYTES, 2);
  head.writeUInt32BE(MAGIC_COOKIE, 4);
  randomBytes(12).copy(head, 8);
  const integrity = createHmac('sha1', pwd).update(head).update(body).digest();
  return Buffer.concat([head, body, attribute(MESSAGE_INTEGRITY, integrity)]);
}

/** An attribute with its padding. */
function attribute(type: number, value: Buffer): Buffer {
  const head = Buffer.alloc(ATTRIBUTE_BYTES);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(value.length, 2);
  return Buffer.concat([head, value, Buffer.alloc((4 - (value.length % 4)) % 4)]);
}

/** `before` is the message up to the attribute; the length in its header counts the attribute too. */
function isIntact(before: Buffer, integrity: Buffer, pwd: string): boolean {
  if (integrity.length !== INTEGRITY_BYTES) return false;
  const message = Buffer.from(before);
  message.writeUInt16BE(before.length - HEADER_BYTES + ATTRIBUTE_BYTES + INTEGRITY_BYTES, 2);
  return timingSafeEqual(createHmac('sha1', pwd).update(message).digest(), integrity);
}
