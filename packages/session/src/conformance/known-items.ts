// Ids of items that the events of a session introduced.

import type { IntroducedItems } from './response-rules.ts';

/** Maximum stored ids; after that every id counts as known. */
const MAX_ITEM_IDS = 100_000;

export class KnownItems implements IntroducedItems {
  /** The log starts in the middle of a session: ids may have been introduced before. */
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

  isInConversation(id: string): boolean {
    return this.#items.get(id) === true;
  }

  add(id: string): void {
    this.#items.set(id, true);
  }

  remove(id: string): void {
    this.#items.set(id, false);
  }
}
