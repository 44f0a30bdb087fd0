// Every number that bounds something in the server, with its unit and default, in one table. What bounds a session from
// the inside (items, buffers, durations) is `SessionLimits` of @colloquy/session.

import { totalmem } from 'node:os';
import { fullBucket, takeToken } from './token-bucket.ts';

export interface Limits {
  /** Largest frame, in bytes; a larger one closes 1009. What plain events may have at most is the codec's business [LM1]. */
  frameBytes: number;
  /** Fragments of one message; more close 1008 [LM2]. */
  fragments: number;
  /** Body of a REST request, in bytes; more is refused 413. */
  bodyBytes: number;
  /** Client events a second, and how many may come at once [LM6]. */
  eventsPerSecond: number;
  eventsBurst: number;
  /** Audio appends a second among them; as many may come at once as of any event [LM6]. */
  appendsPerSecond: number;
  /** New sessions a second from one address, and how many may come at once [LM7]. */
  opensPerSecond: number;
  opensBurst: number;
  /** Sessions at once under one key [LM7]. */
  sessionsPerKey: number;
  /** Sessions at once, and the resident memory in bytes above which none is added: four fifths of what there is [LM7]. */
  sessions: number;
  memoryBytes: number;
  /** Longest session in milliseconds, and longest one opened with a client secret [LM8]. */
  sessionMs: number;
  secretSessionMs: number;
  /** Unsent bytes above which audio generation pauses, and above which client events wait too [LM9]. */
  pauseBytes: number;
  stopBytes: number;
  /** Milliseconds a reader may take nothing before it is closed 1013 [LM9]. */
  stallMs: number;
  /** Milliseconds between pings, and until a pong must be there [AU20]. */
  pingMs: number;
  pongMs: number;
  /** Milliseconds for a handshake: TLS, headers, upgrade [AU28]. */
  handshakeMs: number;
  /** Milliseconds a close handshake may take before the socket is ended. */
  closeMs: number;
  /** Milliseconds running responses may take when the server drains [LM12]. */
  graceMs: number;
  /** Milliseconds until an upstream must have accepted a connection. */
  upstreamConnectMs: number;
  /** Milliseconds an upstream may take without progress of the response that is waited for, whatever else it sends [RL7]. */
  upstreamIdleMs: number;
  /** Milliseconds a response of an upstream may take in all [RL7]. */
  upstreamResponseMs: number;
  /** Milliseconds until an MCP server must have accepted a connection, and for one answer of it [MC17]. */
  mcpConnectMs: number;
  mcpAnswerMs: number;
  /** Bytes of one answer of an MCP server, and of the stream it may keep open beside [MC17]. */
  mcpBodyBytes: number;
  mcpStreamBytes: number;
  /** MCP servers one session is connected to at once. */
  mcpServers: number;
  /** Observers of live sessions at once, and bytes one of them may leave unsent before it is closed 1013 [CO8]. */
  observers: number;
  watchBytes: number;
  /** Longest snapshot shown to them, in characters: what readers of recordings take for a line [CO5]. */
  snapshotLength: number;
  /** Recordings being downloaded at once; who takes nothing of one for `stallMs` is hung up on [CO16]. */
  downloads: number;
  /** Client secrets kept at once. */
  secrets: number;
  /** Bytes of recordings that may wait for the disk, of all sessions; a recording that finds no room is broken off. */
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

/** A token bucket: `perSecond` tokens come in, at most `burst` are kept. */
export interface Bucket {
  /**
   * Takes a token at `now` (milliseconds, monotonic); false when there is none. `missed` are the milliseconds so far in which this
   * process did not run: for them tokens come in beyond `burst`, since what was sent meanwhile comes at once.
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
