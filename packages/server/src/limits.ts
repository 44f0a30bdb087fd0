// All limits of the server with units and defaults. Limits inside a session (items, buffers, durations): `SessionLimits` of
// @colloquy/session.

import { totalmem } from 'node:os';
import { fullBucket, takeToken } from './token-bucket.ts';

export interface Limits {
  /** Largest frame, in bytes; a larger one closes 1009. The codec limits events further [LM1]. */
  frameBytes: number;
  /** Fragments of one message; more close 1008 [LM2]. */
  fragments: number;
  /** Largest body of a REST request, in bytes; a larger one is refused 413. */
  bodyBytes: number;
  /** Client events per second, and the largest burst [LM6]. */
  eventsPerSecond: number;
  eventsBurst: number;
  /** Audio appends per second among the client events; the same burst [LM6]. */
  appendsPerSecond: number;
  /** New sessions per second from one address, and the largest burst [LM7]. */
  opensPerSecond: number;
  opensBurst: number;
  /** Concurrent sessions per key [LM7]. */
  sessionsPerKey: number;
  /** Concurrent sessions, and the resident memory in bytes above which new ones are refused: 80 % of the available memory [LM7]. */
  sessions: number;
  memoryBytes: number;
  /** Concurrent calls, and those of one key [LM17]. */
  calls: number;
  callsPerKey: number;
  /** Concurrent sidebands of one call [WR27]. */
  sidebands: number;
  /** Milliseconds for a call's offer to be answered. */
  callAnswerMs: number;
  /** Milliseconds for a call to connect, and of silence of its client on ICE and RTP after which it ends [WR17]. */
  callConnectMs: number;
  callSilenceMs: number;
  /** Longest session, and longest session opened with a client secret, in milliseconds [LM8]. */
  sessionMs: number;
  secretSessionMs: number;
  /** Unsent bytes above which audio generation pauses, and above which client events wait [LM9]. */
  pauseBytes: number;
  stopBytes: number;
  /** Milliseconds without a read after which a connection is closed 1013 [LM9]. */
  stallMs: number;
  /** Milliseconds between pings, and to wait for a pong [AU20]. */
  pingMs: number;
  pongMs: number;
  /** Milliseconds for a handshake: TLS, headers, upgrade [AU28]. */
  handshakeMs: number;
  /** Milliseconds for a close handshake before the socket is destroyed. */
  closeMs: number;
  /** Milliseconds for running responses to finish when the server drains [LM12]. */
  graceMs: number;
  /** Milliseconds to connect to an upstream. */
  upstreamConnectMs: number;
  /** Milliseconds without progress of a pending upstream response; other events of the upstream do not count [RL7]. */
  upstreamIdleMs: number;
  /** Total milliseconds of an upstream response [RL7]. */
  upstreamResponseMs: number;
  /** Milliseconds to connect to an MCP server, and for one answer of it [MC17]. */
  mcpConnectMs: number;
  mcpAnswerMs: number;
  /** Largest answer of an MCP server, and of its separate event stream, in bytes [MC17]. */
  mcpBodyBytes: number;
  mcpStreamBytes: number;
  /** Concurrent MCP servers per session. */
  mcpServers: number;
  /** Concurrent observers of live sessions, and unsent bytes above which one is closed 1013 [CO8]. */
  observers: number;
  watchBytes: number;
  /** Longest snapshot for observers, in characters: the longest line that readers of recordings accept [CO5]. */
  snapshotLength: number;
  /** Concurrent downloads of recordings. A client that reads nothing for `stallMs` is disconnected [CO16]. */
  downloads: number;
  /** Client secrets stored at once. */
  secrets: number;
  /** Bytes of all recordings that wait for the disk. If this buffer is full, a recording ends early. */
  unwrittenBytes: number;
}

const MIB = 1024 * 1024;
const MINUTE = 60_000;

export const DEFAULT_LIMITS: Readonly<Limits> = {
  frameBytes: 16 * MIB,
  fragments: 1024,
  bodyBytes: MIB,
  eventsPerSecond: 200,
  eventsBurst: 400,
  appendsPerSecond: 100,
  opensPerSecond: 20,
  opensBurst: 40,
  sessionsPerKey: 100,
  sessions: 10_000,
  memoryBytes: Math.floor(0.8 * Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY)),
  calls: 64,
  callsPerKey: 16,
  sidebands: 8,
  callAnswerMs: 5000,
  callConnectMs: 30_000,
  callSilenceMs: 30_000,
  sessionMs: 60 * MINUTE,
  secretSessionMs: 30 * MINUTE,
  pauseBytes: MIB / 2,
  stopBytes: MIB,
  stallMs: 10_000,
  pingMs: 25_000,
  pongMs: 10_000,
  handshakeMs: 10_000,
  closeMs: 10_000,
  graceMs: 30_000,
  upstreamConnectMs: 10_000,
  upstreamIdleMs: 30_000,
  upstreamResponseMs: 10 * MINUTE,
  mcpConnectMs: 10_000,
  mcpAnswerMs: 30_000,
  mcpBodyBytes: 2 * MIB,
  mcpStreamBytes: 16 * MIB,
  mcpServers: 16,
  observers: 32,
  watchBytes: 8 * MIB,
  snapshotLength: 16 * MIB,
  downloads: 16,
  secrets: 100_000,
  unwrittenBytes: 64 * MIB,
};

/** A token bucket that holds its own state; as plain data: `token-bucket.ts`. */
export interface Bucket {
  /**
   * Takes a token at `now` (milliseconds, monotonic); false if there is none. `missed` is the total time in milliseconds in which
   * this process did not run. It adds tokens beyond `burst`, because everything sent in that time arrives at once.
   */
  tryAcquire(now: number, missed?: number): boolean;
}

export function bucket(perSecond: number, burst: number): Bucket {
  const rate = { perSecond, burst };
  let own = fullBucket(rate);
  return {
    tryAcquire(now, missed) {
      const { bucket, isTaken } = takeToken(own, rate, now, missed);
      own = bucket;
      return isTaken;
    },
  };
}
