// The page Sessions: live sessions, recordings, log files.

import type { AppState } from '../app-state.ts';
import { socketOrigin } from '../sources/open-log.ts';
import { linkLabel } from '../sources/server-link.ts';
import { Answered } from './answered.tsx';
import { OpenFile } from './open-file.tsx';
import { Recordings } from './recordings.tsx';
import { SessionTable } from './session-table.tsx';
import { useSessions } from './use-sessions.ts';

export function Home({ app }: { app: AppState }) {
  const sessions = useSessions(app);
  const server = app.server.value;
  const link = app.link.state.value;
  const lost = link.kind === 'lost' && <p class="trouble">The server does not answer. {linkLabel(link)}.</p>;
  return (
    <div class="home">
      <section class="card" aria-labelledby="sessions-title">
        <h2 id="sessions-title">Live sessions</h2>
        {lost || <Answered answer={sessions}>{(list) => <SessionTable sessions={list} />}</Answered>}
        {server?.watch.level === null && <p class="hint">Observing is off. Set --watch on the server to allow it.</p>}
        <p class="hint">
          Realtime clients connect to{' '}
          <code>{`${socketOrigin()}/v1/realtime?model=${server?.default_model ?? 'gpt-realtime'}`}</code>
        </p>
      </section>
      <section class="card" aria-labelledby="recordings-title">
        <h2 id="recordings-title">Recordings</h2>
        {lost || <Recordings app={app} />}
      </section>
      <section class="card" aria-labelledby="file-title">
        <h2 id="file-title">Log file</h2>
        <p>Drop a recording or any log of Realtime events on this page: lines of JSON, a list, a HAR file.</p>
        <OpenFile open={(file) => app.open(file)} />
        <p class="hint">The file stays in the page.</p>
      </section>
      {server && server.missing.length > 0 && (
        <section class="card" aria-labelledby="missing-title">
          <h2 id="missing-title">Missing parts of this server</h2>
          <ul>
            {server.missing.map((message) => (
              <li key={message}>{message}</li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}
