// What the code in documents takes as given: names that its reader has. Compiled with that code alone, see code-blocks.test.ts.

import type { ServerEvent } from '@colloquy/protocol';
import type { Transcriber } from '@colloquy/server';

declare global {
  /** Any socket to a Realtime server. */
  const socket: WebSocket;
  /** The text of a configuration file. */
  const text: string;
  /** The text of a frame, as it arrived. */
  const frame: string;
  /** Decoded events of a server. */
  const serverEvents: readonly ServerEvent[];
  /** What a recording begins with. */
  const seed: readonly [number, number, number, number];
  const model: string;
  const started_at: number;
  /** Milliseconds since the session began. */
  const at: number;
  /** Adds to a file of the reader's. */
  function append(line: string): void;
  /** The reader's own accounting. */
  function meter(...usage: unknown[]): void;
  /** The reader's own agent. */
  function myAgent(url: string): Promise<void>;
  /** A part of the reader's own, and what it is tried with. */
  const transcriber: Transcriber;
}
