import { describe, expect, it } from 'vitest';
import { bindingRequest, isAuthenticCheck, isStun } from './stun.ts';

/** The request of RFC 5769, section 2.1. */
const REQUEST = Buffer.from(
  `000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74002400046e0001ff80290008932ff9b151263b36
   00060009 6576746a3a68367659202020 00080014 9aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2 80280004e57a3bcf`.replaceAll(
    /\s/g,
    '',
  ),
  'hex',
);
const ours = { ufrag: 'evtj', pwd: 'VOkJxbRl1RmTxUk/WvJxBt' };

const changed = (at: number, byte: number) => {
  const copy = Buffer.from(REQUEST);
  copy[at] = byte;
  return copy;
};

describe('isAuthenticCheck', () => {
  it('accepts the sample request of RFC 5769', () => {
    expect(isAuthenticCheck(REQUEST, ours)).toBe(true);
  });

  it('accepts a request that is made with the credentials, and no other', () => {
    const request = bindingRequest(ours);
    expect(isAuthenticCheck(request, ours)).toBe(true);
    expect(isAuthenticCheck(bindingRequest({ ...ours, pwd: 'another password, long' }), ours)).toBe(false);
  });

  it('refuses another password and another user name', () => {
    expect(isAuthenticCheck(REQUEST, { ...ours, pwd: 'another password, long' })).toBe(false);
    expect(isAuthenticCheck(REQUEST, { ...ours, ufrag: 'evt' })).toBe(false);
  });

  it('refuses a change of any byte that the integrity covers', () => {
    const covered = REQUEST.length - 8;
    for (let at = 0; at < covered; at++)
      expect(isAuthenticCheck(changed(at, (REQUEST[at] as number) ^ 1), ours), `byte ${at}`).toBe(false);
  });

  it('refuses every shorter message, and one without integrity', () => {
    for (let length = 0; length < REQUEST.length; length++)
      expect(isAuthenticCheck(REQUEST.subarray(0, length), ours), `${length} bytes`).toBe(false);
    const bare = Buffer.from(REQUEST.subarray(0, 20));
    bare.writeUInt16BE(0, 2);
    expect(isAuthenticCheck(bare, ours)).toBe(false);
  });

  it('tells STUN from DTLS and RTP', () => {
    expect([REQUEST, changed(0, 22), changed(0, 128), Buffer.alloc(10)].map(isStun)).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });
});
