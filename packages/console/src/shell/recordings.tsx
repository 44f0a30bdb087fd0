// The recordings of the server: open, share, compare, delete.

import type { RecordingList, RecordingSummary } from '@colloquy/session';
import { useState } from 'preact/hooks';
import type { AppState } from '../app-state.ts';
import { SafeText } from '../conversation/safe-text.tsx';
import { visible } from '../conversation/unseen.ts';
import { addressOf } from '../route.ts';
import { Answered } from './answered.tsx';
import { ShareButton } from './share-button.tsx';
import { usePolled } from './use-polled.ts';

export function Recordings({ app }: { app: AppState }) {
  const server = app.server.value;
  if (!server) return <p>{app.isLocked.value ? 'Enter the API key to see the recordings.' : 'Loading …'}</p>;
  if (server.recordings.enabled) return <RecordingPages app={app} />;
  return (
    <p>
      This server does not record. Start it with <code>--data-dir FOLDER</code> to record every session.
    </p>
  );
}

function RecordingPages({ app }: { app: AppState }) {
  const [before, setBefore] = useState<string>();
  const [deleted, setDeleted] = useState(0);
  const answer = usePolled(() => app.api.recordings(before), `${app.key.value} ${before} ${deleted}`);
  return (
    <Answered answer={answer}>
      {({ recordings, next }: RecordingList) => (
        <>
          {recordings.length === 0 && <p>No recordings yet.</p>}
          <ul class="recordings">
            {recordings.map((recording) => (
              <Recording
                key={recording.name}
                app={app}
                recording={recording}
                onDeleted={() => setDeleted(deleted + 1)}
              />
            ))}
          </ul>
          <div class="buttons">
            {before !== undefined && (
              <button type="button" onClick={() => setBefore(undefined)}>
                Newest
              </button>
            )}
            {next !== null && (
              <button type="button" onClick={() => setBefore(next)}>
                Older
              </button>
            )}
          </div>
        </>
      )}
    </Answered>
  );
}

interface RecordingProps {
  app: AppState;
  recording: RecordingSummary;
  onDeleted: () => void;
}

function Recording({ app, recording, onDeleted }: RecordingProps) {
  const { name, model, engine, started_at, bytes, hidden, running } = recording;
  const [isAsking, setAsking] = useState(false);
  const [errorMessage, setTrouble] = useState('');
  const remove = async () => {
    const answer = await app.api.deleteRecording(name);
    if (answer.ok) return onDeleted();
    setAsking(false);
    setTrouble(answer.message);
  };
  const when = started_at === null ? '' : new Date(started_at * 1000).toLocaleString();
  const what = [when, model, engine, sizeLabel(bytes), hiddenLabel(hidden), running ? 'recording' : ''];
  return (
    <li>
      <a href={addressOf({ view: 'log', source: { kind: 'recording', name }, tab: 'conversation' })}>
        <SafeText text={name} />
      </a>
      <p class="hint">
        <SafeText text={what.filter(Boolean).join(' · ')} />
      </p>
      <div class="buttons">
        <ShareButton
          name={name}
          hidden={hidden}
          make={async (level) => {
            const answer = await app.api.recording(name, level);
            if (!answer.ok) return answer;
            return { ok: true, value: await answer.value.blob() };
          }}
        />
        <a class="nav-link" href={addressOf({ view: 'compare', left: { kind: 'recording', name }, right: undefined })}>
          Compare
        </a>
        {isAsking ? (
          <fieldset class="buttons" aria-label={`Delete ${visible(name)} permanently?`}>
            <button type="button" class="poor" onClick={() => void remove()}>
              Delete permanently
            </button>
            <button type="button" onClick={() => setAsking(false)}>
              Keep
            </button>
          </fieldset>
        ) : (
          <button type="button" class="poor" disabled={running} onClick={() => setAsking(true)}>
            Delete
          </button>
        )}
      </div>
      <div role="alert">{errorMessage !== '' && <p class="trouble">{errorMessage}</p>}</div>
    </li>
  );
}

const sizeLabel = (bytes: number) =>
  bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;

function hiddenLabel(hidden: readonly string[]): string {
  if (hidden.includes('words')) return 'without text and audio';
  return hidden.includes('media') ? 'without audio and images' : 'with audio';
}
