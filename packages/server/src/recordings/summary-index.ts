// Summaries of recordings: reads them from the store, and computes missing ones in the background, two at a time.

import { errorName, type Log } from '../log.ts';
import type { Store } from './store.ts';
import { computeSummary, readSummaryText, type StoredSummary, summaryText } from './stored-summary.ts';

export interface SummaryIndex {
  /** The stored summary of a recording of `bytes`; `undefined` if there is none, which is then computed in the background. */
  find(name: string, bytes: number): Promise<StoredSummary | undefined>;
  /** Whether the summary could not be computed. It is not tried again. */
  hasFailed(name: string): boolean;
  /** Stops computing. Resolves when nothing is read or written any more. */
  close(): Promise<void>;
}

export interface SummaryIndexOptions {
  readonly store: Pick<Store, 'open' | 'readSummary' | 'writeSummary'>;
  readonly log: Log;
}

const MAX_RUNNING = 2;
/** Maximum waiting names. A name that is not queued is queued when it is listed again. */
const MAX_QUEUED = 1000;
const MAX_FAILED = 10_000;

export function createSummaryIndex({ store, log }: SummaryIndexOptions): SummaryIndex {
  const queue = new Set<string>();
  const running = new Map<string, Promise<void>>();
  const failed = new Set<string>();
  const closing = new AbortController();

  function runNext(): void {
    const [name] = queue;
    if (name === undefined || running.size >= MAX_RUNNING || closing.signal.aborted) return;
    queue.delete(name);
    const computing = compute(name);
    running.set(name, computing);
    void computing.then(() => {
      running.delete(name);
      runNext();
    });
    runNext();
  }

  /** Never rejects. */
  async function compute(name: string): Promise<void> {
    try {
      const reader = await store.open(name);
      if (!reader) return;
      const stored = await computeSummary(reader, closing.signal);
      if (stored) await store.writeSummary(name, summaryText(stored, reader.bytes));
    } catch (error) {
      if (failed.size < MAX_FAILED) failed.add(name);
      log.warn({ error: errorName(error) }, 'the summary of a recording cannot be computed');
    }
  }

  return {
    async find(name, bytes) {
      const text = await store.readSummary(name);
      const stored = text === undefined ? undefined : readSummaryText(text, bytes);
      if (stored) return stored;
      if (queue.size < MAX_QUEUED && !running.has(name) && !failed.has(name)) queue.add(name);
      runNext();
      return undefined;
    },
    hasFailed: (name) => failed.has(name),
    async close() {
      closing.abort();
      queue.clear();
      await Promise.all(running.values());
    },
  };
}
