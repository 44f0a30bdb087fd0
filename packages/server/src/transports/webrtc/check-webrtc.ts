// Checks what calls over WebRTC need on this machine: opens a call as a client would and asks each of its addresses for an answer.

import { createSocket } from 'node:dgram';
import { existsSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { readOffer, type SdpOffer } from '@colloquy/protocol';
import { DEFAULT_LIMITS } from '../../limits.ts';
import { bindingRequest, isStun } from './stun.ts';
import {
  type OpenedMediaCall,
  openThreadMediaPlane,
  THREAD_FILE,
  type ThreadMediaPlane,
} from './thread-media-plane.ts';
import type { WebRtcOptions } from './webrtc-options.ts';

/** Result of checking one address of a call, or why there is no call. */
export interface WebRtcReport {
  readonly stage: 'webrtc';
  readonly ok: boolean;
  /** IP address and UDP port, as `192.0.2.10:40000`; `null` if no call could be opened. */
  readonly address: string | null;
  /** Milliseconds until the address answered; `null` without an answer. */
  readonly total_ms: number | null;
  readonly problem: 'not_built' | 'cannot_start' | 'no_port' | 'no_address' | 'no_answer' | null;
  /** What is wrong and how to correct it; empty if nothing is. */
  readonly message: string;
}

const MAX_START_MS = 60_000;
/** The first answer of a socket on the same machine takes a few milliseconds. */
const ANSWER_MS = 2000;

/** A client with a microphone and a data channel. Its fingerprint is nobody's: the call is never connected. */
const OFFER = [
  'v=0',
  'o=- 1 1 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=group:BUNDLE 0 1',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111',
  'c=IN IP4 0.0.0.0',
  'a=mid:0',
  'a=sendrecv',
  'a=rtcp-mux',
  'a=rtpmap:111 opus/48000/2',
  'a=ice-ufrag:doctor',
  'a=ice-pwd:doctordoctordoctordoctor',
  `a=fingerprint:sha-256 ${'00:'.repeat(31)}00`,
  'a=setup:actpass',
  'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
  'c=IN IP4 0.0.0.0',
  'a=mid:1',
  'a=ice-ufrag:doctor',
  'a=ice-pwd:doctordoctordoctordoctor',
  `a=fingerprint:sha-256 ${'00:'.repeat(31)}00`,
  'a=setup:actpass',
  'a=sctp-port:5000',
  '',
].join('\r\n');

/** One report for each address that a call with these options would name, or one that says why there is none. Never rejects. */
export async function checkWebRtc(options: WebRtcOptions = {}): Promise<WebRtcReport[]> {
  if (!existsSync(THREAD_FILE)) {
    return [
      failed('not_built', 'The part for WebRTC is missing. Install @colloquy/server again, or run: npm run build'),
    ];
  }
  const errors: string[] = [];
  const plane = openThreadMediaPlane({
    settings: {
      maxMessageBytes: DEFAULT_LIMITS.frameBytes,
      connectMs: DEFAULT_LIMITS.callConnectMs,
      silenceMs: DEFAULT_LIMITS.callSilenceMs,
      messages: { perSecond: DEFAULT_LIMITS.eventsPerSecond, burst: DEFAULT_LIMITS.eventsBurst },
      ...(options.addresses && { addresses: options.addresses }),
      ...(options.ports && { ports: options.ports }),
    },
    onError: (message) => errors.push(message),
    onSkip: () => {},
  });
  // The media thread does not keep a process alive before it has a call.
  const alive = setTimeout(() => {}, MAX_START_MS);
  try {
    if (!(await plane.ready)) return [failed('cannot_start', `The media thread does not start: ${errors.join('; ')}`)];
    return await checkCall(plane, options);
  } finally {
    clearTimeout(alive);
    await plane.close();
  }
}

async function checkCall(plane: ThreadMediaPlane, { ports }: WebRtcOptions): Promise<WebRtcReport[]> {
  let call: OpenedMediaCall;
  try {
    call = await plane.open(readOwnOffer());
  } catch (error) {
    const range = ports ? `${ports[0]}-${ports[1]}` : 'of this machine';
    return [
      failed('no_port', `No call could be opened; are the UDP ports ${range} in use? ${(error as Error).message}`),
    ];
  }
  const candidates = [...call.answer.matchAll(/^a=candidate:\S+ 1 udp \d+ (\S+) (\d+) typ host/gm)];
  const credentials = { ufrag: attributeOf(call.answer, 'ice-ufrag'), pwd: attributeOf(call.answer, 'ice-pwd') };
  if (candidates.length === 0) {
    return [failed('no_address', 'A call would name no address. Connect a network, or set --webrtc-addresses.')];
  }
  return Promise.all(
    candidates.map(async ([, address = '', port]) => reportOn(address, Number(port), bindingRequest(credentials))),
  );
}

function readOwnOffer(): SdpOffer {
  const offer = readOffer(OFFER);
  if (!offer.ok) throw new Error(offer.issue.message);
  return offer.value;
}

function attributeOf(answer: string, name: string): string {
  const start = `a=${name}:`;
  const line = answer.split('\r\n').find((each) => each.startsWith(start));
  return line?.slice(start.length) ?? '';
}

async function reportOn(address: string, port: number, request: Buffer): Promise<WebRtcReport> {
  const endpoint = isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
  const began = performance.now();
  if (await isAnswered(address, port, request)) {
    const total_ms = Math.round(performance.now() - began);
    return { stage: 'webrtc', ok: true, address: endpoint, total_ms, problem: null, message: '' };
  }
  const message =
    'The address does not answer from this machine. Behind NAT that can be so; then check from another network that UDP' +
    ' reaches the port. Else open it in the firewall, or correct --webrtc-addresses.';
  return { stage: 'webrtc', ok: false, address: endpoint, total_ms: null, problem: 'no_answer', message };
}

/** Whether a binding request is answered within `ANSWER_MS`. */
function isAnswered(address: string, port: number, request: Buffer): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
    const end = (hasAnswer: boolean) => {
      clearTimeout(timer);
      socket.close();
      resolve(hasAnswer);
    };
    const timer = setTimeout(end, ANSWER_MS, false);
    socket.on('error', () => end(false));
    socket.on('message', (data) => isStun(data) && end(true));
    socket.send(request, port, address);
  });
}

function failed(problem: WebRtcReport['problem'], message: string): WebRtcReport {
  return { stage: 'webrtc', ok: false, address: null, total_ms: null, problem, message };
}
