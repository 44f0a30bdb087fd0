// Lists the recordings in a folder that another process may own. Nothing is written: a missing summary is computed for this list only.

import type { RecordingList } from '@colloquy/session';
import { fileStore } from './file-store.ts';
import { listRecordings, type RecordingQuery } from './recording-list.ts';
import type { Store } from './store.ts';
import { computeSummary, readSummaryText, type StoredSummary } from './stored-summary.ts';

/** One page, newest first, as `GET /api/recordings` answers. An absent folder has no recordings. Rejects with the file system's error. */
export function readRecordings(folder: string, query: RecordingQuery): Promise<RecordingList> {
  const store = fileStore(folder);
  return listRecordings(
    {
      store,
      isWriting: () => false,
      liveSummaryOf: () => undefined,
      summaryOf: (name, bytes) => summaryIn(store, name, bytes),
      isPending: () => false,
      showsContent: true,
    },
    query,
  );
}

async function summaryIn(store: Store, name: string, bytes: number): Promise<StoredSummary | undefined> {
  const text = await store.readSummary(name);
  const stored = text === undefined ? undefined : readSummaryText(text, bytes);
  if (stored) return stored;
  const reader = await store.open(name);
  return reader && computeSummary(reader, new AbortController().signal);
}
