// The latest samples of a stream, by their position in it.

export interface RecentSamples {
  /** Position behind the last sample. */
  readonly end: number;
  append(samples: Int16Array): void;
  /** Samples `[from, to)`, as far as they are there, in pieces. */
  read(from: number, to: number): Int16Array[];
  /** Forgets what is before this position. */
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
      const found: Int16Array[] = [];
      let at = start;
      for (const piece of pieces) {
        const part = piece.subarray(Math.max(0, from - at), Math.max(0, to - at));
        if (part.length > 0) found.push(part);
        at += piece.length;
      }
      return found;
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
