// Checks what calls over WebRTC need on this machine: opens a call, asks each of its addresses for an
// answer, and holds the call for a second.

import { createSocket } from 'node:dgram';
import { existsSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import type { SdpOffer } from '@colloquy/protocol';
import { DEFAULT_LIMITS } from '../../limits.ts';
import { bindingRequest, isStun } from './stun.ts';
import type { TestCaller, TestCallReport } from './test-call.ts';
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

type Report = WebRtcReport | TestCallReport;

const MAX_START_MS = 60_000;
/** The first answer of a socket on the same machine takes a few milliseconds. */
const ANSWER_MS = 2000;

/**
 * One report for each address that a call with these options would name, and one of a call over them; or one that says why there
 * is none. Never rejects.
 */
export async function checkWebRtc(options: WebRtcOptions = {}): Promise<Report[]> {
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

async function checkCall(plane: ThreadMediaPlane, options: WebRtcOptions): Promise<Report[]> {
  const caller = plane.testCaller();
  try {
    return await checkCallOf(caller, await caller.offer(), plane, options);
  } catch (error) {
    return [failed('cannot_start', `The media thread makes no call: ${(error as Error).message}`)];
  } finally {
    caller.close();
  }
}

async function checkCallOf(
  caller: TestCaller,
  offer: SdpOffer,
  plane: ThreadMediaPlane,
  { ports }: WebRtcOptions,
): Promise<Report[]> {
  let call: OpenedMediaCall;
  try {
    call = await plane.open(offer);
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
  const reports = await Promise.all(
    candidates.map(async ([, address = '', port]) => reportOn(address, Number(port), bindingRequest(credentials))),
  );
  // Behind NAT no address may answer from here; a call could tell no more.
  return reports.some(({ ok }) => ok) ? [...reports, await caller.run(call.answer, call.audio)] : reports;
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
