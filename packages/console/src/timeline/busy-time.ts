// Stretches of a log in which something happens. Stretches that are closer than a gap are one.

export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Shortest gap that is worth folding, in milliseconds. */
export const MIN_GAP_MS = 4000;

export class BusyTime {
  readonly stretches: { from: number; to: number }[] = [];

  /** Adds a stretch; most begin later than those before. */
  add(from: number, to: number): void {
    const stretch = { from, to: Math.max(from, to) };
    for (let last = this.stretches.at(-1); last && from - last.to < MIN_GAP_MS; last = this.stretches.at(-1)) {
      if (last.from - stretch.to >= MIN_GAP_MS) break;
      stretch.from = Math.min(stretch.from, last.from);
      stretch.to = Math.max(stretch.to, last.to);
      this.stretches.pop();
    }
    this.stretches.push(stretch);
  }
}
