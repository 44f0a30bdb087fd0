// A queue with a push end for callbacks and an async-iterable end for loops. For one reader; what comes before it starts
// reading is kept.

import { setImmediate as nextTurn } from 'node:timers/promises';

export interface AsyncQueueOptions {
  /**
   * Gives the event loop a turn before a value that was already there. Without it a loop over a full inbox runs in microtasks,
   * and no socket and no timer of the process is served until the inbox is empty. For what a peer fills. @default false
   */
  readonly paced?: boolean;
}

/**
 * `weigh` says what a value counts for in `weight`. Breaking off a loop over an inbox does not end it: the next loop goes on
 * where the last one stopped.
 */
export class AsyncQueue<T> implements AsyncIterable<T> {
  readonly #weigh: (value: T) => number;
  readonly #isPaced: boolean;
  #values: T[] = [];
  /** Values before this index are taken; they are cut off now and then, so that taking stays cheap. */
  #head = 0;
  #weight = 0;
  #ended = false;
  #wake: (() => void) | undefined;
  #onShift: (() => void) | undefined;

  constructor(weigh: (value: T) => number = () => 1, { paced = false }: AsyncQueueOptions = {}) {
    this.#weigh = weigh;
    this.#isPaced = paced;
  }

  /** Sum of what the values not yet taken count for. */
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

  /** What was pushed before is still read; then the loop ends. */
  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  /** Calls `listener` whenever a value has been taken. One listener; the last one counts. */
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
