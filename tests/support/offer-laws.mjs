// The laws that hold for any text read as an SDP offer, as a function that returns violations. Plain JavaScript, because the
// fuzzing script uses it with the built package.

import { OFFERS } from './sdp-offers.mjs';

const ODD_LINES = [
  'a=ice-lite',
  'a=inactive',
  'a=recvonly',
  'a=setup:active',
  'a=setup:passive',
  'a=mid:1',
  `a=mid:${'m'.repeat(5000)}`,
  'a=bundle-only',
  'a=group:BUNDLE 1 0',
  'a=rtpmap:111 opus/48000/2',
  'a=rtpmap:0 opus/48000/2',
  'a=fingerprint:sha-1 00:11',
  'a=max-message-size:0',
  'a=max-message-size:-1',
  'a=sctp-port:99999',
  'a=candidate:1 1 UDP 1 203.0.113.7 9 typ host',
  'a=__proto__:1',
  'm=audio 9 UDP/TLS/RTP/SAVPF 0',
  'm=audio 0 UDP/TLS/RTP/SAVPF 0',
  'm=video 9 UDP/TLS/RTP/SAVPF 96',
  'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
  'm=application 9 DTLS/SCTP 5000',
  'v=0',
  '',
  'hello',
];
const ODD_CHARACTERS = ['\0', '\r', '\n', ' ', ':', '=', '/', '0', 'é', '\u2028', '\ud800'];

/** Changes one place of a text's lines. */
function mutate(lines, r, offers) {
  const at = r.below(lines.length + 1);
  const line = lines[at] ?? '';
  const place = r.below(line.length + 1);
  switch (r.below(7)) {
    case 0:
      return lines.toSpliced(at, 1);
    case 1:
      return lines.toSpliced(at, 0, r.of(ODD_LINES));
    case 2:
      return lines.toSpliced(at, 0, line);
    case 3:
      return lines.toSpliced(at, 1, line.slice(0, place) + r.of(ODD_CHARACTERS) + line.slice(place + r.below(2)));
    case 4:
      return lines.toSpliced(at, 0, r.of(r.of(offers)));
    case 5:
      return lines.toSpliced(r.below(lines.length + 1), 0, ...lines.slice(at, at + r.below(20)));
    default:
      return r.chance(0.05) ? lines.slice(0, at) : lines.toSpliced(at, 2, lines[at + 1] ?? '', line);
  }
}

const ANSWER = {
  ufrag: 'serv',
  pwd: 'p'.repeat(22),
  fingerprint: `sha-256 ${'00:'.repeat(31)}00`,
  candidates: [{ address: '192.0.2.1', port: 40000 }],
  maxMessageSize: 65536,
  ssrc: 1,
};

const linesOf = (text) => text.split('\n').map((line) => line.replace(/\r$/, ''));
const sectionsOf = (text) => linesOf(text).filter((line) => line.startsWith('m='));
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** What is wrong with the texts that are written for an accepted offer. */
function wrongTexts(text, offer, { readOffer, minimalOffer, writeAnswer }) {
  const minimal = minimalOffer(offer);
  const again = readOffer(minimal);
  if (!again.ok) return `the minimal offer is refused: ${again.issue.message}`;
  const { sections, ...rest } = offer;
  const { sections: accepted, ...restAgain } = again.value;
  if (!same(rest, restAgain)) return 'the minimal offer reads otherwise than the offer';
  if (accepted.some(({ use }) => use === 'rejected')) return 'the minimal offer has a section that is rejected';
  if (minimalOffer(again.value) !== minimal) return 'the minimal offer of the minimal offer is another one';
  const answer = writeAnswer(offer, ANSWER);
  const asked = sectionsOf(text);
  const answered = sectionsOf(answer);
  if (asked.length !== sections.length || answered.length !== asked.length) return 'a section is lost';
  if (answered.some((line, at) => line.split(' ', 1)[0] !== asked[at].split(' ', 1)[0]))
    return 'sections are exchanged';
  const rejected = answered.filter((line) => line.split(' ')[1] === '0').length;
  if (rejected !== sections.filter(({ use }) => use === 'rejected').length)
    return 'a section is rejected or not by mistake';
  if (minimal.includes('a=candidate') || answer.split('a=candidate').length !== 2)
    return 'a candidate of the offer is used';
  if (/[^\x20-\x7e\r\n]/.test(minimal + answer)) return 'a character that is not printable is repeated';
  return undefined;
}

/** Makes offers out of those of real clients and tries the laws on them, as `frameLaws` does for frames. */
export function offerLaws(protocol) {
  const { readOffer } = protocol;
  const split = Object.values(OFFERS).map(linesOf);
  const frame = (r) => {
    let lines = r.of(split);
    for (let left = r.below(6); left >= 0; left--) lines = mutate(lines, r, split);
    return lines.join(r.chance(0.5) ? '\r\n' : '\n');
  };
  const complaint = (offer) => {
    try {
      const read = readOffer(offer);
      const isPlain = !offer.includes('\r\r');
      if (isPlain && !same(read, readOffer(offer.replaceAll('\r\n', '\n')))) return 'other line ends, another reading';
      if (read.ok) return wrongTexts(offer, read.value, protocol);
      const { code, param, message } = read.issue;
      const isRight =
        code === 'invalid_value' && param === 'sdp' && /^Invalid SDP offer\. [\x20-\x7e]{1,300}$/.test(message);
      return isRight ? undefined : `no issue: ${JSON.stringify(read.issue)}`;
    } catch (error) {
      return `threw ${error}`;
    }
  };
  return { frame, complaint };
}
