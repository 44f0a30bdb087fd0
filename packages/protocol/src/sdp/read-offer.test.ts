import { countWork } from '@support/count-work.ts';
import { OFFERS } from '@support/sdp-offers.mjs';
import { describe, expect, it } from 'vitest';
import { readOffer } from './read-offer.ts';
import type { RtpCodecName } from './rtp-codec.ts';

const { chromium, firefox } = OFFERS;

/** The offer of Chromium with one thing changed. Throws if nothing changes. */
function changed(find: string | RegExp, replacement: string, offer = chromium): string {
  const text = offer.replace(find, replacement);
  if (text === offer) throw new Error(`nothing to replace: ${find}`);
  return text;
}

const everywhere = (find: RegExp, replacement: string) => changed(new RegExp(find, 'gm'), replacement);

function accepted(text: string, codecs?: RtpCodecName[]) {
  const read = readOffer(text, codecs && { codecs });
  if (!read.ok) throw new Error(read.issue.message);
  return read.value;
}

const HOSTED = 'Invalid SDP offer. Please try again with a WHIP-compliant offer. ';

/** What the message of a refused offer says after the sentences of the live service; `undefined` if it is accepted. */
function cause(text: string, codecs?: RtpCodecName[]): string | undefined {
  const read = readOffer(text, codecs && { codecs });
  if (read.ok) return undefined;
  const { code, param, message } = read.issue;
  expect([code, param, message.slice(0, HOSTED.length)]).toEqual(['invalid_value', 'sdp', HOSTED]);
  return message.slice(HOSTED.length);
}

describe('the offers of clients', () => {
  it('[WR23] reads Chromium: Opus 111, both directions, a data channel', () => {
    expect(accepted(chromium)).toEqual({
      sections: [
        {
          use: 'audio',
          mid: '0',
          codec: { name: 'opus', payloadType: 111 },
          direction: 'sendrecv',
          ssrc: Number(/a=ssrc:(\d+)/.exec(chromium)?.[1]),
        },
        { use: 'data_channel', mid: '1', sctpPort: 5000, maxMessageSize: 262_144 },
      ],
      bundle: ['0', '1'],
      transport: {
        ufrag: /ice-ufrag:(.+)\r/.exec(chromium)?.[1],
        pwd: /ice-pwd:(.+)\r/.exec(chromium)?.[1],
        fingerprint: /fingerprint:(.+)\r/.exec(chromium)?.[1],
        setup: 'actpass',
      },
      audio: expect.objectContaining({ mid: '0' }),
      dataChannel: expect.objectContaining({ mid: '1' }),
    });
  });

  it('[WR23] reads Firefox: Opus 109, a fingerprint for the session, credentials of the first section of the group', () => {
    const { audio, dataChannel, transport } = accepted(firefox);
    expect(audio).toMatchObject({ codec: { name: 'opus', payloadType: 109 }, ssrc: 2_417_382_290 });
    expect(dataChannel).toMatchObject({ maxMessageSize: 1_073_741_823 });
    expect(transport).toMatchObject({ ufrag: '4fd81b62', fingerprint: expect.stringMatching(/^sha-256 9C:1E:/) });
    expect(accepted(changed('BUNDLE 0 1', 'BUNDLE 1 0', firefox)).transport.ufrag).toBe('c05e97a1');
  });

  it('[WR23] reads an offer without a microphone, without a data channel, with G.711 alone', () => {
    expect(accepted(OFFERS.chromiumRecvonly)).toMatchObject({
      dataChannel: null,
      audio: { direction: 'recvonly', ssrc: null },
    });
    expect(accepted(OFFERS.chromiumPcmu).audio.codec).toEqual({ name: 'PCMU', payloadType: 0 });
    expect(accepted(OFFERS.embedded)).toMatchObject({
      bundle: ['audio'],
      audio: { codec: { name: 'PCMA', payloadType: 8 } },
      dataChannel: null,
    });
  });

  it('[WR24] accepts the first audio section; video and further audio are rejected, not the call', () => {
    const { sections, bundle } = accepted(OFFERS.chromiumVideo);
    expect(sections.map(({ use, mid }) => [use, mid])).toEqual([
      ['rejected', '0'],
      ['audio', '1'],
      ['rejected', '2'],
      ['data_channel', '3'],
    ]);
    expect(sections[0]).toMatchObject({ media: 'video', protocol: 'UDP/TLS/RTP/SAVPF', format: '96' });
    expect(bundle).toEqual(['1', '3']);
  });
});

