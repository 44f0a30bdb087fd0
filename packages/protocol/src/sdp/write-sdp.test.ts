import { OFFERS } from '@support/sdp-offers.mjs';
import { describe, expect, it } from 'vitest';
import { readOffer, type SdpOffer } from './read-offer.ts';
import { minimalOffer, type SdpAnswer, writeAnswer } from './write-sdp.ts';

const FINGERPRINT = `sha-256 ${'0A:'.repeat(31)}0A`;
const ANSWER: SdpAnswer = {
  ufrag: 'serv',
  pwd: 'serverserverserverserv',
  fingerprint: FINGERPRINT,
  candidates: [
    { address: '192.0.2.7', port: 40_000 },
    { address: '2001:db8::7', port: 40_001 },
    { address: '192.0.2.7', port: 40_002, transport: 'tcp' },
  ],
  maxMessageSize: 16_777_216,
  ssrc: 77,
};

function offerOf(text: string): SdpOffer {
  const read = readOffer(text);
  if (!read.ok) throw new Error(read.issue.message);
  return read.value;
}

const linesOf = (text: string) => text.split('\r\n');

describe('the answer', () => {
  it('[WR25] accepts audio and data channel, as an ICE-lite DTLS client', () => {
    expect(linesOf(writeAnswer(offerOf(OFFERS.chromium), ANSWER))).toEqual([
      'v=0',
      'o=- 1 1 IN IP4 0.0.0.0',
      's=-',
      't=0 0',
      'a=group:BUNDLE 0 1',
      'a=ice-lite',
      'm=audio 9 UDP/TLS/RTP/SAVPF 111',
      'c=IN IP4 0.0.0.0',
      'a=mid:0',
      'a=ice-ufrag:serv',
      'a=ice-pwd:serverserverserverserv',
      `a=fingerprint:${FINGERPRINT}`,
      'a=setup:active',
      'a=sendrecv',
      'a=rtcp-mux',
      'a=rtpmap:111 opus/48000/2',
      'a=fmtp:111 minptime=10;useinbandfec=1',
      'a=ptime:20',
      'a=msid:colloquy audio',
      'a=ssrc:77 cname:colloquy',
      'a=candidate:1 1 udp 2130706431 192.0.2.7 40000 typ host',
      'a=candidate:2 1 udp 2130706175 2001:db8::7 40001 typ host',
      'a=candidate:3 1 tcp 1526726143 192.0.2.7 40002 typ host tcptype passive',
      'a=end-of-candidates',
      'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
      'c=IN IP4 0.0.0.0',
      'a=mid:1',
      'a=ice-ufrag:serv',
      'a=ice-pwd:serverserverserverserv',
      `a=fingerprint:${FINGERPRINT}`,
      'a=setup:active',
      'a=sctp-port:5000',
      'a=max-message-size:16777216',
      '',
    ]);
  });

  it('[WR25] keeps the order of the sections; those not used have port 0', () => {
    const answer = linesOf(writeAnswer(offerOf(OFFERS.chromiumVideo), ANSWER));
    expect(answer.filter((line) => /^(m=|a=mid|a=group)/.test(line))).toEqual([
      'a=group:BUNDLE 1 3',
      'm=video 0 UDP/TLS/RTP/SAVPF 96',
      'a=mid:0',
      'm=audio 9 UDP/TLS/RTP/SAVPF 111',
      'a=mid:1',
      'm=audio 0 UDP/TLS/RTP/SAVPF 111',
      'a=mid:2',
      'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
      'a=mid:3',
    ]);
    expect(answer.filter((line) => line === 'a=inactive')).toHaveLength(2);
  });

  it('[WR25] is the other direction of the offer, and names a stream only if it sends', () => {
    const recvonly = writeAnswer(offerOf(OFFERS.chromiumRecvonly), ANSWER);
    expect(recvonly).toContain('a=sendonly\r\n');
    expect(recvonly).toContain('a=msid:');
    const sendonly = writeAnswer(offerOf(OFFERS.chromium.replace('a=sendrecv', 'a=sendonly')), ANSWER);
    expect(sendonly).toContain('a=recvonly\r\n');
    expect(sendonly).not.toMatch(/a=msid|a=ssrc/);
  });

  it('[WR25] has the payload type of the offer, and no parameters for G.711', () => {
    expect(writeAnswer(offerOf(OFFERS.firefox), ANSWER)).toContain('a=rtpmap:109 opus/48000/2\r\na=fmtp:109 ');
    const pcmu = writeAnswer(offerOf(OFFERS.chromiumPcmu), { ...ANSWER, candidates: [] });
    expect(pcmu).toContain('m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n');
    expect(pcmu).toContain('a=rtpmap:0 PCMU/8000\r\na=ptime:20');
  });
});

describe('the offer for the library', () => {
  it('[WR26] holds the accepted sections with one codec, and no candidate', () => {
    const offer = offerOf(`${OFFERS.chromium}a=candidate:1 1 UDP 1 203.0.113.7 9 typ host\r\n`);
    const { ufrag, pwd, fingerprint } = offer.transport;
    const transport = [`a=ice-ufrag:${ufrag}`, `a=ice-pwd:${pwd}`, `a=fingerprint:${fingerprint}`, 'a=setup:actpass'];
    expect(linesOf(minimalOffer(offer))).toEqual([
      'v=0',
      'o=- 1 1 IN IP4 0.0.0.0',
      's=-',
      't=0 0',
      'a=group:BUNDLE 0 1',
      'm=audio 9 UDP/TLS/RTP/SAVPF 111',
      'c=IN IP4 0.0.0.0',
      'a=mid:0',
      ...transport,
      'a=sendrecv',
      'a=rtcp-mux',
      'a=rtpmap:111 opus/48000/2',
      'a=fmtp:111 minptime=10;useinbandfec=1',
      `a=ssrc:${offer.audio.ssrc} cname:colloquy`,
      'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
      'c=IN IP4 0.0.0.0',
      'a=mid:1',
      ...transport,
      'a=sctp-port:5000',
      'a=max-message-size:262144',
      '',
    ]);
  });

  it.each(Object.entries(OFFERS))('[WR26] reads as the offer does: %s', (_, text) => {
    const { sections, ...rest } = offerOf(text);
    const again = offerOf(minimalOffer(offerOf(text)));
    expect(again).toEqual({ ...rest, sections: sections.filter(({ use }) => use !== 'rejected') });
  });
});
