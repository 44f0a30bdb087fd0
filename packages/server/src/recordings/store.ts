// Port: storage of recordings. Adapter: `file-store.ts`; writer: `recorder.ts`; reader: `http/routes/recordings.ts`.

import type { Readable } from 'node:stream';

export interface Store {
  /** Prepares the store and locks it. Rejects with `invalid_configuration` if it cannot be written or another server owns it. */
  prepare(): Promise<void>;
  /** Releases the lock of `prepare`, if any. */
  release(): Promise<void>;
  /**
   * Creates a recording. The server makes `name`: `20260101T000000Z-` and letters, digits and `_`. Rejects if the name exists; nothing
   * is overwritten.
   */
  create(name: string): Promise<RecordingFile>;
  /** Names of all recordings, newest first. */
  list(): Promise<string[]>;
  /** Opens a recording for reading; `undefined` if the name is unknown. Accepts any text. */
  open(name: string): Promise<RecordingReader | undefined>;
  /** The text that `writeSummary` stored for a recording; `undefined` if there is none. Accepts any text. */
  readSummary(name: string): Promise<string | undefined>;
  /** Stores a text beside a recording, in place of an earlier one. Does nothing if the recording was removed. */
  writeSummary(name: string, text: string): Promise<void>;
  /** Removes a recording with its summary; false if the name is unknown. Accepts any text. */
  remove(name: string): Promise<boolean>;
}

/** A recording being read. */
export interface RecordingReader {
  /** Size when it was opened. */
  readonly bytes: number;
  /** Reads the size at opening, or the first `maxBytes`. Call it once; the end of the stream closes the recording. */
  read(maxBytes?: number): Readable;
  /** Closes it without reading. */
  close(): Promise<void>;
}

/** A recording being written. One call at a time. */
export interface RecordingFile {
  /** Appends whole lines with their line breaks. Resolves when the operating system has them; they survive a crash of the process. */
  append(text: string): Promise<void>;
  /** Resolves when all lines survive a power loss. */
  sync(): Promise<void>;
  close(): Promise<void>;
}
