// The port: where recordings are kept. Adapters are in `stores/`; what is written, and when, is `recorder.ts`; who reads them,
// `routes/recordings.ts`.

import type { Readable } from 'node:stream';

/** A folder of recordings, or what stands for one. */
export interface Store {
  /** Makes ready and becomes the only owner. Rejects with `invalid_configuration` when nothing can be kept, or another server owns it. */
  prepare(): Promise<void>;
  /** Ends the ownership that `prepare` took, if it did. */
  release(): Promise<void>;
  /**
   * Begins a recording. `name` is made by the server, never by a client, and says when: `20260101T000000Z-` and letters, digits
   * and `_`. Rejects when one of that name is there: nothing is ever written over.
   */
  create(name: string): Promise<RecordingFile>;
  /** The names of all recordings, the newest first. */
  list(): Promise<string[]>;
  /** Opens a recording to read it; `undefined` when none has this name, whatever the name is. */
  open(name: string): Promise<RecordingReader | undefined>;
  /** Removes a recording; false when none has this name, whatever the name is. */
  remove(name: string): Promise<boolean>;
}

/** A recording being read. */
export interface RecordingReader {
  /** How long it was when it was opened. */
  readonly bytes: number;
  /** So much of it as there was then, or its first `most` bytes. Once; closes it at the end. */
  read(maxBytes?: number): Readable;
  /** Gives it back unread. */
  close(): Promise<void>;
}

/** A recording being written. One call at a time. */
export interface RecordingFile {
  /** Adds whole lines, breaks included. Resolves when the operating system has them: they outlive the process, not the machine. */
  append(text: string): Promise<void>;
  /** Resolves when all that was added outlives the machine too. */
  sync(): Promise<void>;
  close(): Promise<void>;
}
