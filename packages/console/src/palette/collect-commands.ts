// Collects the commands of the palette: keys of the views, sessions and recordings of the server, items of the open log.

import type { AppState } from '../app-state.ts';
import { displayText } from '../conversation/display-text.ts';
import { visible } from '../conversation/unseen.ts';
import type { LogSource } from '../route.ts';
import { offered } from '../shell/shortcuts.ts';
import { THEMES, theme } from '../shell/theme.ts';
import type { Viewing } from '../sources/viewing.ts';
import type { Command } from './commands.ts';

/** Characters of an item's text. */
const MAX_CHARS = 90;
const MAX_ITEMS = 500;

const capital = (text: string) => text.slice(0, 1).toUpperCase() + text.slice(1);
const cut = (text: string) => visible(text.length > MAX_CHARS ? `${text.slice(0, MAX_CHARS)}…` : text);

/** What can be done now, by its key or without one. */
export function actionCommands(): Command[] {
  const keys = offered.peek().flatMap(({ name, shortcuts }) =>
    shortcuts
      // What is held as long as a key is cannot be run once.
      .filter(({ release }) => release === undefined)
      .map(({ key, label, run }) => ({ id: `${name} ${key}`, label: capital(label), hint: name, shortcut: key, run })),
  );
  const themes = THEMES.map((each) => ({
    id: `theme ${each}`,
    label: `Theme: ${each}`,
    run: () => {
      theme.value = each;
    },
  }));
  return [...keys, ...themes].map((each) => ({ ...each, group: 'Actions' }));
}

/** The items of the log that is shown, the newest first. */
export function itemCommands(viewing: Viewing | undefined): Command[] {
  if (!viewing) return [];
  const items = viewing.log.mirrorAt(viewing.upTo.peek()).items().slice(-MAX_ITEMS);
  return items.toReversed().flatMap((item) => {
    const { id } = item;
    if (id === undefined) return [];
    const content = item.type === 'message' && Array.isArray(item.content) ? item.content : [];
    const text = content
      .map((part) => ('text' in part ? part.text : 'transcript' in part ? part.transcript : ''))
      .join(' ');
    const label = item.type === 'message' ? text : 'name' in item ? displayText(item.name) : displayText(item.type);
    return {
      id: `item ${id}`,
      group: 'Items' as const,
      label: cut(label || displayText(item.type)),
      hint: visible(item.type === 'message' ? displayText(item.role) : displayText(item.type).replaceAll('_', ' ')),
      run: () => {
        viewing.selection.value = { kind: 'item', id };
      },
    };
  });
}

/** Live sessions and recordings of the server, asked for now. Empty if it does not answer. */
export async function sessionCommands(app: AppState): Promise<Command[]> {
  const isRecording = app.server.peek()?.recordings.enabled === true;
  const [live, recorded] = await Promise.all([
    app.api.sessions(),
    isRecording ? app.api.recordings() : Promise.resolve(undefined),
  ]);
  const open = (source: LogSource) => () => app.go({ view: 'log', source, tab: 'conversation' });
  const sessions = live.ok ? live.value : [];
  const recordings = recorded?.ok ? recorded.value.recordings : [];
  return [
    ...sessions.map(({ id, summary }) => ({
      ...{ id: `session ${id}`, label: cut(summary?.first_words ?? id), hint: `live · ${visible(id.slice(-6))}` },
      run: open({ kind: 'session', id }),
    })),
    ...recordings.map(({ name, summary, started_at }) => ({
      id: `recording ${name}`,
      label: cut(summary?.first_words ?? name),
      hint: started_at === null ? 'recording' : new Date(started_at * 1000).toLocaleString(),
      run: open({ kind: 'recording', name }),
    })),
  ].map((each) => ({ ...each, group: 'Sessions' }));
}
