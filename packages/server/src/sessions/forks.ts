// Conversations that wait for the session that goes on from them. Each is claimed once, by the session of its client secret.

import { randomUUID } from 'node:crypto';
import type { HistoryItem } from '@colloquy/session';

export interface Forks {
  /** Stores a conversation for `FORK_SECONDS`. `undefined` if there is no room. */
  add(history: readonly HistoryItem[]): string | undefined;
  has(id: string): boolean;
  /** Removes and returns it; `undefined` if it is unknown, expired or claimed. */
  claim(id: string): readonly HistoryItem[] | undefined;
}

/** Time for the client to connect. */
export const FORK_SECONDS = 60;
/** Maximum characters of all waiting conversations. */
const MAX_CHARS = 64 * 1024 * 1024;

/** `clock` in milliseconds. */
export function createForks(clock: () => number): Forks {
  const waiting = new Map<string, { history: readonly HistoryItem[]; chars: number; endsAt: number }>();

  function sweep(): void {
    for (const [id, { endsAt }] of waiting) {
      if (endsAt > clock()) break; // oldest first
      waiting.delete(id);
    }
  }

  return {
    add(history) {
      sweep();
      const chars = JSON.stringify(history).length;
      const total = [...waiting.values()].reduce((sum, each) => sum + each.chars, chars);
      if (total > MAX_CHARS) return undefined;
      const id = randomUUID();
      waiting.set(id, { history, chars, endsAt: clock() + FORK_SECONDS * 1000 });
      return id;
    },
    has(id) {
      sweep();
      return waiting.has(id);
    },
    claim(id) {
      sweep();
      const history = waiting.get(id)?.history;
      waiting.delete(id);
      return history;
    },
  };
}
