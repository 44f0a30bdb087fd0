// Offers of WebRTC clients: recorded from Chromium, and written after what Firefox and an embedded client send. Plain
// JavaScript, because the fuzzing script uses them.

import { readFileSync } from 'node:fs';

const read = (name) =>
  readFileSync(new URL(`sdp-offers/${name}.sdp`, import.meta.url), 'utf8').replaceAll('\n', '\r\n');

export const OFFERS = {
  /** A microphone and one data channel, as the Agents SDK makes it. */
  chromium: read('chromium'),
  /** No microphone and no data channel. */
  chromiumRecvonly: read('chromium-recvonly'),
  /** PCMU alone, by `setCodecPreferences`. */
  chromiumPcmu: read('chromium-pcmu'),
  /** Sections in order: video, audio, audio, data channel. */
  chromiumVideo: read('chromium-video'),
  /** Fingerprint of the whole session, Opus as 109, credentials of its own for each section. */
  firefox: read('firefox'),
  /** PCMA alone, no data channel, a candidate. */
  embedded: read('embedded'),
};
