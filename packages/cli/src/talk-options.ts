// What a talking client in a terminal needs, and what it can be asked to do.

import type { Playback } from './playback.ts';

export interface TalkOptions {
  /** Sends one frame. */
  readonly send: (frame: string) => void;
  /** Writes a piece of the answer, or a frame; already safe to print. */
  readonly write: (text: string) => void;
  /** Says something about the conversation that is no part of it: one line, safe to print, without its newline. */
  readonly note: (line: string) => void;
  /** Show every frame that comes and goes, redacted; an answer is then written whole when it is done. */
  readonly showFrames: boolean;
  /** Answers are spoken and played here. Absent: they are written. */
  readonly playback?: Playback | undefined;
  /** Called with what a spoken turn was taken to be: one line, safe to print, without its newline. */
  readonly onTranscript?: (line: string) => void;
  /** Called when a turn has ended and none is waiting. */
  readonly onIdle: () => void;
}

/** The audio of a microphone. */
export interface SpokenInput {
  readonly write: (samples: Int16Array) => void;
  /** Nothing more comes. `onTaken` is called when the server has received all of it; by then it has begun to answer the last turn. */
  readonly end: (onTaken: () => void) => void;
}

export interface Talk {
  /** Queues a turn; a blank line is ignored. */
  say(line: string): void;
  /** Queues a spoken turn: 16-bit mono samples at 24 kHz. */
  speak(samples: Int16Array): void;
  /** From now on the server detects turns and answers them. */
  openMicrophone(): SpokenInput;
  /** Handles one frame from the server. Never throws. */
  handleFrame(frame: string): void;
  /** Cancels the running answer; `false` if there is none, or if it was cancelled already. */
  cancel(): boolean;
  readonly isAnswering: boolean;
  /** How many turns were not answered to their end, cancelled ones excepted, and how many errors came beside them. */
  readonly failures: number;
}
