// What passes between the recogniser and its threads. A run is one utterance on one thread; runs of a thread are numbered
// upwards, from 1.

export type ToWorker =
  | { do: 'renew' }
  | { do: 'feed'; run: number; samples: Int16Array }
  | { do: 'finish'; run: number }
  | { do: 'whole'; run: number; samples: Int16Array }
  | { do: 'drop'; run: number };

export type FromWorker =
  | { did: 'ready' }
  | { did: 'words'; run: number; words: string }
  /** The answer to `finish` and to `whole`. */
  | { did: 'final'; run: number; words: string };

export interface WorkerSettings {
  libraries: { base: string; sphinx: string };
  /** The decoder's own, as on its command line. */
  args: string[];
  /** Shared: the highest run that nobody wants any more. */
  dropped: Int32Array;
}
