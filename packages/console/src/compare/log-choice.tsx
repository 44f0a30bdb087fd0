// Selects the log of one side of a comparison: an open log, a recording of the server, a file.

import type { RecordingList } from '@colloquy/session';
import type { AppState } from '../app-state.ts';
import { visible } from '../conversation/unseen.ts';
import { type LogSource, sourceWord } from '../route.ts';
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
  for (const { id } of sessions?.ok ? sessions.value : [])
    choices.push({ source: { kind: 'session', id }, label: `${id} · live` });
  for (const { name, started_at, model } of recordings?.ok ? recordings.value.recordings : []) {
    const when = started_at === null ? '' : new Date(started_at * 1000).toLocaleString();
    choices.push({ source: { kind: 'recording', name }, label: [name, when, model].filter(Boolean).join(' · ') });
  }
  return choices;
}
