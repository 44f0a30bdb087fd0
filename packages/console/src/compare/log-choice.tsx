// Selects the log of one side of a comparison: an open log, a recording of the server, a file.

import type { RecordingList } from '@colloquy/session';
import type { AppState } from '../app-state.ts';
import { visible } from '../conversation/unseen.ts';
import { type LogSource, sourceWord } from '../route.ts';
import { isEmpty, type SessionRow, sessionRows } from '../sessions/session-row.ts';
import { OpenFile } from '../shell/open-file.tsx';
import { usePolled } from '../shell/use-polled.ts';
import { useSessions } from '../shell/use-sessions.ts';

export interface LogChoiceProps {
  readonly app: AppState;
  readonly label: string;
  readonly slot: 1 | 2;
  readonly chosen: LogSource | undefined;
  readonly choose: (source: LogSource) => void;
}

export function LogChoice({ app, label, slot, chosen, choose }: LogChoiceProps) {
  const choices = useChoices(app);
  const word = chosen ? sourceWord(chosen) : '';
  const known = choices.some(({ source }) => sourceWord(source) === word);
  return (
    <div class="log-choice">
      <select
        aria-label={label}
        title={visible(choices.find(({ source }) => sourceWord(source) === word)?.label ?? word)}
        value={word}
        onChange={({ currentTarget: { value } }) => {
          const wanted = choices.find(({ source }) => sourceWord(source) === value);
          if (wanted) choose(wanted.source);
        }}
      >
        <option value="" disabled>
          Choose a log
        </option>
        {chosen && !known && <option value={word}>{visible(word)}</option>}
        {choices.map(({ source, label }) => (
          <option key={sourceWord(source)} value={sourceWord(source)}>
            {visible(label)}
          </option>
        ))}
      </select>
      <OpenFile
        label={`${label}: open a file`}
        open={(file) => {
          app.open(file, slot);
          choose({ kind: 'file', slot });
        }}
      />
    </div>
  );
}

interface Choice {
  readonly source: LogSource;
  readonly label: string;
}

const NOTHING_KEPT = { ok: true, value: { recordings: [], next: null, pending: 0 } } as const;

function useChoices(app: AppState): Choice[] {
  const key = app.key.value;
  const isKept = app.server.value?.recordings.enabled === true;
  const recordings = usePolled<RecordingList>(
    () => (isKept ? app.api.recordings() : Promise.resolve(NOTHING_KEPT)),
    `${key} ${isKept}`,
  );
  const sessions = useSessions(app);
  const choices: Choice[] = [];
  if (app.talk.viewing.value) choices.push({ source: { kind: 'talk' }, label: 'the session in Talk' });
  for (const slot of [1, 2] as const) {
    const file = app.files.value[slot];
    if (file) choices.push({ source: { kind: 'file', slot }, label: file.name });
  }
  const rows = sessionRows(sessions?.ok ? sessions.value : [], recordings?.ok ? recordings.value.recordings : []);
  for (const row of rows) if (!isEmpty(row)) choices.push({ source: row.source, label: labelOf(row) });
  return choices;
}

/** What was said first tells sessions apart; of two that begin alike, the time does. */
function labelOf({ summary, id, isLive, startedAt, engine }: SessionRow): string {
  const when = startedAt === null ? '' : new Date(startedAt).toLocaleString();
  return [summary?.first_words ?? id, isLive ? 'live' : when, engine].filter(Boolean).join(' · ');
}
