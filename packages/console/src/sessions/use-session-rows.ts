// The rows of the table: live sessions as they change, recordings page by page, both filtered by the same query.

import type { SessionSummary } from '@colloquy/session';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { AppState } from '../app-state.ts';
import { useSessions } from '../shell/use-sessions.ts';
import { createRecordingPages, type RecordingPages, type RecordingPagesState } from './recording-pages.ts';
import { hasTraits, type SessionRow, sessionRows } from './session-row.ts';
import type { SessionQuery } from './table-state.ts';

export interface ListedSessions {
  readonly rows: readonly SessionRow[];
  readonly pages: RecordingPages;
  readonly state: RecordingPagesState;
  /** Why live sessions cannot be listed. */
  readonly error: string | undefined;
  readonly isLoading: boolean;
}

/** Between requests of the first page while summaries are computed, and while nothing is known to happen. */
const PENDING_MS = 1500;
const IDLE_MS = 10_000;

const NO_PAGES: RecordingPages['state']['value'] = {
  ...{ recordings: [], hasMore: false, isLoading: false },
  ...{ pending: 0, error: undefined },
};

export function useSessionRows(app: AppState, query: SessionQuery): ListedSessions {
  const live = useSessions(app);
  const liveRows = live?.ok ? live.value : [];
  const matching = useMatching(app, liveRows, query);
  const isRecording = app.server.value?.recordings.enabled === true;
  const pages = useRecordingPages(app, query, isRecording, liveRows.map(({ id }) => id).join(' '));
  const state = useShown(isRecording ? pages.state.value : NO_PAGES);
  const hidden = app.deletions.hidden.value;
  const rows = sessionRows(matching, query.isLiveOnly ? [] : state.recordings.filter(({ name }) => !hidden.has(name)));
  return {
    rows,
    pages,
    state,
    error: live && !live.ok ? live.message : undefined,
    isLoading: live === undefined || state.isLoading,
  };
}

/** What was listed stays until the answer to another query is there. */
function useShown(state: RecordingPagesState): RecordingPagesState {
  const lastState = useRef(state);
  const isFirst = state.isLoading && state.recordings.length === 0 && state.error === undefined;
  if (!isFirst) lastState.current = state;
  return isFirst ? { ...lastState.current, isLoading: true } : state;
}

/** The live sessions of a query. What was said in them the server knows: it is asked again when they change. */
function useMatching(app: AppState, live: readonly SessionSummary[], query: SessionQuery): readonly SessionSummary[] {
  const [saying, setSaying] = useState<ReadonlySet<string>>();
  const { text, traits } = query;
  const changed = text === '' ? '' : JSON.stringify(live.map(({ id, items, summary }) => [id, items, summary?.turns]));
  useEffect(() => {
    if (text === '') return setSaying(undefined);
    let isOver = false;
    void app.api.sessions({ q: text }).then((answer) => {
      if (!isOver) setSaying(new Set(answer.ok ? answer.value.map(({ id }) => id) : []));
    });
    return () => {
      isOver = true;
    };
  }, [app, text, changed]);
  return live.filter((session) => (!saying || saying.has(session.id)) && hasTraits(session, traits));
}

function useRecordingPages(app: AppState, query: SessionQuery, isEnabled: boolean, liveIds: string): RecordingPages {
  const { text, traits } = query;
  const key = app.key.value;
  const filter = traits.join(' ');
  const pages = useMemo(
    () => createRecordingPages((before) => app.api.recordings({ q: text, has: traits, ...(before && { before }) })),
    [app, key, text, filter],
  );
  const { pending } = pages.state.value;
  const isLost = app.link.state.value.kind === 'lost';
  useEffect(() => {
    if (!isEnabled || isLost) return;
    // A session that ended has become a recording.
    void pages.refresh();
    const timer = setInterval(
      () => {
        if (!document.hidden) void pages.refresh();
      },
      pending > 0 ? PENDING_MS : IDLE_MS,
    );
    return () => clearInterval(timer);
  }, [pages, isEnabled, isLost, liveIds, pending > 0]);
  return pages;
}
