// Keeps the lines of the running talk in IndexedDB, without keys, so that a reload can restore them.

import { effect } from '@preact/signals';
import { exportedHeader, exportedLine } from '../log/export-log.ts';
import type { FrameLog } from '../log/frame-log.ts';

export interface TalkArchive {
  /** Writes the lines of a log as they come, in place of the log before. Returns what ends it. */
  follow(log: FrameLog): () => void;
  /** The lines that this tab kept before it was reloaded. Empty if there are none, or if the browser keeps nothing. */
  read(): Promise<string[]>;
  /** Forgets them. */
  clear(): void;
}

const DATABASE = 'colloquy';
const STORE = 'talk';
/** Names the log of this tab: when it began, in Unix milliseconds, and a random number. */
const LOG_KEY = 'colloquy.talk';
const FLUSH_MS = 250;
/** What closed tabs left behind is removed after a day. */
const MAX_AGE_MS = 86_400_000;
/** Most characters of one log. The lines after that are not kept. */
const MAX_CHARS = 64_000_000;

type LogKey = readonly [began: number, random: number];

export function createTalkArchive(): TalkArchive {
  /** Undefined where the browser allows no database. */
  const database = openDatabase();

  async function change(run: (store: IDBObjectStore) => void): Promise<void> {
    const db = await database;
    if (!db) return;
    try {
      run(db.transaction(STORE, 'readwrite').objectStore(STORE));
    } catch {
      // Closed by the browser: nothing more is kept, and the page goes on.
    }
  }

  function clear(): void {
    const key = storedKey();
    sessionStorage.removeItem(LOG_KEY);
    if (key) void change((store) => store.delete(rangeOf(key)));
  }

  return {
    clear,
    async read() {
      const key = storedKey();
      const db = await database;
      if (!key || !db) return [];
      const pieces = await resultOf<string[]>(db.transaction(STORE).objectStore(STORE).getAll(rangeOf(key)));
      return (pieces ?? []).flatMap((piece) => piece.split('\n')).filter((line) => line !== '');
    },
    follow(log) {
      clear();
      const key: LogKey = [Date.now(), Math.random()];
      sessionStorage.setItem(LOG_KEY, key.join(' '));
      let timer: ReturnType<typeof setTimeout> | undefined;
      let read = 0;
      let pieces = 0;
      let chars = 0;
      const flush = () => {
        clearTimeout(timer);
        timer = undefined;
        const lines = log.rows.slice(read).map(({ entry }) => exportedLine(entry, 'key'));
        if (read === 0 && log.header) lines.unshift(exportedHeader(log.header, 'key'));
        read = log.rows.length;
        const text = lines.filter((line) => line !== undefined).join('\n');
        chars += text.length;
        if (text === '' || chars > MAX_CHARS) return;
        const place = pieces++;
        void change((store) => store.put(text, [...key, place]));
      };
      const stop = effect(() => {
        void log.version.value;
        timer ??= setTimeout(flush, FLUSH_MS);
      });
      addEventListener('pagehide', flush);
      return () => {
        stop();
        flush();
        removeEventListener('pagehide', flush);
      };
    },
  };
}

const rangeOf = (key: LogKey) => IDBKeyRange.bound([...key], [...key, []]);

function storedKey(): LogKey | undefined {
  const [began = Number.NaN, random = Number.NaN] = (sessionStorage.getItem(LOG_KEY) ?? '').split(' ').map(Number);
  return began > 0 && random >= 0 ? [began, random] : undefined;
}

function resultOf<T>(request: IDBRequest<T>): Promise<T | undefined> {
  return new Promise((resolve) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => resolve(undefined);
  });
}

async function openDatabase(): Promise<IDBDatabase | undefined> {
  try {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    const db = await resultOf(request);
    db?.transaction(STORE, 'readwrite')
      .objectStore(STORE)
      .delete(IDBKeyRange.upperBound([Date.now() - MAX_AGE_MS]));
    return db;
  } catch {
    // Forbidden, as in some private windows.
    return undefined;
  }
}
