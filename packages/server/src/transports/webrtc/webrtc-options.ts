// Options of calls over WebRTC. What they mean for a network: docs/webrtc.md.

export interface WebRtcOptions {
  /** IP addresses in answers in place of those of this machine's interfaces: a public one behind NAT or of a container's host. */
  readonly addresses?: readonly string[];
  /** First and last UDP port for calls. A call takes one, and one more where there is IPv6. @default any */
  readonly ports?: readonly [first: number, last: number];
  /** Loads the libraries at listen time: the first call then need not wait for them. @default false */
  readonly isWarm?: boolean;
}
