// The events of several sockets in one log, put socket by socket, so that whoever reads them in order reads one connection after the
// other [MI16]. Which frames are of which session is `session-blocks.ts`.

import type { RecordingEntry } from './recording.ts';

/** The entries of a whole log: socket by socket, in the order of their first times, and within each by time. Stable. */
export function bySocket(entries: readonly RecordingEntry[]): RecordingEntry[] {
  const sockets = new Map<string, Placed<RecordingEntry>[]>();
  let socket = '';
  for (const entry of entries) {
    // What is no event stands with the event before it.
    if (entry.kind === 'event') socket = entry.socket ?? '';
    put(sockets, socket, entry, entry);
  }
  return [...sockets.values()]
    .map(byTime)
    .sort(byFirstTime)
    .flat()
    .map(({ value }) => value);
}

/** A place in a list that is to be sorted: `time` is that of the entry, or of the last before it that has one. */
interface Placed<T> {
  readonly value: T;
  readonly time: number | undefined;
}

function put<T>(sockets: Map<string, Placed<T>[]>, socket: string, value: T, entry: RecordingEntry): void {
  const list = sockets.get(socket) ?? [];
  sockets.set(socket, list);
  const time = entry.kind === 'event' ? entry.time : undefined;
  list.push({ value, time: time ?? list.at(-1)?.time });
}

const byTime = <T>(list: Placed<T>[]): Placed<T>[] =>
  list.sort((a, b) => (a.time ?? Number.NEGATIVE_INFINITY) - (b.time ?? Number.NEGATIVE_INFINITY) || 0);

/** Sockets without any times stay where they were found, before the others. */
const byFirstTime = (a: readonly Placed<unknown>[], b: readonly Placed<unknown>[]): number =>
  (a[0]?.time ?? Number.NEGATIVE_INFINITY) - (b[0]?.time ?? Number.NEGATIVE_INFINITY) || 0;

/** Orders the entries of a log that is read piece by piece. */
export interface SocketOrder<T> {
  /** Passes on the entries of the first socket and what names none; holds the others back. */
  take(entries: Iterable<T>): Iterable<T>;
  /** What was held back, socket by socket. */
  end(): Iterable<T>;
}

/** So much is held back, in UTF-16 code units of text; what comes after that is passed on as it comes. */
const MAX_HELD_LENGTH = 128 * 1024 * 1024;
/** Stands for the length of an entry whose text is not at hand. */
const ENTRY_LENGTH = 1000;

/** Makes an order in the making. Entries that are no events, and those without a socket, are never held back. */
export function createSocketOrder<T extends { readonly entry: RecordingEntry; readonly text: string | undefined }>(
  maxHeldLength = MAX_HELD_LENGTH,
): SocketOrder<T> {
  let first: string | undefined;
  let held = new Map<string, Placed<T>[]>();
  let heldLength = 0;

  function* release(): Generator<T> {
    const sockets = [...held.values()];
    held = new Map();
    for (const list of sockets.map(byTime).sort(byFirstTime)) for (const { value } of list) yield value;
  }

  return {
    *take(entries) {
      for (const each of entries) {
        const { entry, text } = each;
        const socket = entry.kind === 'event' ? entry.socket : undefined;
        first ??= socket;
        if (socket === undefined || socket === first || heldLength > maxHeldLength) {
          yield each;
          continue;
        }
        put(held, socket, each, entry);
        heldLength += text?.length ?? ENTRY_LENGTH;
        if (heldLength > maxHeldLength) yield* release();
      }
    },
    end: release,
  };
}
