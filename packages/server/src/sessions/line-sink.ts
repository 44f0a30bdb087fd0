// Interface of consumers of session lines: recordings, observers, the list of live sessions, metrics.

import type { ServerEvent } from '@colloquy/protocol';
import type { Input, TranslationLine } from '@colloquy/session';
import type { SessionHandle } from './session-handle.ts';

/** A line of a recording: an input or a sent event. Audio, images and keys are not redacted; a sink that stores or shows them must. */
export type Line = Input | { at: number; from: 'server'; event: ServerEvent };

/** A line of any session. */
export type SessionLine = Line | TranslationLine;

/** Receives the lines of one session. No method may throw or wait. */
export interface LineSink<L = SessionLine, S = SessionHandle> {
  /** Called once, before the first line. */
  begin?(session: S): void;
  /** Called with an input before it is applied, or an event before it is sent. */
  write(line: L): void;
  /** Called once, after the last line. */
  end?(): void;
}
