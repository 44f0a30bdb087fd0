// The page Sessions: live sessions and recordings in one table, and a file of the user's own.

import { CloudOff, ListFilter, MessagesSquare } from 'lucide';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { AppState } from '../app-state.ts';
import { Button } from '../parts/button.tsx';
import { EmptyState, ErrorState, Skeleton } from '../parts/states.tsx';
import { OpenFile } from '../shell/open-file.tsx';
import { ShareDialog } from '../shell/share-dialog.tsx';
import { useShortcuts } from '../shell/shortcuts.ts';
import { socketOrigin } from '../sources/open-log.ts';
import { linkLabel } from '../sources/server-link.ts';
import { deleteSessions, exportSessions, menuOf } from './session-actions.ts';
import { SelectionBar, SessionBar } from './session-bar.tsx';
import { isEmpty, type SessionRow, sortRows } from './session-row.ts';
import { SessionTable } from './session-table.tsx';
import { shownTable } from './shown-table.ts';
import { NO_FILTERS, type SessionFilters } from './table-state.ts';
import { type ListedSessions, useSessionRows } from './use-session-rows.ts';

/** After the last key, before the server is asked. */
const TYPING_MS = 200;

export function SessionsView({ app }: { app: AppState }) {
  const { filters } = shownTable.value;
  const [typed, setTyped] = useSearchText();
  const search = useRef<HTMLInputElement>(null);
  useShortcuts('Sessions', [{ key: '/', label: 'search what was said', run: () => search.current?.focus() }]);
  const listed = useSessionRows(app, filters);
  const rows = filters.isEmptyShown ? listed.rows : listed.rows.filter((row) => !isEmpty(row));
  const clear = () => setFilters(NO_FILTERS);
  return (
    <div class="sessions">
      <SessionBar
        {...{ search, typed, filters }}
        type={setTyped}
        change={setFilters}
        empty={listed.rows.length - rows.length}
        status={statusOf(rows, listed)}
        actions={<OpenFile open={(file) => app.open(file)} />}
      />
      <Listing {...{ app, filters, listed, rows, clear }} />
    </div>
  );
}

function setFilters(filters: SessionFilters): void {
  shownTable.value = { ...shownTable.peek(), filters };
}

