// Reading a log line by line, whatever form it has: one JSON object on each line, several, one over many lines, a list, a HAR file, or JSON
// after words. Finding the values is `value-scanner.ts`, what they are `foreign-log.ts` and `recording.ts`; where the lines come from,
// whoever has them knows.

import { readLogDocument, readLogValue, readPrefixedValue } from './foreign-log.ts';
import { type LogReport, LogTally } from './log-report.ts';
import { createLineUnwrapper } from './log-wrappers.ts';
import { parseLine, type RecordingEntry } from './recording.ts';
import { createSocketOrder } from './socket-order.ts';
import { createValueScanner, type Scanned, type ScannedValue } from './value-scanner.ts';

/** An entry, and the text it was read from. */
export interface ReadEntry {
  readonly entry: RecordingEntry;
  /** `undefined` for the entries of a list. */
  readonly text: string | undefined;
}

export interface LogReader {
  /** Takes the next line, without its break, and answers what can be told by now: often one entry, at times none or many. */
  take(line: string): Iterable<ReadEntry>;
  /** What remained to be told. */
  end(): Iterable<ReadEntry>;
  /** What the log is, as far as it was read. */
  readonly report: LogReport;
  /** Adds a form that only the bytes showed, such as `gzip`. */
  addForm(form: string): void;
}

/**
 * Makes a reader. It keeps no lines, except while they may be one JSON value, and those of a second socket until the first one's are
 * read. Never throws.
 */
export function createLogReader(): LogReader {
  const tally = new LogTally();
  const reader = createPlainReader(tally);
  const order = createSocketOrder<ReadEntry>();
  return {
    report: tally,
    addForm: (form) => void tally.forms.add(form),
    take: (line) => order.take(reader.take(line)),
    *end() {
      // A document comes in its order already.
      yield* order.take(reader.end());
      yield* order.end();
    },
  };
}

type Found = Omit<ScannedValue, 'isRepaired'>;

function documentForm(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  return 'log' in (value as object) ? 'a HAR file' : 'an object with a list';
}

function createPlainReader(tally: LogTally): Pick<LogReader, 'take' | 'end'> {
  const scanner = createValueScanner();
  const unwrapper = createLineUnwrapper((form) => tally.forms.add(form));
  let line = 0;
  /** When the line was written that is being read, where only its wrapper says so. */
  let wrappedAt: number | undefined;

  function* entriesOf({ value, text, line: at, prefix }: Found, isLong = false): Generator<ReadEntry> {
    // A wrapper in a wrapper is left alone: a hostile log could nest them without end.
    const inner = wrappedAt === undefined ? unwrapper.unwrap(value) : undefined;
    if (inner !== undefined) {
      wrappedAt = Date.parse(inner.time);
      for (const each of inner.lines) yield* readLine(each, at, `Docker: ${each}`);
      wrappedAt = undefined;
      return;
    }
    const entry = prefix === '' ? readLogValue(value, at) : readPrefixedValue(prefix, value, at);
    const document = entry.kind === 'foreign' || entry.kind === 'damaged' ? readLogDocument(value) : undefined;
    if (document) {
      tally.forms.add(documentForm(value));
      for (const each of document) yield counted(each, undefined);
      return;
    }
    if (isLong) tally.forms.add('JSON over several lines');
    yield counted(entry, prefix === '' ? text : `${prefix}${text}`);
  }

  function counted(found: RecordingEntry, text: string | undefined): ReadEntry {
    const isTimed = found.kind !== 'event' || found.time !== undefined || !Number.isFinite(wrappedAt);
    const entry = isTimed ? found : { ...found, time: wrappedAt as number };
    tally.count(entry);
    return { entry, text };
  }

  function* scanned(found: readonly Scanned[], isAlone: boolean): Generator<ReadEntry> {
    if (found.length > 1) tally.forms.add('several values on a line');
    for (const each of found) {
      if ('isBroken' in each) {
        const { line: at, text, isBroken } = each;
        const kind = isBroken ? ('damaged' as const) : ('foreign' as const);
        yield counted({ line: at, kind, message: isBroken ? 'not JSON' : 'words, no JSON' }, text);
        continue;
      }
      if (each.isRepaired) tally.forms.add('JSON with trailing commas');
      if (each.prefix !== '') tally.forms.add('JSON after words');
      yield* entriesOf(each, !isAlone);
    }
  }

  /** `shown` stands for a line that was in a wrapper, so that nobody takes it for a line by itself. */
  function* readLine(text: string, at: number, shown = text, mayBeQuoted = true): Generator<ReadEntry> {
    if (!scanner.isOpen) {
      if (text.trim() === '') return;
      const parsed = parseLine(text);
      if (parsed.ok) return yield* entriesOf({ value: parsed.value, text: shown, line: at, prefix: '' });
      const python = mayBeQuoted ? unwrapper.unquote(text) : undefined;
      if (python !== undefined) return yield* readLine(python, at, python, false);
    }
    const wasOpen = scanner.isOpen;
    yield* scanned(scanner.take(text, at), !wasOpen);
  }

  return {
    take(text) {
      line += 1;
      if (text.trim() !== '') tally.lines += 1;
      return readLine(text, line);
    },
    *end() {
      for (const text of unwrapper.end()) yield* readLine(text, line);
      yield* scanned(scanner.end(), true);
    },
  };
}
