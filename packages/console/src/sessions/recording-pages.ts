// The recordings of the server in pages, newest first: more on demand, and the first page again when something changed.

import type { RecordingList, RecordingSummary } from '@colloquy/session';
import { type ReadonlySignal, signal } from '@preact/signals';
import type { Answer } from '../sources/server-api.ts';

export interface RecordingPagesState {
  readonly recordings: readonly RecordingSummary[];
  /** Whether there are older ones. */
  readonly hasMore: boolean;
  readonly isLoading: boolean;
  /** Recordings whose summary is being computed. */
  readonly pending: number;
  /** Why the last request failed. */
  readonly error: string | undefined;
}

export interface RecordingPages {
  readonly state: ReadonlySignal<RecordingPagesState>;
  /** Requests the first page, and merges it with what is known. */
  refresh(): Promise<void>;
  /** Requests the next page, or the next that is not empty. */
  more(): Promise<void>;
}

/** With a filter a page may be empty and still have a next one: at most so many are asked for at once. */
const MAX_EMPTY_PAGES = 10;

export function createRecordingPages(ask: (before?: string) => Promise<Answer<RecordingList>>): RecordingPages {
  const state = signal<RecordingPagesState>({
    ...{ recordings: [], hasMore: false, isLoading: true },
    ...{ pending: 0, error: undefined },
  });
  /** `null`: all pages are known; `undefined`: none is. */
  let next: string | null | undefined;
  let running: Promise<void> | undefined;

  /** One request at a time; what is asked for meanwhile is the same. */
  function once(run: () => Promise<void>): Promise<void> {
    running ??= run().finally(() => {
      running = undefined;
    });
    return running;
  }

  function fail(message: string): void {
    state.value = { ...state.peek(), isLoading: false, error: message };
  }

  async function loadFirst(): Promise<void> {
    const answer = await ask();
    if (!answer.ok) return fail(answer.message);
    const { recordings, next: after, pending } = answer.value;
    const isFirst = next === undefined;
    const merged = isFirst || after === null ? recordings : mergeFirstPage(state.peek().recordings, recordings);
    if (isFirst || after === null) next = after;
    state.value = { recordings: merged, hasMore: next != null, isLoading: false, pending, error: undefined };
    if (merged.length === 0 && next !== null) await loadMore();
  }

  async function loadMore(): Promise<void> {
    for (let page = 0; page < MAX_EMPTY_PAGES && typeof next === 'string'; page++) {
      state.value = { ...state.peek(), isLoading: true };
      const answer = await ask(next);
      if (!answer.ok) return fail(answer.message);
      const known = state.peek();
      next = answer.value.next;
      state.value = {
        recordings: [...known.recordings, ...answer.value.recordings],
        hasMore: next !== null,
        isLoading: false,
        pending: known.pending + answer.value.pending,
        error: undefined,
      };
      if (answer.value.recordings.length > 0) return;
    }
  }

  return { state, refresh: () => once(loadFirst), more: () => once(loadMore) };
}

/** Replaces the beginning of a list by a new first page. Names ascend with time, so the list descends. */
function mergeFirstPage(known: readonly RecordingSummary[], first: readonly RecordingSummary[]): RecordingSummary[] {
  const oldest = first.at(-1)?.name;
  return oldest === undefined ? [...known] : [...first, ...known.filter(({ name }) => name < oldest)];
}
