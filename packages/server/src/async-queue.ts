// A queue that callbacks push to and one async loop reads from. Values pushed before the loop starts are buffered.

import { setImmediate as nextTurn } from 'node:timers/promises';

export interface AsyncQueueOptions {
  /**
   * Yields to the event loop before each buffered value. Without it, a loop over a full queue runs in microtasks and blocks all
   * sockets and timers of the process until the queue is empty. Set it if a peer fills the queue. @default false
   */
  readonly paced?: boolean;
}

/**
 * `weigh` returns the weight of a value. A `break` in a loop over the queue does not end the queue: the next loop continues at the
 * next value.
 */
export class AsyncQueue<T> implements AsyncIterable<T> {
  readonly #weigh: (value: T) => number;
  readonly #isPaced: boolean;
  #values: T[] = [];
  /** Values before this index are read. They are removed in batches, so that a read stays cheap. */
  #head = 0;
  #weight = 0;
  #ended = false;
  #wake: (() => void) | undefined;
  #onShift: (() => void) | undefined;

  constructor(weigh: (value: T) => number = () => 1, { paced = false }: AsyncQueueOptions = {}) {
    this.#weigh = weigh;
    this.#isPaced = paced;
  }

  /** Total weight of the unread values. */
  get weight(): number {
    return this.#weight;
  }

  /** Does nothing once ended. */
  push(value: T): void {
    if (this.#ended) return;
    this.#values.push(value);
    this.#weight += this.#weigh(value);
    this.#wake?.();
  }

  /** Ends the loop after the values pushed so far. */
  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  /** Calls `listener` after each read of a value. A new listener replaces the previous one. */
  onShift(listener: () => void): void {
    this.#onShift = listener;
  }

  async #next(): Promise<IteratorResult<T, undefined>> {
    if (this.#isPaced && this.#head < this.#values.length) await nextTurn();
    while (this.#head === this.#values.length) {
      if (this.#ended) return { done: true, value: undefined };
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
    const value = this.#values[this.#head] as T;
    this.#values[this.#head++] = undefined as T;
    if (this.#head === this.#values.length || this.#head > 1024) {
      this.#values = this.#values.slice(this.#head);
      this.#head = 0;
    }
    this.#weight -= this.#weigh(value);
    this.#onShift?.();
    return { done: false, value };
  }

  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    return { next: () => this.#next() };
  }
}
