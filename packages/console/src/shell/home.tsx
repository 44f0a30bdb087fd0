// What there is to look at: live sessions, recordings of the server, files of one's own.

import { useEffect, useState } from 'preact/hooks';
import type { AppState } from '../app-state.ts';
import { addressOf, type LogSource } from '../route.ts';
import { socketOrigin } from '../sources/open-log.ts';
import type { Answer, RecordingSummary, SessionSummary } from '../sources/server-api.ts';

const POLL_MS = 2000;

/** Asks again and again while the page is seen. */
function usePolled<T>(ask: () => Promise<Answer<T>>, again: unknown): Answer<T> | undefined {
  const [answer, setAnswer] = useState<Answer<T>>();
  useEffect(() => {
    let isOver = false;
    const look = async () => {
      if (!document.hidden) {
        const next = await ask();
        if (!isOver) setAnswer(next);
      }
      if (!isOver) timer = setTimeout(look, POLL_MS);
    };
    let timer = setTimeout(look);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [again]);
  return answer;
}

export function Home({ app }: { app: AppState }) {
  const key = app.key.value;
  const sessions = usePolled(app.api.sessions, key);
  const recordings = usePolled(app.api.recordings, key);
  return (
    <div class="home">
      <section class="card" aria-labelledby="sessions-title">
        <h2 id="sessions-title">Live sessions</h2>
        <Answered answer={sessions} none="No one is talking yet.">
          {(list) => <SessionTable sessions={list} />}
        </Answered>
        <p class="hint">
          Realtime clients connect to <code>{`${socketOrigin()}/v1/realtime?model=gpt-realtime`}</code>
        </p>
      </section>
      <section class="card" aria-labelledby="recordings-title">
        <h2 id="recordings-title">Recordings</h2>
        {app.server.value?.recordings.enabled === false ? (
          <p>
            This server keeps none. Start it with <code>--data-dir FOLDER</code> to have sessions written down.
          </p>
        ) : (
          <Answered answer={recordings} none="There is no recording yet.">
            {(list) => <RecordingTable app={app} recordings={list} />}
          </Answered>
        )}
      </section>
      <section class="card" aria-labelledby="file-title">
        <h2 id="file-title">A file of your own</h2>
        <p>Drop a recording anywhere on this page, or any log of Realtime events: lines of JSON, a list, a HAR file.</p>
        <OpenFile open={(file) => app.open(file)} />
        <p class="hint">It is read in the page and sent nowhere.</p>
      </section>
    </div>
  );
}

export function OpenFile({ open, label = 'Open a file' }: { open: (file: File) => void; label?: string }) {
  return (
    <label class="file-button">
      {label}
      <input
        type="file"
        accept=".jsonl,.ndjson,.json,.har,.log,.txt"
        onChange={({ currentTarget }) => {
          const [file] = currentTarget.files ?? [];
          if (file) open(file);
          currentTarget.value = '';
        }}
      />
    </label>
  );
}

function Answered<T>(props: {
  answer: Answer<T[]> | undefined;
  none: string;
  children: (list: T[]) => preact.ComponentChildren;
}) {
  const { answer, none, children } = props;
  if (!answer) return <p>looking …</p>;
  if (!answer.ok) return <p class="trouble">{answer.words}</p>;
  return answer.value.length === 0 ? <p>{none}</p> : children(answer.value);
}

const linkTo = (source: LogSource) => addressOf({ view: 'log', source, tab: 'conversation' });

function SessionTable({ sessions }: { sessions: readonly SessionSummary[] }) {
  return (
    <div class="wide">
      <table>
        <thead>
          <tr>
            <th scope="col">session</th>
            <th scope="col">kind</th>
            <th scope="col">model</th>
            <th scope="col">for</th>
          </tr>
        </thead>
        <tbody>
          {sessions.map(({ id, type, model, startedAt }) => (
            <tr key={id}>
              <td>
                <a href={linkTo({ kind: 'session', id })}>{id}</a>
              </td>
              <td>{type}</td>
              <td>{model}</td>
              <td>{startedAt === undefined ? '' : clockTime(Date.now() / 1000 - startedAt)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function RecordingTable({ recordings }: { app: AppState; recordings: readonly RecordingSummary[] }) {
  return (
    <ul class="recordings">
      {recordings.map(({ name }) => (
        <li key={name}>
          <a href={linkTo({ kind: 'recording', name })}>{name}</a>
        </li>
      ))}
    </ul>
  );
}

/** `75` seconds → `1:15`. */
export function clockTime(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return parts
    .slice(parts[0] === 0 ? 1 : 0)
    .map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, '0')))
    .join(':');
}
