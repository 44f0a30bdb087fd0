// What can be done with sessions of the table: compare, export, delete with Undo.

import type { RedactionLevel } from '@colloquy/protocol';
import type { AppState } from '../app-state.ts';
import { copyText } from '../parts/copy-text.ts';
import type { MenuItem } from '../parts/menu.tsx';
import { showToast } from '../parts/toast.tsx';
import { addressOf, type Place } from '../route.ts';
import { fileName, saveFile } from '../shell/save-file.ts';
import type { SessionRow } from './session-row.ts';

/** Hides recordings at once, and deletes them when the message with Undo has gone. */
export function deleteSessions(app: AppState, names: readonly string[]): void {
  if (names.length === 0) return;
  const deletion = app.deletions.start(names);
  showToast({
    text: names.length === 1 ? 'Session deleted' : `${names.length} sessions deleted`,
    action: { label: 'Undo', run: () => deletion.undo() },
    onClosed: async () => {
      for (const { message } of await deletion.commit()) showToast({ text: `Not deleted: ${message}` });
    },
  });
}

/** Saves recordings as files. Resolves with why one could not be saved. */
export async function exportSessions(
  app: AppState,
  names: readonly string[],
  level: RedactionLevel,
): Promise<string | undefined> {
  for (const name of names) {
    const answer = await app.api.recording(name, level);
    if (!answer.ok) return answer.message;
    saveFile(await answer.value.blob(), `${fileName(name)}.${level}.jsonl`);
  }
  return undefined;
}

export interface RowActions {
  /** Opens the dialog that exports recordings. */
  readonly share: (row: SessionRow) => void;
}

export function menuOf(app: AppState, row: SessionRow, { share }: RowActions): MenuItem[] {
  const { source, recording } = row;
  const view = (tab: 'timeline' | 'events'): Place => ({ view: 'log', source, tab });
  const link = addressOf({ view: 'log', source, tab: 'conversation' });
  return [
    { label: 'Open timeline', run: () => app.go(view('timeline')) },
    { label: 'Open events', run: () => app.go(view('events')) },
    { label: 'Compare with …', run: () => app.go({ view: 'compare', left: source, right: undefined }) },
    { label: 'Copy link', run: () => void copyText(new URL(link, location.href).href, 'Link') },
    { label: 'Export …', isDisabled: !recording, run: () => share(row) },
    {
      label: 'Delete',
      isDestructive: true,
      isDisabled: !recording || recording.running,
      run: () => recording && deleteSessions(app, [recording.name]),
    },
  ];
}
