// Divides the bytes that a call has played among the content parts whose audio was queued.

import type { AudioPart, PlayedPart } from './call-audio.ts';

const isSame = (a: AudioPart, b: AudioPart) =>
  a.response_id === b.response_id && a.item_id === b.item_id && a.content_index === b.content_index;

/** Audio is played in the order in which it is queued, so a total says how far each part is. */
export class PlayedParts {
  #parts: { part: AudioPart; bytes: number }[] = [];
  /** Bytes of parts that are forgotten. */
  #forgotten = 0;

  /** Bytes queued in this epoch. */
  get sentBytes(): number {
    return this.#forgotten + this.#parts.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  add(part: AudioPart, bytes: number): void {
    const last = this.#parts.at(-1);
    if (last && isSame(last.part, part)) last.bytes += bytes;
    else this.#parts.push({ part, bytes });
  }

  /** Forgets the parts of a response that has been played; it is the first in the queue. */
  drain(response_id: string): void {
    while (this.#parts[0]?.part.response_id === response_id) this.#forgotten += this.#parts.shift()?.bytes ?? 0;
  }

  /** Forgets everything: the next epoch begins. */
  clear(): void {
    this.#parts = [];
    this.#forgotten = 0;
  }

  /** The parts in the queue, in order, when `total` bytes of the epoch have been played. */
  playedAt(total: number): PlayedPart[] {
    let left = total - this.#forgotten;
    return this.#parts.map(({ part, bytes }) => {
      const playedBytes = Math.max(0, Math.min(left, bytes));
      left -= bytes;
      return { ...part, sentBytes: bytes, playedBytes };
    });
  }
}
