// Bytes of audio that a call has played, counted by the thread that sends them and read by the session's thread without asking:
// the session must know what was played before it handles an interruption.

const EPOCH = 0;
const BYTES = 1;

/** Both threads have one over the same memory. A clear begins a new epoch: what is played after it counts from 0. */
export class PlayedCounter {
  readonly buffer: SharedArrayBuffer;
  readonly #cells: Int32Array;

  constructor(buffer = new SharedArrayBuffer(8)) {
    this.buffer = buffer;
    this.#cells = new Int32Array(buffer);
  }

  /** Counts bytes of the current epoch. */
  add(bytes: number): void {
    Atomics.add(this.#cells, BYTES, bytes);
  }

  /** Begins an epoch. In this order, a reader who sees the new epoch never sees the count of the old one. */
  begin(epoch: number): void {
    Atomics.store(this.#cells, BYTES, 0);
    Atomics.store(this.#cells, EPOCH, epoch);
  }

  /** Bytes played in an epoch; 0 while the sending thread has not begun it. */
  read(epoch: number): number {
    return Atomics.load(this.#cells, EPOCH) === epoch ? Atomics.load(this.#cells, BYTES) : 0;
  }
}
