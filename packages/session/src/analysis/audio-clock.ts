// Maps the audio clock of a session to the log's time: `audio_start_ms` counts the appended audio, not the time it took.
// Speech on this clock: `speech-clock.ts`.

/** Appends that are remembered; detectors refer to the latest audio. 60 s in chunks of 20 ms. */
const MAX_APPENDS = 3000;

export class AudioClock {
  /** Milliseconds of audio after each append, and when it was appended. Ascending. */
  #ends: number[] = [];

  #times: number[] = [];

  /** Counts audio that was appended at a time of the log. Both in milliseconds. */
  append(time: number, audioMs: number): void {
    if (!(audioMs > 0)) return;
    this.#ends.push((this.#ends.at(-1) ?? 0) + audioMs);
    this.#times.push(time);
    if (this.#ends.length < 2 * MAX_APPENDS) return;
    this.#ends = this.#ends.slice(-MAX_APPENDS);
    this.#times = this.#times.slice(-MAX_APPENDS);
  }

  /** When the audio at `audioMs` was spoken, on the log's clock; `undefined` if the log does not hold it. */
  timeOf(audioMs: number): number | undefined {
    const last = this.#ends.at(-1);
    if (last === undefined || audioMs > last + 1) return undefined;
    const index = Math.min(firstFrom(this.#ends, audioMs), this.#ends.length - 1);
    const time = this.#times[index] as number;
    const spoken = time - Math.max(0, (this.#ends[index] as number) - audioMs);
    // Audio that was appended faster than it was spoken lies between two appends.
    const before = this.#times[index - 1];
    return before === undefined ? spoken : Math.max(before, spoken);
  }
}

/** Index of the first of ascending numbers that is not below `least`. */
function firstFrom(sorted: readonly number[], least: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) < least) low = middle + 1;
    else high = middle;
  }
  return low;
}
