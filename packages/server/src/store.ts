// The port: where recordings are kept. Adapters are in `stores/`; what is written, and when, is `recorder.ts`.

/** A folder of recordings, or what stands for one. */
export interface Store {
  /** Makes ready. Rejects with `invalid_configuration` where nothing could be kept. */
  prepare(): Promise<void>;
  /**
   * Begins a recording. `name` is made by the server, never by a client, of letters, digits, `_`, `.` and `-`. Rejects when one
   * of that name is there: nothing is ever written over.
   */
  create(name: string): Promise<StoredRecording>;
}

/** A recording being written. One call at a time. */
export interface StoredRecording {
  /** Adds whole lines, breaks included. Resolves when the operating system has them: they outlive the process, not the machine. */
  append(text: string): Promise<void>;
  /** Resolves when all that was added outlives the machine too. */
  sync(): Promise<void>;
  close(): Promise<void>;
}
