// Options of calls over WebRTC. What they mean for a network: docs/webrtc.md.

import { ColloquyError } from '@colloquy/protocol';

export interface WebRtcOptions {
  /** IP addresses in answers in place of those of this machine's interfaces: a public one behind NAT or of a container's host. */
  readonly addresses?: readonly string[];
  /** First and last UDP port for calls, two at least. A call takes one, and one more where there is IPv6. @default any */
  readonly ports?: readonly [first: number, last: number];
  /** Loads the libraries at listen time: the first call then need not wait for them. @default false */
  readonly isWarm?: boolean;
}

/** Throws `invalid_configuration` for a range of ports that is none. */
export function checkWebRtcOptions({ ports }: WebRtcOptions): void {
  if (!ports) return;
  const [first, last] = ports;
  if (Number.isInteger(first) && Number.isInteger(last) && first >= 1 && first < last && last <= 65_535) return;
  throw new ColloquyError('invalid_configuration', 'webrtc.ports: two ports from 1 to 65535, the lower one first');
}
