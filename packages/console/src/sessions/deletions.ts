// Deletes recordings with time to undo it: they are hidden at once, and deleted when the time is over or the page is left.

import { type ReadonlySignal, signal } from '@preact/signals';
import type { ServerApi } from '../sources/server-api.ts';

export interface Deletions {
  /** Names of recordings that are not shown: their deletion waits, is under way, or is done. */
  readonly hidden: ReadonlySignal<ReadonlySet<string>>;
  /** Hides recordings. */
  start(names: readonly string[]): Deletion;
  /** Deletes all that wait, as the page is left: the requests outlive it. */
  commitAll(): void;
}

/** Only the first call of either counts. */
export interface Deletion {
  /** Shows the recordings again. */
  undo(): void;
  /** Deletes them. Resolves with those that could not be deleted, which are shown again. */
  commit(): Promise<readonly DeletionFailure[]>;
}

export interface DeletionFailure {
  readonly name: string;
  readonly message: string;
}

export function createDeletions(api: Pick<ServerApi, 'deleteRecording'>): Deletions {
  const hidden = signal<ReadonlySet<string>>(new Set());
  /** Deletions that can be undone, with their names. */
  const waiting = new Map<Deletion, readonly string[]>();

  function show(names: readonly string[]): void {
    hidden.value = new Set([...hidden.peek()].filter((name) => !names.includes(name)));
  }

  async function remove(names: readonly string[]): Promise<DeletionFailure[]> {
    const answers = await Promise.all(names.map(async (name) => ({ name, answer: await api.deleteRecording(name) })));
    const failures = answers.flatMap(({ name, answer }) =>
      // What is gone already is deleted.
      answer.ok || answer.status === 404 ? [] : [{ name, message: answer.message }],
    );
    show(failures.map(({ name }) => name));
    return failures;
  }

  return {
    hidden,
    start(names) {
      hidden.value = new Set([...hidden.peek(), ...names]);
      const deletion: Deletion = {
        undo() {
          if (waiting.delete(deletion)) show(names);
        },
        commit: async () => (waiting.delete(deletion) ? remove(names) : []),
      };
      waiting.set(deletion, names);
      return deletion;
    },
    commitAll() {
      for (const name of [...waiting.values()].flat()) void api.deleteRecording(name, { keepalive: true });
      waiting.clear();
    },
  };
}
