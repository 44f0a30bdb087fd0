// Above the input of a log: that its connection broke and what is being done about it, or that a log can be restored.

import type { AppState } from '../app-state.ts';
import { exportLog } from '../log/export-log.ts';
import { linkLabel } from '../sources/server-link.ts';
import type { Viewing } from '../sources/viewing.ts';
import { fileName, saveFile } from './save-file.ts';

export function ConnectionNotice({ app, viewing }: { app: AppState; viewing: Viewing }) {
  const { state, message } = viewing.status.value;
  const isTalk = viewing.source.kind === 'talk';
  if (isTalk && app.talk.archive.isRestorable.value) return <RestoreNotice app={app} />;
  if (state !== 'lost') return null;
  const link = app.link.state.value;
  const next =
    link.kind === 'lost'
      ? `${linkLabel(link)}.`
      : isTalk
        ? 'The server is there. Your next message starts a new session.'
        : 'The server is there.';
  return (
    <section class="notice" data-state="lost" aria-label="Connection">
      <p>
        <strong>{message}</strong> {next} <span class="hint">This page keeps the log.</span>
      </p>
      <div class="buttons">
        <button type="button" onClick={() => downloadLog(viewing)}>
          Download log
        </button>
        {link.kind === 'lost' && (
          <button type="button" disabled={link.seconds === 0} onClick={() => void app.link.check()}>
            Retry now
          </button>
        )}
      </div>
    </section>
  );
}

function RestoreNotice({ app: { talk } }: { app: AppState }) {
  return (
    <section class="notice" aria-label="Restore">
      <p>
        <strong>The page was reloaded during a session.</strong> Its log is still in this browser.
      </p>
      <div class="buttons">
        <button type="button" onClick={() => void talk.archive.restore()}>
          Restore conversation
        </button>
        <button type="button" onClick={() => talk.archive.discard()}>
          Discard
        </button>
      </div>
    </section>
  );
}

/** Saves the log as it is in this page, without keys. */
export function downloadLog({ log, name }: Viewing): void {
  const blob = new Blob(exportLog(log, 'key'), { type: 'application/x-ndjson' });
  saveFile(blob, `${fileName(log.header?.session ?? name)}.jsonl`);
}