describe('the codec', () => {
  it('[WR24] is the first of the offer that the server has', () => {
    const order = (formats: string) => changed('SAVPF 111 63 9 0 8 13 110 126', `SAVPF ${formats}`);
    expect(accepted(order('63 9 8 0 111')).audio.codec.name).toBe('PCMA');
    expect(accepted(order('13 110 0 8')).audio.codec.name).toBe('PCMU');
    expect(accepted(chromium, ['PCMA', 'PCMU']).audio.codec).toEqual({ name: 'PCMU', payloadType: 0 });
    expect(cause(order('63 9 13'))).toMatch(/none of the supported codecs: opus, PCMU, PCMA/);
    expect(cause(OFFERS.chromiumPcmu, ['opus'])).toMatch(/none of the supported codecs: opus\./);
  });

  it('[WR24] needs no rtpmap for 0 and 8, and is never one of the numbers of RTCP', () => {
    expect(accepted(changed('a=rtpmap:0 PCMU/8000\r\n', '', OFFERS.chromiumPcmu)).audio.codec.payloadType).toBe(0);
    expect(accepted(changed(/(?<=SAVPF |rtpmap:)111/g, '72')).audio.codec.name).toBe('PCMU');
    expect(cause(changed('a=rtpmap:9 ', 'a=rtpmap:111 '))).toBe("A payload type has 'rtpmap' twice.");
  });
});

describe('an offer is refused', () => {
  const bigLine = `${chromium}a=x:${'y'.repeat(5000)}\r\n`;
  const sectionLess = chromium.slice(0, chromium.indexOf('m='));
  const channel = chromium.slice(chromium.indexOf('m=application'));
  const cases: [string, string, string][] = [
    ['empty', '', "Its first line must be 'v=0'."],
    ['a word', 'hello', "Its first line must be 'v=0'."],
    ['JSON', JSON.stringify({ type: 'offer', sdp: chromium }), "Its first line must be 'v=0'."],
    ['HTML after a first line', 'v=0\r\n<p>', "A line is not of the form 'a=value'."],
    ['with a bare CR in a line', changed('s=-', 's=-\ra=ice-lite'), "A line is not of the form 'a=value'."],
    ['with an empty line inside', changed('t=0 0\r\n', '\r\n'), "A line is not of the form 'a=value'."],
    ['over 64 KiB', chromium + 'a=x\r\n'.repeat(20_000), 'It is longer than 65536 characters.'],
    ['with a line over 4 KiB', bigLine, 'A line is longer than 4096 characters.'],
    ['with 1,001 lines', chromium + 'a=x\r\n'.repeat(1001), 'It has more than 1000 lines.'],
    ['with a line of 500 kB', chromium + 'x'.repeat(500_000), 'It is longer than 65536 characters.'],
    ['with 9 sections', chromium + 'm=audio 0 X 0\r\n'.repeat(7), 'It has more than 8 media sections.'],
    [
      'with a mid of 65 characters',
      changed('a=mid:0', `a=mid:${'m'.repeat(65)}`),
      "A 'mid' must have 1 to 64 characters and no spaces.",
    ],
    ['with one mid twice', changed('a=mid:1', 'a=mid:0'), "Two sections have the same 'mid'."],
    ['with an m= line without a format', changed(' webrtc-datachannel', ''), "An 'm=' line is not valid."],
    ['with a port that is no number', changed('m=audio 9', 'm=audio 9x'), "An 'm=' line is not valid."],
    ['without a section', sectionLess, "It needs an audio section on 'UDP/TLS/RTP/SAVPF'."],
    ['without audio', sectionLess + channel, "It needs an audio section on 'UDP/TLS/RTP/SAVPF'."],
    [
      'with audio on another protocol',
      changed('UDP/TLS/RTP/SAVPF', 'RTP/AVP'),
      "It needs an audio section on 'UDP/TLS/RTP/SAVPF'.",
    ],
    ['with disabled audio', changed('m=audio 9', 'm=audio 0'), "It needs an audio section on 'UDP/TLS/RTP/SAVPF'."],
    ['with inactive audio', changed('a=sendrecv', 'a=inactive'), "Its audio section is 'inactive'."],
    ['with two directions', changed('a=sendrecv', 'a=sendrecv\r\na=recvonly'), "A section has 'a direction' twice."],
    ['without rtcp-mux', changed('a=rtcp-mux\r\n', ''), "Its audio section needs 'rtcp-mux'."],
    [
      'with two data channel sections',
      chromium + channel.replace('mid:1', 'mid:2'),
      'It has two sections for data channels.',
    ],
    [
      'without BUNDLE',
      changed('a=group:BUNDLE 0 1\r\n', ''),
      "Its audio and data channel sections must be in one 'BUNDLE' group.",
    ],
    [
      'with a group that lacks a section',
      changed('BUNDLE 0 1', 'BUNDLE 0'),
      "Its audio and data channel sections must be in one 'BUNDLE' group.",
    ],
    ['without credentials', everywhere(/^a=ice-ufrag.*\r\n/, ''), "It needs an 'ice-ufrag' of 4 to 256 characters."],
    [
      'with a short ufrag',
      everywhere(/ice-ufrag:.*/, 'ice-ufrag:abc'),
      "It needs an 'ice-ufrag' of 4 to 256 characters.",
    ],
    [
      'with a short pwd',
      everywhere(/ice-pwd:.*/, `ice-pwd:${'p'.repeat(21)}`),
      "It needs an 'ice-pwd' of 22 to 256 characters.",
    ],
    [
      'with a long pwd',
      everywhere(/ice-pwd:.*/, `ice-pwd:${'p'.repeat(257)}`),
      "It needs an 'ice-pwd' of 22 to 256 characters.",
    ],
    [
      'with two ufrags in a section',
      changed(/a=ice-ufrag:/, 'a=ice-ufrag:abcd\r\na=ice-ufrag:'),
      "A section has 'ice-ufrag' twice.",
    ],
    ['in the active role', everywhere(/setup:actpass/, 'setup:active'), "Its 'setup' must be 'actpass' or 'passive'."],
    ['without setup', everywhere(/^a=setup.*\r\n/, ''), "Its 'setup' must be 'actpass' or 'passive'."],
    [
      'without a fingerprint',
      everywhere(/^a=fingerprint.*\r\n/, ''),
      'It needs exactly one fingerprint by sha-256, sha-384 or sha-512.',
    ],
    [
      'with sha-1',
      everywhere(/fingerprint:sha-256.*/, `fingerprint:sha-1 ${'AB:'.repeat(19)}AB`),
      'It needs exactly one fingerprint by sha-256, sha-384 or sha-512.',
    ],
    [
      'with a short fingerprint',
      everywhere(/(fingerprint:sha-256 .*):..\r$/, '$1\r'),
      'It needs exactly one fingerprint by sha-256, sha-384 or sha-512.',
    ],
    [
      'with two fingerprints',
      changed(/(a=fingerprint:.*\r\n)/, '$1$1'),
      'It needs exactly one fingerprint by sha-256, sha-384 or sha-512.',
    ],
    [
      'of an ICE-lite client',
      changed('t=0 0', 't=0 0\r\na=ice-lite'),
      "It is 'ice-lite', as the server is, so that nobody would connect.",
    ],
    [
      'with a wrong sctp-port',
      changed('sctp-port:5000', 'sctp-port:0'),
      "Its 'sctp-port' must be a number from 1 to 65535.",
    ],
    [
      'with a wrong message size',
      changed('max-message-size:262144', 'max-message-size:-1'),
      "Its 'max-message-size' must be a number.",
    ],
  ];
  it.each(cases)('[WR23] %s', (_, text, reason) => expect(cause(text)).toBe(reason));

  it('[WR23] never for its candidates, of which nothing is read', () => {
    const candidates = 'a=candidate:1 1 UDP 1 203.0.113.7 9 typ host\r\na=candidate:\r\na=candidate:x\r\n';
    expect(accepted(chromium + candidates)).toEqual(accepted(chromium));
    expect(cause(chromium + 'a=candidate:1 1 UDP 1 203.0.113.7 9 typ host\r\n'.repeat(2000))).toMatch(/longer than/);
  });
});

