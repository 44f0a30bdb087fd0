// Maps the audio clock of a session to the log's time: `audio_start_ms` counts the audio that was appended, not the time it took.

import { BYTES_PER_MS, type RealtimeAudioFormat } from '@colloquy/protocol';
import { below } from '../log/ascending.ts';

export class AudioClock {
  /** Milliseconds of audio after each append, and when it was appended. */
  readonly #ends: number[] = [];

  readonly #times: number[] = [];

  /** Counts audio that was appended at a time of the log, in milliseconds. */
  append(at: number, bytes: number, format: RealtimeAudioFormat['type']): void {
    if (bytes <= 0) return;
    this.#ends.push((this.#ends.at(-1) ?? 0) + bytes / BYTES_PER_MS[format]);
    this.#times.push(at);
  }

  /** When the audio at `audioMs` was spoken, by the log's time; `undefined` if the log does not hold it. */
  timeOf(audioMs: unknown): number | undefined {
    const last = this.#ends.at(-1);
    if (typeof audioMs !== 'number' || last === undefined || audioMs > last + 1) return undefined;
    const index = Math.min(below(this.#ends, audioMs), this.#ends.length - 1);
    const at = this.#times[index] as number;
    const spoken = at - Math.max(0, (this.#ends[index] as number) - audioMs);
    // Audio that was appended faster than it was spoken lies between two appends.
    return Math.max(0, this.#times[index - 1] ?? 0, spoken);
  }
}
