// Messages between the transcriber and its worker threads. A run is one utterance on one thread; each thread numbers
// its runs from 1.

export type ToWorker =
  | { do: 'renew' }
  | { do: 'feed'; run: number; samples: Int16Array }
  | { do: 'finish'; run: number }
  | { do: 'whole'; run: number; samples: Int16Array }
  | { do: 'drop'; run: number };

export type FromWorker =
  | { did: 'ready' }
  | { did: 'partial'; run: number; text: string }
  /** Answers `finish` and `whole`. */
  | { did: 'final'; run: number; text: string };

export interface WorkerSettings {
  libraries: { base: string; sphinx: string };
  /** Command-line arguments of the decoder. */
  args: string[];
  /** Shared memory: the highest run that was cancelled. */
  dropped: Int32Array;
}
