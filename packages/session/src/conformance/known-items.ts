// The ids of items that the events of a session introduced.

import type { Known } from './response-rules.ts';

/** Ids that are remembered; after that every id counts as known. */
const MAX_ITEM_IDS = 100_000;

export class KnownItems implements Known {
  /** The log begins in the middle: ids may have been introduced before. */
  beginsMidway = false;

  /** Id → whether the item is in the conversation now. */
  readonly #items = new Map<string, boolean>();

  get isMidway(): boolean {
    return this.beginsMidway || this.#items.size >= MAX_ITEM_IDS;
  }

  hasItem(id: string): boolean {
    return this.#items.has(id);
  }

  /** An event names an item that is not in the conversation yet. */
  introduce(id: string): void {
    if (!this.#items.has(id)) this.#items.set(id, false);
  }

  /** Whether the item is in the conversation now. */
  isThere(id: string): boolean {
    return this.#items.get(id) === true;
  }

  add(id: string): void {
    this.#items.set(id, true);
  }

  remove(id: string): void {
    this.#items.set(id, false);
  }
}
