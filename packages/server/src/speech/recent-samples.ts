// The latest samples of a stream, by position.

export interface RecentSamples {
  /** Position after the last sample. */
  readonly end: number;
  append(samples: Int16Array): void;
  /** The available samples of `[from, to)`, in pieces. */
  read(from: number, to: number): Int16Array[];
  /** Drops samples before this position. */
  dropBefore(position: number): void;
}

export function recentSamples(): RecentSamples {
  let pieces: Int16Array[] = [];
  let start = 0;
  let end = 0;
  return {
    get end() {
      return end;
    },
    append(samples) {
      if (samples.length === 0) return;
      pieces.push(samples);
      end += samples.length;
    },
    read(from, to) {
      const result: Int16Array[] = [];
      let at = start;
      for (const piece of pieces) {
        const part = piece.subarray(Math.max(0, from - at), Math.max(0, to - at));
        if (part.length > 0) result.push(part);
        at += piece.length;
      }
      return result;
    },
    dropBefore(position) {
      let count = 0;
      while (count < pieces.length && start + pieces[count]!.length <= position) {
        start += pieces[count]!.length;
        count += 1;
      }
      if (count > 0) pieces = pieces.slice(count);
    },
  };
}