describe('what an offer may leave out', () => {
  it('[WR24] has the values of the RFCs', () => {
    const bare = changed(/a=sctp-port.*\r\na=max-message-size.*\r\n/, '');
    expect(accepted(bare).dataChannel).toMatchObject({ sctpPort: 5000, maxMessageSize: 65_536 });
    expect(accepted(changed(/max-message-size:.*\r/, 'max-message-size:0\r')).dataChannel?.maxMessageSize).toBe(
      Infinity,
    );
    expect(accepted(changed('a=sendrecv\r\n', '')).audio.direction).toBe('sendrecv');
    expect(accepted(changed('t=0 0', 't=0 0\r\na=recvonly').replace('a=sendrecv\r\n', '')).audio.direction).toBe(
      'recvonly',
    );
    expect(accepted(chromium.replaceAll('\r\n', '\n').trimEnd())).toEqual(accepted(chromium));
  });

  it('[WR24] is taken from the section that speaks for a group whose others are bundle-only', () => {
    const [head, audio, data] = chromium.split(/(?=m=)/) as [string, string, string];
    const bare = data.replace(/a=(ice-|fingerprint|setup).*\r\n/g, '').replace(' 9 ', ' 0 ');
    const { transport, dataChannel } = accepted(`${head.replace('0 1', '1 0')}${audio}${bare}a=bundle-only\r\n`);
    expect(dataChannel?.mid).toBe('1');
    expect(transport).toEqual(accepted(chromium).transport);
  });
});

it('[WR23] costs at most linear work, and none for what is too long', () => {
  const lines = (count: number) => chromium + 'a=rtpmap:5 x/1\r\na=group:BUNDLE 0 1\r\n'.repeat(count);
  const [short, long] = [100, 400].map((count) => countWork(() => readOffer(lines(count)))) as [number, number];
  expect(long).toBeLessThan(short * 5);
  const mids = (count: number) => changed('BUNDLE 0 1', `BUNDLE${' 7'.repeat(count)} 0 1`);
  const [few, many] = [400, 1600].map((count) => countWork(() => readOffer(mids(count)))) as [number, number];
  expect(many).toBeLessThan(few * 5);
  expect(countWork(() => readOffer('v=0\n'.repeat(100_000)))).toBeLessThan(100);
});