/** The text in the search field: it is searched a moment later, and follows what the address searches for. */
function useSearchText(): [typed: string, type: (text: string) => void] {
  const { text } = shownTable.value.filters;
  const [typed, setTyped] = useState(text);
  /** What is typed goes on while its search begins: that one is not to come back into the field. */
  const searched = useRef(text);
  useEffect(() => {
    if (text !== searched.current) setTyped(text);
    searched.current = text;
  }, [text]);
  useEffect(() => {
    const timer = setTimeout(() => {
      const { filters } = shownTable.peek();
      searched.current = typed.trim();
      if (filters.text !== searched.current) setFilters({ ...filters, text: searched.current });
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return [typed, setTyped];
}

function statusOf(rows: readonly SessionRow[], { state: { hasMore } }: ListedSessions): string {
  const live = rows.filter(({ isLive }) => isLive).length;
  const count = `${rows.length.toLocaleString('en')}${hasMore ? '+' : ''} ${rows.length === 1 ? 'session' : 'sessions'}`;
  return live === 0 ? count : `${count}, ${live} live`;
}

interface ListingProps {
  readonly app: AppState;
  readonly filters: SessionFilters;
  readonly listed: ListedSessions;
  readonly rows: readonly SessionRow[];
  /** Clears the filters. */
  readonly clear: () => void;
}

/** The table, or what stands in its place. */
function Listing(props: ListingProps) {
  const { app, filters, listed, rows, clear } = props;
  const link = app.link.state.value;
  const { pages, state } = listed;
  if (link.kind === 'lost')
    return <EmptyState icon={CloudOff} title={`The server does not answer. ${linkLabel(link)}.`} />;
  if (app.isLocked.value) return <EmptyState icon={MessagesSquare} title="Enter the API key to see the sessions" />;
  const error = listed.error ?? state.error;
  const isNarrowed = filters.text !== '' || filters.traits.length > 0 || filters.isLiveOnly;
  return (
    <div class="sessions-body">
      {error !== undefined && (
        <ErrorState title={error}>
          <Button onClick={() => void pages.refresh()}>Try again</Button>
        </ErrorState>
      )}
      {rows.length > 0 ? (
        <Table {...props} />
      ) : listed.isLoading ? (
        <Skeleton rows={8} />
      ) : isNarrowed ? (
        <EmptyState icon={ListFilter} title="No session matches">
          <Button onClick={clear}>Clear filters</Button>
        </EmptyState>
      ) : (
        error === undefined && <NoSessions app={app} />
      )}
      <More listed={listed} />
      <Notes app={app} />
    </div>
  );
}

function Table({ app, listed, rows }: ListingProps) {
  const { order } = shownTable.value;
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [shared, setShared] = useState<readonly SessionRow[]>([]);
  const select = (keys: readonly string[], isSelected: boolean) => {
    const others = [...selected].filter((key) => !keys.includes(key));
    setSelected(new Set(isSelected ? [...others, ...keys] : others));
  };
  const chosen = rows.filter(({ key }) => selected.has(key));
  const names = recordingsOf(chosen);
  return (
    <>
      {chosen.length > 0 && (
        <SelectionBar
          count={chosen.length}
          recordings={names.length}
          compare={() => app.go({ view: 'compare', left: chosen[0]?.source, right: chosen[1]?.source })}
          share={() => setShared(chosen)}
          remove={() => deleteSessions(app, names)}
          clear={() => setSelected(new Set())}
        />
      )}
      <SessionTable
        rows={sortRows(rows, order, Date.now())}
        {...{ order, selected, select }}
        sort={(order) => {
          shownTable.value = { ...shownTable.peek(), order };
        }}
        isPending={listed.state.pending > 0}
        itemsOf={(row) => menuOf(app, row, { share: (each) => setShared([each]) })}
      />
      {shared.length > 0 && (
        <ShareDialog
          label={shared.length === 1 ? 'Export the session' : `Export ${shared.length} sessions`}
          hidden={[...new Set(shared.flatMap(({ recording }) => recording?.hidden ?? []))]}
          save={(level) => exportSessions(app, recordingsOf(shared), level)}
          close={() => setShared([])}
        />
      )}
    </>
  );
}

const recordingsOf = (rows: readonly SessionRow[]) =>
  rows.flatMap(({ recording }) => (recording && !recording.running ? [recording.name] : []));

/** Reads the next page when its end comes into sight. */
function More({ listed: { pages, state, rows } }: { listed: ListedSessions }) {
  const end = useRef<HTMLDivElement>(null);
  const { hasMore, isLoading } = state;
  useEffect(() => {
    const { current } = end;
    if (!current || !hasMore || isLoading) return;
    const observer = new IntersectionObserver((entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) void pages.more();
    });
    observer.observe(current);
    return () => observer.disconnect();
  }, [pages, hasMore, isLoading, rows.length]);
  if (!hasMore) return null;
  return <div ref={end}>{isLoading && <Skeleton rows={2} />}</div>;
}

function NoSessions({ app }: { app: AppState }) {
  return (
    <EmptyState icon={MessagesSquare} title="No sessions yet">
      <p>Talk to this server, connect a client, or drop a log on this page.</p>
      <Button rank="primary" onClick={() => app.go({ view: 'log', source: { kind: 'talk' }, tab: 'conversation' })}>
        Start a session
      </Button>
    </EmptyState>
  );
}

function Notes({ app }: { app: AppState }) {
  const server = app.server.value;
  if (!server) return null;
  return (
    <footer class="sessions-notes">
      <p>
        Realtime clients connect to <code>{`${socketOrigin()}/v1/realtime?model=${server.default_model}`}</code>
      </p>
      {!server.recordings.enabled && (
        <p>
          This server does not record. Start it with <code>--data-dir FOLDER</code> to record every session.
        </p>
      )}
      {server.watch.level === null && <p>Observing is off. Set --watch on the server to allow it.</p>}
      {server.missing.length > 0 && (
        <details>
          <summary>Missing parts of this server</summary>
          <ul>
            {server.missing.map((message) => (
              <li key={message}>{message}</li>
            ))}
          </ul>
        </details>
      )}
    </footer>
  );
}
