// The port for whatever follows sessions line by line: recordings, observers, the list of live sessions, metrics.

import type { ServerEvent } from '@colloquy/protocol';
import type { Input, TranslationLine } from '@colloquy/session';
import type { SessionHandle } from './session-handle.ts';

/** A line of a recording: an input, or an event sent. Audio, images and keys are in clear; a sink that stores or shows lines redacts them. */
export type Line = Input | { at: number; from: 'server'; event: ServerEvent };

/** A line of any session. */
export type SessionLine = Line | TranslationLine;

/** Receives the lines of one session. No method may throw or wait. */
export interface LineSink<L = SessionLine, S = SessionHandle> {
  /** The session begins. Called once, before its first line. */
  begin?(session: S): void;
  /** An input before it takes effect, or an event before it is sent. */
  write(line: L): void;
  /** The session has ended: no line follows. */
  end?(): void;
}
