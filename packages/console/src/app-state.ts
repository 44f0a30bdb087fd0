// State of the page: the address, the server's status, the open logs.

import type { ServerStatus } from '@colloquy/session';
import { computed, effect, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { addressOf, isSameSource, type LogSource, type Place, readPlace } from './route.ts';
import { createDeletions, type Deletions } from './sessions/deletions.ts';
import { followTableAddress } from './sessions/shown-table.ts';
import { openDemo, openFile, openRecording, watchSession } from './sources/open-log.ts';
import { createServerApi, type ServerApi } from './sources/server-api.ts';
import { createServerLink, type ServerLink } from './sources/server-link.ts';
import type { Viewing } from './sources/viewing.ts';
import { createTalk, type Talk } from './talk/talk.ts';
import { followAddress, writeAddress } from './viewing-address.ts';

/** What stands for a server where there is none. */
export interface NoServer {
  readonly api: ServerApi;
  readonly link: ServerLink;
}

export interface AppState {
  /** Whether the page was served by a server of its own; the viewer was not. */
  readonly hasServer: boolean;
  readonly place: ReadonlySignal<Place>;
  readonly api: ServerApi;
  /** The key of the server, typed by the user. It stays in this page, and goes with it. */
  readonly key: Signal<string>;
  /** Whether the server is there. */
  readonly link: ServerLink;
  /** What the server last said of itself; nothing before it did, and while it asks for a key. */
  readonly server: ReadonlySignal<ServerStatus | undefined>;
  /** Whether the server wants a key that nobody has given yet. */
  readonly isLocked: ReadonlySignal<boolean>;
  readonly talk: Talk;
  /** Deletions of recordings that can be undone. */
  readonly deletions: Deletions;
  /** The files the user opened, by slot. */
  readonly files: ReadonlySignal<Readonly<Record<1 | 2, Viewing | undefined>>>;
  go(place: Place): void;
  /** Opens a file, and shows it; in a slot, for comparing, it is only opened. */
  open(file: File, slot?: 1 | 2): void;
  /** The log of the place one is at. */
  readonly current: ReadonlySignal<Viewing | undefined>;
  /** The log of a source: opened when it is first asked for, `undefined` where there is none yet. */
  viewing(source: LogSource): Viewing | undefined;
}

export function createAppState(noServer?: NoServer): AppState {
  const hasServer = noServer === undefined;
  const address = signal(readPlace(location.hash));
  const place = computed(() => (hasServer ? address.value : placeWithoutServer(address.value)));
  const key = signal('');
  const api: ServerApi =
    noServer?.api ??
    createServerApi(
      () => key.value,
      (wasAnswered) => link.onRequest(wasAnswered),
    );
  const link: ServerLink = noServer?.link ?? createServerLink(() => api.status());
  const server = signal<ServerStatus | undefined>(undefined);
  const isLocked = computed(() => link.state.value.kind === 'locked');
  const files = signal<Record<1 | 2, Viewing | undefined>>({ 1: undefined, 2: undefined });
  const talk = createTalk(api, link);
  const deletions = createDeletions(api);
  addEventListener('pagehide', () => deletions.commitAll());
  /** What is watched and read, most recent first: two logs can be compared, so two stay open. */
  let open: Viewing[] = [];

  effect(() => {
    const state = link.state.value;
    // A key that was refused is no key: the user may type another.
    if (state.kind === 'locked') {
      key.value = '';
      server.value = undefined;
    }
    if (state.kind !== 'connected') return;
    server.value = state.status;
    if (talk.settings.model.peek() === '') talk.settings.model.value = state.status.default_model;
  });
  addEventListener('hashchange', () => {
    address.value = readPlace(location.hash);
  });

  function go(to: Place): void {
    const address = addressOf(to);
    if (address !== location.hash) location.hash = address;
  }

  const current = signal<Viewing | undefined>(undefined);
  effect(() => {
    const at = place.value;
    // Which files there are, and which session is held, are signals; what is opened here is not. A key opens what was refused.
    void isLocked.value;
    current.value = at.view === 'log' ? viewing(at.source) : undefined;
  });
  effect(() => {
    document.title = `${titleOf(place.value, current.value)} · Colloquy`;
  });
  followAddress(place, current);
  writeAddress(place, current);
  if (hasServer) followTableAddress(place);

  function viewing(source: LogSource): Viewing | undefined {
    if (source.kind === 'talk') return talk.viewing.value;
    if (source.kind === 'file') return files.value[source.slot];
    const known = open.find((each) => isSameSource(each.source, source));
    if (known && known.status.peek().state !== 'failed') {
      open = [known, ...open.filter((each) => each !== known)];
      return known;
    }
    const opened =
      source.kind === 'demo'
        ? openDemo()
        : source.kind === 'session'
          ? watchSession(source.id, api, server.peek()?.watch.level ?? 'media', () => link.onSocketLost())
          : openRecording(source.name, api);
    const stillOpen = [opened, ...open.filter((each) => each !== known)];
    for (const old of stillOpen.slice(2)) old.close();
    open = stillOpen.slice(0, 2);
    return opened;
  }

  return {
    hasServer,
    place,
    current,
    api,
    key,
    server,
    isLocked,
    link,
    talk,
    deletions,
    files,
    go,
    viewing,
    open(file, wanted) {
      const slot = wanted ?? 1;
      files.peek()[slot]?.close();
      files.value = { ...files.peek(), [slot]: openFile(file, slot) };
      if (wanted === undefined) go({ view: 'log', source: { kind: 'file', slot: 1 }, tab: 'conversation' });
    },
  };
}

/** Only files and the demo are there. */
function placeWithoutServer(place: Place): Place {
  return place.view === 'log' && place.source.kind !== 'file' && place.source.kind !== 'demo'
    ? { view: 'home' }
    : place;
}

function titleOf(place: Place, current: Viewing | undefined): string {
  if (place.view === 'home') return 'Sessions';
  if (place.view === 'compare') return 'Compare';
  return current?.name ?? 'Log file';
}
