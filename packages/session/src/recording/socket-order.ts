// Orders the events of several sockets in one log by socket, so that a reader sees one connection after the other
// [MI16]. Sessions: `session-blocks.ts`.

import type { RecordingEntry } from './recording.ts';

/** The entries of a whole log by socket, in the order of the sockets' first times, and by time within each. Stable. */
export function bySocket(entries: readonly RecordingEntry[]): RecordingEntry[] {
  const sockets = new Map<string, TimedEntry<RecordingEntry>[]>();
  let socket = '';
  for (const entry of entries) {
    // An entry that is no event stays with the event before it.
    if (entry.kind === 'event') socket = entry.socket ?? '';
    append(sockets, socket, entry, entry);
  }
  return [...sockets.values()]
    .map(byTime)
    .sort(byFirstTime)
    .flat()
    .map(({ value }) => value);
}

/** An entry and its sort key: its own time, or that of the latest entry before it that has one. */
interface TimedEntry<T> {
  readonly value: T;
  readonly time: number | undefined;
}

function append<T>(sockets: Map<string, TimedEntry<T>[]>, socket: string, value: T, entry: RecordingEntry): void {
  const list = sockets.get(socket) ?? [];
  sockets.set(socket, list);
  const time = entry.kind === 'event' ? entry.time : undefined;
  list.push({ value, time: time ?? list.at(-1)?.time });
}

const byTime = <T>(list: TimedEntry<T>[]): TimedEntry<T>[] =>
  list.sort((a, b) => (a.time ?? Number.NEGATIVE_INFINITY) - (b.time ?? Number.NEGATIVE_INFINITY) || 0);

/** Sockets without times keep their order, before the others. */
const byFirstTime = (a: readonly TimedEntry<unknown>[], b: readonly TimedEntry<unknown>[]): number =>
  (a[0]?.time ?? Number.NEGATIVE_INFINITY) - (b[0]?.time ?? Number.NEGATIVE_INFINITY) || 0;

/** Orders the entries of a log that is read incrementally. */
export interface SocketOrder<T> {
  /** Yields the entries of the first socket and those without a socket; buffers the others. */
  push(entries: Iterable<T>): Iterable<T>;
  /** Yields the buffered entries by socket. */
  end(): Iterable<T>;
}

/** Maximum buffered text, in UTF-16 code units; later entries are yielded in order of arrival. */
const MAX_BUFFERED_LENGTH = 128 * 1024 * 1024;
/** Assumed length of an entry without source text. */
const ENTRY_LENGTH = 1000;

/** Creates an incremental order. Entries that are no events, and those without a socket, are never buffered. */
export function createSocketOrder<T extends { readonly entry: RecordingEntry; readonly text: string | undefined }>(
  maxBufferedLength = MAX_BUFFERED_LENGTH,
): SocketOrder<T> {
  let first: string | undefined;
  let buffered = new Map<string, TimedEntry<T>[]>();
  let bufferedLength = 0;

  function* release(): Generator<T> {
    const sockets = [...buffered.values()];
    buffered = new Map();
    for (const list of sockets.map(byTime).sort(byFirstTime)) for (const { value } of list) yield value;
  }

  return {
    *push(entries) {
      for (const each of entries) {
        const { entry, text } = each;
        const socket = entry.kind === 'event' ? entry.socket : undefined;
        first ??= socket;
        if (socket === undefined || socket === first || bufferedLength > maxBufferedLength) {
          yield each;
          continue;
        }
        append(buffered, socket, each, entry);
        bufferedLength += text?.length ?? ENTRY_LENGTH;
        if (bufferedLength > maxBufferedLength) yield* release();
      }
    },
    end: release,
  };
}
