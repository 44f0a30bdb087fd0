// Messages between the page and the playback worklet. The page numbers the parts; samples are 24 kHz.

export type ToSpeaker =
  | { readonly type: 'play'; readonly part: number; readonly samples: Float32Array }
  /** Forget what is not played yet, and say what was. */
  | { readonly type: 'stop'; readonly token: number };

export type FromSpeaker =
  /** So many samples of a part were played; `isIdle` when nothing is left. */
  | { readonly type: 'at'; readonly part: number; readonly samples: number; readonly isIdle: boolean }
  | {
      readonly type: 'stopped';
      readonly token: number;
      readonly played: readonly (readonly [part: number, samples: number])[];
    };
