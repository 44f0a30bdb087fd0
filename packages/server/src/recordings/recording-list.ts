// One page of the list of recordings, with summaries and filter [CO13, CO40, CO42]. One entry without its summary: `summary.ts`.

import type { ConversationSummary, RecordingList, RecordingSummary } from '@colloquy/session';
import { isEmptyFilter, matchesFilter, type SessionFilter } from './session-filter.ts';
import type { RecordingReader, Store } from './store.ts';
import type { StoredSummary } from './stored-summary.ts';
import { recordingSummary } from './summary.ts';

export interface RecordingListOptions {
  readonly store: Pick<Store, 'list' | 'open'>;
  readonly isWriting: (name: string) => boolean;
  /** The stored summary; `undefined` if there is none yet. */
  readonly summaryOf: (name: string, bytes: number) => Promise<StoredSummary | undefined>;
  /** The summary so far of a recording that is being written. */
  readonly liveSummaryOf: (name: string) => StoredSummary | undefined;
  /** Whether the summary can still be expected. */
  readonly isPending: (name: string) => boolean;
  /** Whether `first_words` may be shown. */
  readonly showsContent: boolean;
}

export interface RecordingQuery extends SessionFilter {
  readonly limit: number;
  /** Only recordings before this name. */
  readonly before?: string | undefined;
}

/** Maximum recordings that one request with a filter reads; the next page goes on. */
const MAX_READ = 1000;

export async function listRecordings(options: RecordingListOptions, query: RecordingQuery): Promise<RecordingList> {
  const { before, limit } = query;
  const names = (await options.store.list()).filter((name) => before === undefined || name < before);
  const recordings: RecordingSummary[] = [];
  let pending = 0;
  let read = 0;
  for (const name of names.slice(0, isEmptyFilter(query) ? limit : MAX_READ)) {
    if (recordings.length === limit) break;
    read += 1;
    const entry = await entryOf(options, query, name);
    if (entry === 'pending') pending += 1;
    else if (entry) {
      recordings.push(entry);
      if (!entry.summary && options.isPending(name)) pending += 1;
    }
  }
  return { recordings, next: names.length > read ? (names[read - 1] ?? null) : null, pending };
}

/** `undefined` if it does not match, or was removed since it was listed; `pending` if that is not known yet. */
async function entryOf(
  options: RecordingListOptions,
  filter: SessionFilter,
  name: string,
): Promise<RecordingSummary | 'pending' | undefined> {
  const reader = await options.store.open(name);
  if (!reader) return undefined;
  const running = options.isWriting(name);
  const stored = await storedSummary(options, name, reader, running);
  if (!isEmptyFilter(filter) && !(stored && matchesFilter(filter, stored))) {
    await reader.close();
    return !stored && options.isPending(name) ? 'pending' : undefined;
  }
  const summary = stored ? shownSummary(stored.summary, options.showsContent) : null;
  return { ...(await recordingSummary(name, reader, running)), summary };
}

async function storedSummary(
  { summaryOf, liveSummaryOf }: RecordingListOptions,
  name: string,
  reader: RecordingReader,
  running: boolean,
): Promise<StoredSummary | undefined> {
  try {
    return running ? liveSummaryOf(name) : await summaryOf(name, reader.bytes);
  } catch (error) {
    await reader.close();
    throw error;
  }
}

/** A summary as a client may see it. */
export const shownSummary = (summary: ConversationSummary, showsContent: boolean): ConversationSummary =>
  showsContent ? summary : { ...summary, first_words: null };
